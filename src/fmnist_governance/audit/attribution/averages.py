"""Means over images, with intervals."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray

from fmnist_governance.audit.bootstrap import LEVEL
from fmnist_governance.evidence.record import Interval

_AT_ONCE = 2_000_000
"""Random numbers held in memory at once."""


def resampled_means(values: NDArray[np.float64], resamples: int, generator: torch.Generator) -> NDArray[np.float64]:
    """Draw images with replacement and take the mean of each column, the same images for all of them.

    Args:
        values: (N, M), a row for each image.
        resamples: B, how often to draw.
        generator: Where the randomness comes from.

    Returns:
        (B, M) means.
    """
    random = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
    n, found = len(values), []
    step = max(1, _AT_ONCE // n)
    for first in range(0, resamples, step):
        size = min(step, resamples - first)
        drawn = random.integers(0, n, (size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        found.append(times @ values / n)
    return np.concatenate(found)


def mean_intervals(
    values: NDArray[np.float64], span: tuple[float, float], resamples: int, generator: torch.Generator, family: int = 1
) -> tuple[Interval, ...]:
    """Return the interval of each column's mean.

    Args:
        values: (N, M), a row for each image; N at least 1.
        span: The least and the greatest value that there can be.
        resamples: How often to draw.
        generator: Where the randomness comes from.
        family: For how many sibling intervals the level holds at once.

    Returns:
        M intervals. Where all images have the same value, Hoeffding's bound stands in for the bootstrap: a finite
        sample never shows a width of zero.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13. Hoeffding (1963), Probability
        inequalities for sums of bounded random variables, theorem 2.
    """
    tail = (1 - LEVEL) / family / 2
    lows, highs = np.quantile(resampled_means(values, resamples, generator), (tail, 1 - tail), axis=0)
    reach = (span[1] - span[0]) * math.sqrt(math.log(1 / tail) / (2 * len(values)))
    found = []
    for value, low, high in zip(values.mean(axis=0).tolist(), lows.tolist(), highs.tolist(), strict=True):
        ends, method = (min(low, value), max(high, value)), "bootstrap"
        if high - low <= 1e-12 * (span[1] - span[0]):
            ends, method = (max(span[0], value - reach), min(span[1], value + reach)), "hoeffding"
        found.append(
            Interval(low=min(ends[0], value), high=max(ends[1], value), level=LEVEL, method=method, family=family)
        )
    return tuple(found)
