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
_ROUNDING = 1e-12
"""Share of the span that is no width."""


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


def mean_interval(
    values: NDArray[np.float64], drawn: NDArray[np.float64], span: tuple[float, float], family: int = 1
) -> Interval:
    """Return the interval of a mean.

    Args:
        values: (N,), one for each image; N at least 1.
        drawn: (B,) the means of resamples.
        span: The least and the greatest value that there can be.
        family: For how many sibling intervals the level holds at once.

    Returns:
        The middle of the resampled means. Where all images have the same value, Hoeffding's bound stands in for it: a
        finite sample never shows a width of zero.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 13. Hoeffding (1963), Probability
        inequalities for sums of bounded random variables, theorem 2.
    """
    tail = (1 - LEVEL) / family / 2
    value, whole = float(values.mean()), span[1] - span[0]
    low, high = (float(q) for q in np.quantile(drawn, (tail, 1 - tail)))
    method = "bootstrap"
    if high - low <= _ROUNDING * whole:
        reach, method = whole * math.sqrt(math.log(1 / tail) / (2 * len(values))), "hoeffding"
        low, high = max(span[0], value - reach), min(span[1], value + reach)
    return Interval(low=min(low, value), high=max(high, value), level=LEVEL, method=method, family=family)
