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
    ranks = [torch.from_numpy(np.asarray(rankdata(maps.flatten(1).numpy(), axis=1))) for maps in (one, other)]
    a, b = (rank.double() - rank.double().mean(dim=1, keepdim=True) for rank in ranks)
    scale = a.norm(dim=1) * b.norm(dim=1)
    return ((a * b).sum(dim=1) / torch.where(scale > 0, scale, torch.nan)).clamp(-1, 1)


def change(before: Tensor, after: Tensor) -> Tensor:
    """Return (N,) float64, the size of the change of a map relative to the map; NaN where it was empty.

    References:
        Yeh et al. (2019), On the (in)fidelity and sensitivity of explanations, definition 4.1, there per unit of input.
    """
    size = before.double().flatten(1).norm(dim=1)
    moved: Tensor = (after - before).double().flatten(1).norm(dim=1)
    return moved / torch.where(size > 0, size, torch.nan)
