"""What can be seen of a garment without a model: how dark, how large, how patterned it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

INK = 0.1
"""A pixel brighter than this belongs to the garment; the background of the data is black."""
_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Look:
    """One such property."""

    name: str
    """As it stands in measurement ids."""
    title: str
    lowest: str
    """What the images with the least of it are, in words."""
    highest: str
    how: str
    """How it is measured, in words."""
    measure: Callable[[Tensor], Tensor]
    """Map (N, H, W) float64 in [0, 1] to (N,) float64."""


def looks(images: Tensor) -> dict[str, Tensor]:
    """Measure every property of images.

    Args:
        images: (N, C, H, W) uint8, 0 to 255; of colours, the mean counts.

    Returns:
        Name of the property to (N,) float64.
    """
    found: dict[str, list[Tensor]] = {look.name: [] for look in LOOKS}
    for batch in images.split(_BATCH):
        grey = batch.double().mean(dim=1) / 255
        for look in LOOKS:
            found[look.name].append(look.measure(grey))
    return {name: torch.cat(parts) if parts else torch.zeros(0, dtype=torch.float64) for name, parts in found.items()}


def brightness(grey: Tensor) -> Tensor:
    """Return (N,) mean brightness of the garment's pixels, in [0, 1]; 0 where there is no garment."""
    garment = grey > INK
    return (grey * garment).sum(dim=(1, 2)) / garment.sum(dim=(1, 2)).clamp_min(1)


def ink(grey: Tensor) -> Tensor:
    """Return (N,) share of the pixels that the garment covers, in [0, 1]."""
    return (grey > INK).double().mean(dim=(1, 2))


def contrast(grey: Tensor) -> Tensor:
    """Return (N,) standard deviation of brightness over the garment's pixels, in [0, 0.5]; 0 without a garment."""
    garment = grey > INK
    apart = (grey - brightness(grey)[:, None, None]).square() * garment
    return (apart.sum(dim=(1, 2)) / garment.sum(dim=(1, 2)).clamp_min(1)).sqrt()


def lean(grey: Tensor) -> Tensor:
    """Return (N,) brightness of the right half less that of the left, as a share of both, in [-1, 1]; 0 when black."""
    half = grey.shape[2] // 2
    left, right = grey[:, :, :half].sum(dim=(1, 2)), grey[:, :, -half:].sum(dim=(1, 2))
    return (right - left) / (right + left).clamp_min(torch.finfo(grey.dtype).tiny)


def aspect(grey: Tensor) -> Tensor:
    """Return (N,) height over width of the box around the garment; 1 where there is none."""
    garment = grey > INK
    height, width = (_extent(garment.any(dim=along)) for along in (2, 1))
    return torch.where(height > 0, height / width.clamp_min(1), 1.0)


def _extent(occupied: Tensor) -> Tensor:
    """Return (N,) how far the first and the last True of each (N, L) row are apart, both counted; 0 without any."""
    length = occupied.shape[1]
    first = occupied.int().argmax(dim=1)
    last = length - 1 - occupied.flip(1).int().argmax(dim=1)
    return torch.where(occupied.any(dim=1), last - first + 1, 0).double()


def edges(grey: Tensor) -> Tensor:
    """Return (N,) mean difference in brightness between neighbouring pixels, in [0, 1]."""
    down, across = (grey.diff(dim=along).abs() for along in (1, 2))
    pairs = down[0].numel() + across[0].numel()
    return (down.sum(dim=(1, 2)) + across.sum(dim=(1, 2))) / pairs


def symmetry(grey: Tensor) -> Tensor:
    """Return (N,) likeness to the mirror image, in [0, 1]: 1 where they are the same, 0 where nothing overlaps."""
    apart = (grey - grey.flip(2)).abs().sum(dim=(1, 2))
    whole = 2 * grey.sum(dim=(1, 2))
    return torch.where(whole > 0, 1 - apart / whole.clamp_min(torch.finfo(grey.dtype).tiny), 1.0)


LOOKS: tuple[Look, ...] = (
    Look(
        "brightness",
        "brightness of the object",
        "darkest",
        "brightest",
        "mean of the object's pixels, those above a tenth of white",
        brightness,
    ),
    Look(
        "ink",
        "share of the image that it covers",
        "smallest",
        "largest",
        "share of the pixels above a tenth of white",
        ink,
    ),
    Look(
        "contrast",
        "contrast within the object",
        "most uniform",
        "most contrasting",
        "standard deviation of the object's pixels",
        contrast,
    ),
    Look("lean", "lean to the right", "leftmost", "rightmost", "right half less left half, as a share of both", lean),
    Look("aspect", "height over width", "widest", "tallest", "of the box around the object's pixels", aspect),
    Look(
        "edges",
        "difference between neighbouring pixels",
        "plainest",
        "busiest",
        "mean difference in brightness between neighbours, across and down",
        edges,
    ),
    Look(
        "symmetry",
        "likeness to the mirror image",
        "least symmetric",
        "most symmetric",
        "1 less the share of the brightness that differs from the mirror image",
        symmetry,
    ),
)
"""In the order of reports."""
