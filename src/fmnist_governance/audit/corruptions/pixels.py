"""What corruptions are built from: products with small matrices, one kernel an image, sampling between pixels.

Whatever treats rows and columns alike (blur, zoom, pixelate, shift) is one product with a small matrix from each
side, which costs a few microseconds an image.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

_TRUNCATED = 4.0
"""Standard deviations at which a Gaussian is cut off."""
_SMALLEST = 2.0**-25


def normal(uniform: Tensor) -> Tensor:
    """Turn uniform numbers in [0, 1) into standard normal ones, of the same shape and order."""
    found: Tensor = torch.special.ndtri(uniform.clamp(_SMALLEST, 1 - _SMALLEST))
    return found


def both_ways(images: Tensor, matrix: Tensor) -> Tensor:
    """Apply one (M, H) matrix to the columns and the rows of (..., H, H) images; the result is (..., M, M)."""
    moved = matrix.to(images)
    return moved @ images @ moved.T


@lru_cache(maxsize=64)
def gaussian_matrix(size: int, sigma_px: float) -> Tensor:
    """Return the (size, size) matrix that blurs a line of pixels; beyond its ends the last pixel goes on."""
    reach = int(_TRUNCATED * sigma_px + 0.5)
    offsets = torch.arange(-reach, reach + 1)
    weights = torch.exp(-offsets.double().square() / (2 * sigma_px**2))
    weights /= weights.sum()
    place = torch.arange(size)
    matrix = torch.zeros(size, size, dtype=torch.float64)
    for offset, weight in zip(offsets.tolist(), weights, strict=True):
        matrix[place, (place + offset).clamp(0, size - 1)] += weight
    return matrix.float()


@lru_cache(maxsize=64)
def zoom_matrix(size: int, factor: float) -> Tensor:
    """Return the (size, size) matrix that enlarges a line about its middle by a factor, linearly between pixels."""
    middle = (size - 1) / 2
    source = (torch.arange(size, dtype=torch.float64) - middle) / factor + middle
    return _hats(source, size)


@lru_cache(maxsize=16)
def enlarging_matrix(size: int, cells: int) -> Tensor:
    """Return the (size, cells) matrix that spreads a line of cells over pixels, linearly between their middles."""
    source = (torch.arange(size, dtype=torch.float64) + 0.5) * cells / size - 0.5
    return _hats(source.clamp(0, cells - 1), cells)


def _hats(source: Tensor, size: int) -> Tensor:
    """Return (M, size) weights of linear interpolation at M places of a line; beyond its ends there is nothing."""
    return (1 - (source[:, None] - torch.arange(size)).abs()).clamp(min=0).float()


@lru_cache(maxsize=16)
def mosaic_matrix(size: int, cells: int) -> Tensor:
    """Return the (size, size) matrix that replaces a line by `cells` equal parts, each of their pixels' mean."""
    edges = torch.arange(cells + 1, dtype=torch.float64) * size / cells
    place = torch.arange(size, dtype=torch.float64)
    overlap = torch.minimum(place + 1, edges[1:, None]) - torch.maximum(place, edges[:-1, None])
    means = overlap.clamp(min=0) * cells / size
    cell = ((place + 0.5) * cells / size).long()
    return means[cell].float()


def convolved(images: Tensor, kernels: Tensor) -> Tensor:
    """Convolve each image with a kernel of its own; beyond the edge there is black.

    Args:
        images: (N, 1, H, W) float.
        kernels: (N, k, k) float with odd k, or (1, k, k) for one that serves all.

    Returns:
        (N, 1, H, W) float.
    """
    count, reach = len(images), kernels.shape[-1] // 2
    each = kernels.expand(count, -1, -1)[:, None]
    as_channels = functional.pad(images, (reach,) * 4).transpose(0, 1)
    return functional.conv2d(as_channels, each, groups=count).transpose(0, 1)


def sampled(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Take images at places between their pixels, linearly; beyond the edge there is black.

    Args:
        images: (N, 1, H, W) float.
        rows: (N, H, W) where each pixel comes from, in pixels from the first row.
        columns: (N, H, W) likewise, from the first column.

    Returns:
        (N, 1, H, W) float.
    """
    height, width = images.shape[-2:]
    grid = torch.stack((columns * (2 / (width - 1)) - 1, rows * (2 / (height - 1)) - 1), dim=-1)
    return functional.grid_sample(images, grid, padding_mode="zeros", align_corners=True)


def affine(images: Tensor, matrix: Tensor) -> Tensor:
    """Take each pixel from where a linear map about the image's middle sends it.

    Args:
        images: (N, 1, H, W) float.
        matrix: (N, 2, 2) float; maps (down, right) from the middle in the result to the same in the source.

    Returns:
        (N, 1, H, W) float.
    """
    height, width = images.shape[-2:]
    down = torch.arange(height, device=images.device) - (height - 1) / 2
    right = torch.arange(width, device=images.device) - (width - 1) / 2
    parts = matrix[:, :, :, None, None]
    source = parts[:, :, 0] * down[:, None] + parts[:, :, 1] * right
    return sampled(images, source[:, 0] + (height - 1) / 2, source[:, 1] + (width - 1) / 2)


def lines(angle: Tensor, length_px: float, spread_px: float = math.inf) -> Tensor:
    """Return kernels that smear an image along a line through each pixel.

    Args:
        angle: (N,) in radians from the horizontal.
        length_px: Length of the line.
        spread_px: Standard deviation of the weights along it; infinite for equal ones.

    Returns:
        (N, k, k) float, each summing to 1, with odd k.
    """
    reach = math.ceil(length_px / 2)
    along = torch.linspace(-length_px / 2, length_px / 2, 4 * math.ceil(length_px) + 1, device=angle.device)
    weights = torch.exp(-along.square() / (2 * spread_px**2))
    place = torch.arange(-reach, reach + 1, device=angle.device)
    down = (1 - (place - torch.sin(angle)[:, None, None] * along[:, None]).abs()).clamp(min=0)
    right = (1 - (place - torch.cos(angle)[:, None, None] * along[:, None]).abs()).clamp(min=0)
    kernels = (down * weights[:, None]).transpose(1, 2) @ right
    return kernels / kernels.sum(dim=(1, 2), keepdim=True)
