"""How alike are two maps of one image?"""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor


def spearman(one: Tensor, other: Tensor) -> Tensor:
    """Return (N,) float64 in [-1, 1], the rank correlation of the pixels of two maps; NaN where one of them is flat.

    Args:
        one: (N, H, W) float32.
        other: (N, H, W) float32.

    References:
        Spearman (1904), The proof and measurement of association between two things; equal values share a mean rank.
    """
    return correlation(ranked(one), ranked(other))


def ranked(maps: Tensor) -> Tensor:
    """Return (N, H * W) float64, the ranks of each map's pixels, centred and of length 1; NaN for a flat map."""
    ranks = torch.from_numpy(np.asarray(rankdata(maps.flatten(1).numpy(), axis=1), dtype=np.float64))
    centred = ranks - ranks.mean(dim=1, keepdim=True)
    length = centred.norm(dim=1, keepdim=True)
    return centred / torch.where(length > 0, length, torch.nan)


def correlation(one: Tensor, other: Tensor) -> Tensor:
    """Return (N,) float64 in [-1, 1], the correlation of two maps of which the ranks are known."""
    return (one * other).sum(dim=1).clamp(-1, 1)


def change(before: Tensor, after: Tensor) -> Tensor:
    """Return (N,) float64, the size of the change of a map relative to the map; NaN where it was empty.

    References:
        Yeh et al. (2019), On the (in)fidelity and sensitivity of explanations, definition 4.1, there per unit of input.
    """
    size = before.double().flatten(1).norm(dim=1)
    moved: Tensor = (after - before).double().flatten(1).norm(dim=1)
    return moved / torch.where(size > 0, size, torch.nan)
