"""Within which budget does half of the images break?"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from fmnist_governance.audit.attacks.budget import largest_change
from fmnist_governance.audit.attacks.sweep import Sweep
from fmnist_governance.audit.bootstrap import LEVEL, resampled_counts
from fmnist_governance.evidence.record import Interval


def median_place(counts: NDArray[np.int64]) -> NDArray[np.intp]:
    """Return the first cell at which half of the images are reached.

    Args:
        counts: (..., C) how many images broke first at each budget; the last cell counts those that never did.
    """
    found: NDArray[np.intp] = np.argmax(2 * counts.cumsum(axis=-1) >= counts.sum(axis=-1, keepdims=True), axis=-1)
    return found


def median_budget(found: Sweep, resamples: int, generator: torch.Generator) -> tuple[float, Interval, bool]:
    """Return the smallest budget of the list within which half of the rightly answered images break.

    The interval reaches from the budget below, since an image breaks somewhere between the two; at the upper end, where
    half never broke, it reaches to the largest change that there is.

    Returns:
        The budget, its interval, and whether half of the images broke at all; the largest budget where not.

    Raises:
        ValueError: No image was answered rightly.
    """
    counts = torch.bincount(found.place, minlength=len(found.budgets) + 2)[1:].cpu().numpy()
    if not counts.sum():
        msg = "the median of no images is not defined"
        raise ValueError(msg)
    radii = [budget.radius for budget in found.budgets]
    ends = [0.0, *radii, largest_change(found.budgets[0].norm, found.examples.shape[1:])]
    places = median_place(resampled_counts(counts, resamples, generator))
    low, high = (int(q) for q in np.quantile(places, ((1 - LEVEL) / 2, (1 + LEVEL) / 2), method="inverted_cdf"))
    place = int(median_place(counts))
    reached = place < len(radii)
    value = radii[min(place, len(radii) - 1)]
    around = Interval(
        low=min(value, ends[min(low, place)]),
        high=max(value, ends[max(high, place) + 1]),
        level=LEVEL,
        method="bootstrap",
    )
    return value, around, reached
