"""Which images are of like confidence?"""

from __future__ import annotations

import torch
from torch import Tensor


def equal_width(confidence: Tensor, bins: int) -> Tensor:
    """Return the bin of each confidence where bin m is ((m-1)/bins, m/bins], and 0 falls into the first.

    Args:
        confidence: (...) float64 in [0, 1].
        bins: How many.

    Returns:
        (...) int64 in [0, bins). A confidence of 1 is in the last bin.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, section 2.
    """
    ends = torch.arange(1, bins, dtype=torch.float64) / bins
    return torch.searchsorted(ends, confidence.contiguous())


def equal_mass(confidence: Tensor, bins: int) -> Tensor:
    """Return the bin of each confidence where bins hold equally many images, as far as ties allow.

    Images of the same confidence are never parted, so that a model that is always equally sure has one bin.

    Args:
        confidence: (N,) float64, at least one.
        bins: How many at most.

    Returns:
        (N,) int64, counted from 0 without a gap.

    References:
        Roelofs et al. (2022), Mitigating Bias in Calibration Error Estimation, section 3.
    """
    n, ordered = len(confidence), confidence.sort().values
    last = torch.arange(1, bins + 1) * n // bins - 1
    return torch.searchsorted(ordered[last[last >= 0]].unique(), confidence)


def spread(values: Tensor, place: Tensor) -> Tensor:
    """Write each image's value into the column of its bin.

    Args:
        values: (N,) float64.
        place: (N,) int64, the bin.

    Returns:
        (N, bins) float64, zero elsewhere: summed over images, the sums of the bins.
    """
    columns = torch.zeros(len(values), int(place.max()) + 1, dtype=torch.float64)
    return columns.scatter_(1, place[:, None], values.double()[:, None])
