"""Which image of one group is most like each image of another, or each other image of its own?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK = 2_048
"""Images a block of the matrix product; its result stays in the processor's caches."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The other image that is most like each of N images."""

    row: Tensor
    """(N,) int64, where it stands among the others."""
    likeness: Tensor
    """(N,) float64, normalised cross-correlation in [-1, 1]; 1 for the same image up to brightness and contrast."""


def unit(images: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """Take the mean from each image and give it length one; a constant one, which is like nothing, becomes zero.

    Args:
        images: (N, C, H, W) uint8.
        dtype: Of the result.

    Returns:
        (N, C * H * W); the product of two rows is their normalised cross-correlation.
    """
    pixels = images.flatten(1).to(dtype)
    pixels -= pixels.mean(dim=1, keepdim=True)
    found: Tensor = pixels / pixels.norm(dim=1, keepdim=True).clamp_min(1e-3)
    return found


def nearest(images: Tensor, others: Tensor, device: torch.device, itself: Tensor | None = None) -> Nearest:
    """Compare every image with every other one, by a blocked matrix product in float32.

    Args:
        images: (N, C, H, W) uint8.
        others: (M, C, H, W) uint8, M at least 1; at least 2 where `itself` is given.
        device: Where the products are computed.
        itself: (N,) int64, where each image stands among the others, so that it is not compared with itself.

    Returns:
        The nearest of each; its likeness is computed once more in float64.
    """
    own = unit(images).to(device)
    best = torch.full((len(own),), -2.0, device=device)
    row = torch.zeros(len(own), dtype=torch.int64, device=device)
    for start in range(0, len(others), BLOCK):
        theirs = unit(others[start : start + BLOCK]).to(device).T
        for first in range(0, len(own), BLOCK):
            part = own[first : first + BLOCK] @ theirs
            if itself is not None:
                place = itself[first : first + BLOCK] - start
                here = ((place >= 0) & (place < part.shape[1])).nonzero()[:, 0]
                part[here.to(device), place[here].to(device)] = -2.0
            # The largest of a row is cheap; where it stands is looked up only in the few rows that improve.
            better = (part.amax(dim=1) > best[first : first + BLOCK]).nonzero()[:, 0]
            value, place = part[better].max(dim=1)
            best[first + better], row[first + better] = value, start + place
    row = row.cpu()
    return Nearest(row, _likeness(images, others[row]))


def _likeness(images: Tensor, others: Tensor) -> Tensor:
    found = [torch.zeros(0, dtype=torch.float64)]
    for own, theirs in zip(images.split(BLOCK), others.split(BLOCK), strict=True):
        found.append((unit(own, torch.float64) * unit(theirs, torch.float64)).sum(dim=1).clamp(-1, 1))
    return torch.cat(found)
