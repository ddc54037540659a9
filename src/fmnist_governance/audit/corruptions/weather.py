"""Weather and light: something lies between the garment and the camera, or there is more of it or less."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from fmnist_governance.audit.corruptions.corruption import SIDE, Corruption
from fmnist_governance.audit.corruptions.pixels import (
    both_ways,
    convolved,
    enlarging_matrix,
    gaussian_matrix,
    lines,
    normal,
)

MAP = 32
"""Side of a cloud's map; a power of two, and no smaller than the image."""
_FLAKE_PX = 2
_UNIFORM_TO_ONE = 12**0.5
"""By which uniform numbers of width 1 are multiplied to have a standard deviation of 1; a blur makes them normal."""
_RIDGE = 4.0
"""The larger, the finer the veins of frost."""


def clouds(uniform: Tensor, decay: float) -> Tensor:
    """Draw fractal clouds by the diamond-square algorithm on a map that goes on beyond its edges.

    Args:
        uniform: (N, 1, 32, 32) in [0, 1): one number for each place of the map.
        decay: The noise of a level is that of the level before, divided by the square of this.

    Returns:
        (N, 1, 32, 32) float, each from exactly 0 to exactly 1.
    """
    rough = uniform * 2 - 1
    found = torch.zeros_like(uniform)
    step, amplitude = uniform.shape[-1], 1.0
    while step > 1:
        half = step // 2
        corners, centres = (slice(None, None, step),) * 2, (slice(half, None, step),) * 2
        corner = found[..., *corners]
        pairs = corner + corner.roll(-1, 2)
        centre = (pairs + pairs.roll(-1, 3)) / 4 + amplitude * rough[..., *centres]
        found[..., *centres] = centre
        above, left = (corners[0], centres[1]), (centres[0], corners[1])
        around = centre + centre.roll(1, 2) + corner + corner.roll(-1, 3)
        found[..., *above] = around / 4 + amplitude * rough[..., *above]
        around = centre + centre.roll(1, 3) + corner + corner.roll(-1, 2)
        found[..., *left] = around / 4 + amplitude * rough[..., *left]
        step, amplitude = half, amplitude / decay**2
    found -= found.amin(dim=(2, 3), keepdim=True)
    return found / found.amax(dim=(2, 3), keepdim=True).clamp(min=1e-12)


def fog(images: Tensor, uniform: Tensor, thickness: float, decay: float) -> Tensor:
    """Add clouds, and darken the whole so that the brightest pixel keeps its place."""
    brightest = images.amax(dim=(2, 3), keepdim=True)
    cloud = clouds(uniform, decay)[..., : images.shape[2], : images.shape[3]]
    return (images + thickness * cloud) * (brightest / (brightest + thickness))


def frost(images: Tensor, uniform: Tensor, kept: float, ice: float) -> Tensor:
    """Lay veins of ice over the image.

    ImageNet-C lays photographs of frozen glass over it; these are drawn: the heights of a cloud at which it is half
    as high as at its top.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        uniform: (N, 1, 32, 32) in [0, 1).
        kept: How much of the image shines through.
        ice: Brightness of a vein.
    """
    height = clouds(uniform, 1.5)[..., : images.shape[2], : images.shape[3]]
    veins = (1 - (2 * height - 1).abs()) ** _RIDGE
    return images * kept + veins * ice


def snow(images: Tensor, uniform: Tensor, threshold: float, length_px: float, whitened: float) -> Tensor:
    """Let flakes fall, each a streak, over an image that pales.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        uniform: (N, H/2 * W/2 + 1): a number a flake's place, and one for the wind.
        threshold: Standard deviations above which there is a flake; the smaller, the more.
        length_px: How far a flake falls while the picture is taken.
        whitened: Share in which each lit pixel goes towards white.
    """
    cells = images.shape[-1] // _FLAKE_PX
    field = normal(uniform[:, :-1]).view(-1, 1, cells, cells)
    flakes = (field - threshold).clamp(min=0).add_(0.5).mul_(field > threshold)
    flakes = both_ways(flakes, enlarging_matrix(images.shape[-1], cells))
    wind = (uniform[:, -1] - 0.5) * (math.pi / 2) + math.pi / 2
    falling = convolved(flakes, lines(wind, length_px))
    pale = images + whitened * images * (1 - images)
    return pale + falling


def spatter(  # noqa: PLR0913, PLR0917 - the parts of a splash
    images: Tensor, uniform: Tensor, mean: float, deviation: float, sigma_px: float, threshold: float, mud: float
) -> Tensor:
    """Splash mud: where a blurred noise is high, the image is covered.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        uniform: (N, 1, H, W) in [0, 1).
        mean: Of the noise.
        deviation: Of the noise before it is blurred.
        sigma_px: Standard deviation of the blur: how large the drops are.
        threshold: Noise above which there is a drop.
        mud: Its brightness.
    """
    size = images.shape[-1]
    noise = (uniform - 0.5) * (deviation * _UNIFORM_TO_ONE) + mean
    field = both_ways(noise, gaussian_matrix(size, sigma_px))
    drops = both_ways((field > threshold).float(), gaussian_matrix(size, 0.5))
    return images + drops * (mud - images)


def brightness(images: Tensor, _: Tensor, added: float) -> Tensor:
    """Add light to every pixel, the black ones too."""
    return images + added


def darken(images: Tensor, _: Tensor, kept: float) -> Tensor:
    """Take a share of the light away."""
    return images * kept


SNOW = Corruption(
    "snow",
    "snow",
    ((SIDE // _FLAKE_PX) ** 2 + 1,),
    snow,
    garment28=((2.2, 3, 0.1), (2.0, 3, 0.2), (1.6, 4, 0.3), (1.2, 4, 0.4), (0.8, 5, 0.5)),
)
FROST = Corruption(
    "frost",
    "frost",
    (1, MAP, MAP),
    frost,
    garment28=((0.98, 0.08), (0.95, 0.14), (0.92, 0.20), (0.90, 0.27), (0.85, 0.36)),
)
FOG = Corruption(
    "fog",
    "fog",
    (1, MAP, MAP),
    fog,
    garment28=((0.06, 2), (0.12, 2), (0.18, 2), (0.25, 2), (0.35, 2)),
    mnist_c=((1.5, 2), (2, 2), (2.5, 1.7), (2.5, 1.5), (3, 1.4)),
)
SPATTER = Corruption(
    "spatter",
    "spatter",
    (1, SIDE, SIDE),
    spatter,
    garment28=(
        (0.65, 0.3, 2, 0.725, 0.25),
        (0.65, 0.3, 2, 0.705, 0.25),
        (0.65, 0.3, 2, 0.69, 0.25),
        (0.65, 0.3, 2, 0.675, 0.25),
        (0.65, 0.3, 2, 0.66, 0.25),
    ),
    mnist_c=(
        (0.65, 0.3, 4, 0.69, 0.25),
        (0.65, 0.3, 3, 0.68, 0.25),
        (0.65, 0.3, 2, 0.68, 0.25),
        (0.65, 0.3, 1, 0.65, 0.25),
        (0.67, 0.4, 1, 0.65, 0.25),
    ),
)
BRIGHTNESS = Corruption(
    "brightness",
    "brightness",
    (),
    brightness,
    garment28=((0.02,), (0.04,), (0.06,), (0.08,), (0.11,)),
    mnist_c=((0.1,), (0.2,), (0.3,), (0.4,), (0.5,)),
)
DARKEN = Corruption(
    "darken",
    "darkening",
    (),
    darken,
    garment28=((0.8,), (0.6,), (0.4,), (0.25,), (0.12,)),
)
