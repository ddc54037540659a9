"""Which training image is most like each test image?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

_BLOCK = 2_048
"""Images a block of the matrix product; its result stays in the processor's caches."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The training image that is most like each of N images."""

    row: Tensor
    """(N,) int64, where it stands among the training images."""
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


def nearest(images: Tensor, train: Tensor, device: torch.device) -> Nearest:
    """Compare every image with every training image, by a blocked matrix product in float32.

    Args:
        images: (N, C, H, W) uint8.
        train: (M, C, H, W) uint8, M at least 1.
        device: Where the products are computed.

    Returns:
        The nearest of each; its likeness is computed once more in float64.
    """
    own = unit(images).to(device)
    best = torch.full((len(own),), -2.0, device=device)
    row = torch.zeros(len(own), dtype=torch.int64, device=device)
    for start in range(0, len(train), _BLOCK):
        theirs = unit(train[start : start + _BLOCK]).to(device).T
        for first in range(0, len(own), _BLOCK):
            part = own[first : first + _BLOCK] @ theirs
            # The largest of a row is cheap; where it stands is looked up only in the few rows that improve.
            better = (part.amax(dim=1) > best[first : first + _BLOCK]).nonzero()[:, 0]
            value, place = part[better].max(dim=1)
            best[first + better], row[first + better] = value, start + place
    row = row.cpu()
    return Nearest(row, _likeness(images, train[row]))


def _likeness(images: Tensor, others: Tensor) -> Tensor:
    found = [torch.zeros(0, dtype=torch.float64)]
    for own, theirs in zip(images.split(_BLOCK), others.split(_BLOCK), strict=True):
        found.append((unit(own, torch.float64) * unit(theirs, torch.float64)).sum(dim=1).clamp(-1, 1))
    return torch.cat(found)
