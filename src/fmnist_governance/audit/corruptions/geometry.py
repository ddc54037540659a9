"""Geometry: the garment lies elsewhere, askew, smaller, or is stretched. What comes in from outside is black."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.audit.corruptions.corruption import Corruption
from fmnist_governance.audit.corruptions.pixels import affine, both_ways, enlarging_matrix, normal, sampled

_COARSE = 7
"""Cells to a side of the field by which an image is stretched: bends are about four pixels wide."""


def rotated(images: Tensor, degrees: Tensor) -> Tensor:
    """Turn each of (N, 1, H, W) images counter-clockwise about its middle by its own (N,) angle."""
    angle = torch.deg2rad(degrees).to(images)
    cos, sin = angle.cos(), angle.sin()
    return affine(images, torch.stack((cos, sin, -sin, cos), dim=1).view(-1, 2, 2))


def sheared(images: Tensor, factor: Tensor) -> Tensor:
    """Push each row of (N, 1, H, W) images sideways by its (N,) factor for each pixel above the middle."""
    one, zero = torch.ones_like(factor), torch.zeros_like(factor)
    return affine(images, torch.stack((one, zero, factor, one), dim=1).view(-1, 2, 2).to(images))


def scaled(images: Tensor, factor: float) -> Tensor:
    """Show (N, 1, H, W) images larger or smaller by a factor about their middle."""
    matrix = torch.eye(2, device=images.device) / factor
    return affine(images, matrix.expand(len(images), 2, 2))


def shifted(images: Tensor, down: Tensor, right: Tensor) -> Tensor:
    """Move each of (N, 1, H, W) images by its own (N,) whole numbers of pixels."""
    height, width = images.shape[-2:]
    reach = int(torch.cat((down, right)).abs().max())
    padded = functional.pad(images, (reach,) * 4)
    rows = torch.arange(height, device=images.device) - down[:, None] + reach
    columns = torch.arange(width, device=images.device) - right[:, None] + reach
    source = rows[:, :, None] * padded.shape[3] + columns[:, None, :]
    return padded.flatten(1).gather(1, source.flatten(1)).view_as(images)


def _sign(uniform: Tensor) -> Tensor:
    return torch.where(uniform < 1 / 2, -1, 1)


def rotate(images: Tensor, uniform: Tensor, degrees: float) -> Tensor:
    """Turn each image by an angle, to one side or the other."""
    return rotated(images, _sign(uniform[:, 0]) * degrees)


def shear(images: Tensor, uniform: Tensor, factor: float) -> Tensor:
    """Slant each image, to one side or the other."""
    return sheared(images, _sign(uniform[:, 0]) * factor)


def scale(images: Tensor, _: Tensor, factor: float) -> Tensor:
    """Shrink each image."""
    return scaled(images, factor)


def translate(images: Tensor, uniform: Tensor, distance_px: int) -> Tensor:
    """Move each image by as many pixels along both axes, each way as likely as the other."""
    return shifted(images, _sign(uniform[:, 0]) * distance_px, _sign(uniform[:, 1]) * distance_px)


def elastic_transform(images: Tensor, uniform: Tensor, deviation_px: float) -> Tensor:
    """Stretch each image smoothly, as cloth.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        uniform: (N, 2, 7, 7) in [0, 1): how far down and how far right the cells of a coarse field go.
        deviation_px: Standard deviation of the distance at the middle of a cell, along each axis.
    """
    height, width = images.shape[-2:]
    field = both_ways(normal(uniform) * deviation_px, enlarging_matrix(height, uniform.shape[-1]))
    rows = torch.arange(height, device=images.device)[:, None] + field[:, 0]
    columns = torch.arange(width, device=images.device) + field[:, 1]
    return sampled(images, rows, columns)


ELASTIC_TRANSFORM = Corruption(
    "elastic_transform",
    "elastic stretch",
    (2, _COARSE, _COARSE),
    elastic_transform,
    garment28=((0.5,), (0.8,), (1.1,), (1.5,), (2.0,)),
)
ROTATE = Corruption(
    "rotate",
    "rotation",
    (1,),
    rotate,
    garment28=((5,), (10,), (16,), (22,), (28,)),
    mnist_c=tuple((math.degrees(angle),) for angle in (0.2, 0.4, 0.6, 0.8, 1.0)),  # type: ignore[arg-type] # five
)
SHEAR = Corruption(
    "shear",
    "shear",
    (1,),
    shear,
    garment28=((0.1,), (0.2,), (0.3,), (0.4,), (0.5,)),
    mnist_c=tuple((math.sin(angle),) for angle in (0.2, 0.4, 0.6, 0.8, 1.0)),  # type: ignore[arg-type] # five
)
SCALE = Corruption(
    "scale",
    "shrinking",
    (),
    scale,
    garment28=((0.92,), (0.84,), (0.76,), (0.68,), (0.58,)),
    mnist_c=((0.9,), (0.8,), (0.7,), (0.6,), (0.5,)),
)
TRANSLATE = Corruption(
    "translate",
    "diagonal shift",
    (2,),
    translate,
    garment28=((1,), (2,), (3,), (4,), (5,)),
    mnist_c=((1,), (2,), (3,), (4,), (5,)),
)
