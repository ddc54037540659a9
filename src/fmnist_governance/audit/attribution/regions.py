"""Where in the image does a map lie?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

BACKGROUND = 0.05
"""A pixel that is no brighter than this shows no garment."""
BORDER = 3
"""Width of the border, in pixels."""
CORNER = 7
"""Side of a corner, in pixels."""
CORNERS = ("upper left", "upper right", "lower left", "lower right")


@dataclass(frozen=True, slots=True)
class Regions:
    """Shares of each map's mass, and how far its centre is from the garment's; NaN for a map without mass."""

    background: Tensor
    """(N,) float64."""
    border: Tensor
    """(N,) float64."""
    corners: Tensor
    """(N, 4) float64, in the order of `CORNERS`."""
    distance: Tensor
    """(N,) float64, in pixels."""

    @property
    def empty(self) -> Tensor:
        """(N,) bool, whether the map has no mass at all."""
        return self.background.isnan()


def regions(maps: Tensor, images: Tensor) -> Regions:
    """Measure where maps lie.

    Args:
        maps: (N, H, W) float32, not negative.
        images: (N, C, H, W) float32 in [0, 1].
    """
    weight = _shares(maps.double())
    garment = images.mean(dim=1).cpu()
    inside = border_mask(maps.shape[1:])
    corners = corner_masks(maps.shape[1:])
    apart = (_centre(weight) - _centre(_shares(garment.double()).nan_to_num(1 / garment[0].numel()))).norm(dim=1)
    return Regions(
        background=(weight * (garment <= BACKGROUND)).sum(dim=(1, 2)),
        border=(weight * inside).sum(dim=(1, 2)),
        corners=torch.einsum("nhw,khw->nk", weight, corners.double()),
        distance=apart,
    )


def _shares(values: Tensor) -> Tensor:
    whole = values.sum(dim=(1, 2), keepdim=True)
    return values / torch.where(whole > 0, whole, torch.nan)


def _centre(shares: Tensor) -> Tensor:
    """Return (N, 2) the mean row and column."""
    down, right = (torch.arange(length, dtype=shares.dtype) for length in shares.shape[1:])
    return torch.stack((shares.sum(dim=2) @ down, shares.sum(dim=1) @ right), dim=1)


def border_mask(size: torch.Size) -> Tensor:
    """Return (H, W) bool, the pixels by the edge."""
    found = torch.ones(*size, dtype=torch.bool)
    found[BORDER:-BORDER, BORDER:-BORDER] = False
    return found


def corner_masks(size: torch.Size) -> Tensor:
    """Return (4, H, W) bool, the pixels of each corner, in the order of `CORNERS`."""
    found = torch.zeros(4, *size, dtype=torch.bool)
    for place, (down, right) in enumerate(((0, 0), (0, 1), (1, 0), (1, 1))):
        rows = slice(-CORNER, None) if down else slice(CORNER)
        columns = slice(-CORNER, None) if right else slice(CORNER)
        found[place, rows, columns] = True
    return found
