"""Percentile intervals from resampled counts."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from fmnist_governance.evidence.record import Interval
from fmnist_governance.stats.proportions import wilson

LEVEL = 0.95


def resampled_counts(counts: NDArray[np.int64], resamples: int, generator: torch.Generator) -> NDArray[np.int64]:
    """Draw images with replacement, seen through the cell of a table that each falls into.

    Drawing n images from the test split and counting their cells is one multinomial draw, so no
    image needs to be touched.

    Args:
        counts: Any shape, how many images fall into each cell.
        resamples: B, how often to draw.
        generator: Where the randomness comes from.

    Returns:
        (B, *shape) counts, each of the B tables with the same total.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 6.
    """
    seed = int(torch.randint(2**62, (1,), generator=generator))
    total = int(counts.sum())
    drawn = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, size=resamples)
    return drawn.reshape(resamples, *counts.shape)


def percentile_interval(value: float, drawn: NDArray[np.float64], smallest: int, family: int = 1) -> Interval:
    """Return the range that holds the middle of the resampled values.

    Args:
        value: The measured fraction, in [0, 1].
        drawn: (B,) the same statistic of each resample; NaN where it is not defined.
        smallest: Images in the smallest group that the statistic averages. Where no resample
            differs from another (nothing but right answers, say), the Wilson interval of this
            group stands in: a finite sample never shows a width of zero.
        family: For how many sibling intervals the level holds at once.
    """
    tail = (1 - LEVEL) / family / 2
    low, high = (float(q) for q in np.nanquantile(drawn, (tail, 1 - tail)))
    if low < high:
        return Interval(low=min(low, value), high=max(high, value), level=LEVEL, method="bootstrap", family=family)
    around = wilson(round(value * smallest), smallest, level=LEVEL, family=family)
    return around.model_copy(update={"method": "wilson of the smallest class"})
