"""Blur: pixels run into their neighbours."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.audit.corruptions.corruption import SIDE, Corruption
from fmnist_governance.audit.corruptions.pixels import both_ways, convolved, gaussian_matrix, lines, zoom_matrix

_FINE = 9
"""Points to a side at which a pixel is tested for lying in a disk."""
_STRIDE = (11, 5)
"""How far from each other, in pixels, two rounds of glass blur take their random numbers."""


def gaussian_blur(images: Tensor, _: Tensor, sigma_px: float) -> Tensor:
    """Blur by a Gaussian."""
    return both_ways(images, gaussian_matrix(images.shape[-1], sigma_px))


def defocus_blur(images: Tensor, _: Tensor, radius_px: float, alias_px: float = 0) -> Tensor:
    """Spread each pixel over a disk, as a lens out of focus does.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        radius_px: Of the disk.
        alias_px: Standard deviation of a Gaussian that smooths the disk's rim; 0 for none.
    """
    return convolved(images, _disk(radius_px, alias_px)[None].to(images.device))


@lru_cache(maxsize=16)
def _disk(radius_px: float, alias_px: float) -> Tensor:
    reach = math.ceil(radius_px)
    fine = (torch.arange((2 * reach + 1) * _FINE) - ((2 * reach + 1) * _FINE - 1) / 2) / _FINE
    inside = (fine[:, None].square() + fine.square() <= radius_px**2).float()
    kernel = inside.unflatten(0, (-1, _FINE)).unflatten(2, (-1, _FINE)).mean(dim=(1, 3))
    if alias_px:
        kernel = both_ways(kernel, gaussian_matrix(len(kernel), alias_px))
    found: Tensor = kernel / kernel.sum()
    return found


def glass_blur(  # noqa: PLR0913, PLR0917 - the parts of a pane
    images: Tensor, uniform: Tensor, sigma_px: float, reach_px: int, rounds: int, share: float = 0.5
) -> Tensor:
    """Let pixels take the value of a random near one, as behind frosted glass, between two blurs.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        uniform: (N, 1, H, W); a later round takes the numbers of pixels further on.
        sigma_px: Standard deviation of the blurs; 0 for none.
        reach_px: How far away a value may come from, in each direction.
        rounds: How often pixels take another value.
        share: Share of the pixels that do so each time.
    """
    found = gaussian_blur(images, uniform, sigma_px) if sigma_px else images
    for turn in range(rounds):
        shift = (turn * _STRIDE[0], turn * _STRIDE[1])
        found = _scattered(found, uniform.roll(shift, dims=(2, 3)), reach_px, share)
    return gaussian_blur(found, uniform, sigma_px) if sigma_px else found


def _scattered(images: Tensor, uniform: Tensor, reach_px: int, share: float) -> Tensor:
    padded = functional.pad(images, (reach_px,) * 4, mode="replicate")
    width = padded.shape[-1]
    near = torch.arange(-reach_px, reach_px + 1, device=images.device)
    steps = (near[:, None] * width + near).flatten()
    chosen = uniform[:, 0] * (len(steps) / share)
    step = torch.where(chosen < len(steps), steps[chosen.int().clamp_(max=len(steps) - 1)], 0)
    place = torch.arange(width * padded.shape[-2], device=images.device).view(-1, width)
    own = place[reach_px : width - reach_px, reach_px : width - reach_px]
    return padded.flatten(1).gather(1, (step + own).flatten(1)).view_as(images)


def motion_blur(images: Tensor, uniform: Tensor, length_px: float, spread_px: float = math.inf) -> Tensor:
    """Smear each image along a line within 45 degrees of the horizontal.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        uniform: (N, 1), decides the direction.
        length_px: Length of the line.
        spread_px: Standard deviation of the weights along it; infinite for equal ones.
    """
    return convolved(images, lines((uniform[:, 0] - 0.5) * (math.pi / 2), length_px, spread_px))


def zoom_blur(images: Tensor, _: Tensor, largest: float, step: float) -> Tensor:
    """Average the image with enlargements of itself, from 1 to below `largest`."""
    factors = [1 + step * turn for turn in range(round((largest - 1) / step))]
    total = images.clone()
    for factor in factors:
        total += both_ways(images, zoom_matrix(images.shape[-1], factor))
    return total / (len(factors) + 1)


GAUSSIAN_BLUR = Corruption(
    "gaussian_blur",
    "Gaussian blur",
    (),
    gaussian_blur,
    garment28=((0.5,), (0.7,), (0.9,), (1.1,), (1.5,)),
    mnist_c=((1,), (2,), (3,), (4,), (6,)),
)
DEFOCUS_BLUR = Corruption(
    "defocus_blur",
    "defocus blur",
    (),
    defocus_blur,
    garment28=((0.8,), (1.2,), (1.6,), (2.0,), (2.6,)),
    mnist_c=((3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5)),
)
GLASS_BLUR = Corruption(
    "glass_blur",
    "glass blur",
    (1, SIDE, SIDE),
    glass_blur,
    garment28=((0, 1, 1, 0.1), (0, 1, 1, 0.2), (0.4, 1, 1, 0.5), (0.6, 1, 2, 0.5), (0.8, 2, 1, 0.5)),
    mnist_c=((0.7, 1, 2), (0.9, 2, 1), (1, 2, 3), (1.1, 3, 2), (1.5, 4, 2)),
)
MOTION_BLUR = Corruption(
    "motion_blur",
    "motion blur",
    (1,),
    motion_blur,
    garment28=((1.5,), (2.5,), (3.5,), (5,), (7,)),
    mnist_c=((20, 3), (30, 5), (30, 8), (30, 12), (40, 15)),
)
ZOOM_BLUR = Corruption(
    "zoom_blur",
    "zoom blur",
    (),
    zoom_blur,
    garment28=((1.06, 0.02), (1.12, 0.02), (1.21, 0.03), (1.32, 0.04), (1.48, 0.06)),
    mnist_c=((1.11, 0.01), (1.16, 0.01), (1.21, 0.02), (1.26, 0.02), (1.31, 0.03)),
)
