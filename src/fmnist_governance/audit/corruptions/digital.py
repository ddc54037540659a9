"""Digital: what displays, encoders and small files do to an image."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.audit.corruptions.corruption import Corruption
from fmnist_governance.audit.corruptions.pixels import both_ways, mosaic_matrix

BLOCK = 8
"""Side of a JPEG block, in pixels."""
_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)
"""ITU-T T.81 (1992), table K.1: steps of the luminance coefficients."""
_HALF_QUALITY = 50


def contrast(images: Tensor, _: Tensor, kept: float) -> Tensor:
    """Bring every pixel nearer to the image's mean."""
    mean = images.mean(dim=(2, 3), keepdim=True)
    return mean + (images - mean) * kept


def inverted(images: Tensor) -> Tensor:
    """Swap black and white."""
    return 1 - images


def quantize(images: Tensor, _: Tensor, levels: int) -> Tensor:
    """Keep that many levels of grey, black and white among them."""
    top = levels - 1
    return (images * top).round_() / top


def pixelate(images: Tensor, _: Tensor, cells: int) -> Tensor:
    """Replace the image by that many squares to a side, each of their pixels' mean."""
    return both_ways(images, mosaic_matrix(images.shape[-1], cells))


def jpeg_compression(images: Tensor, _: Tensor, quality: int) -> Tensor:
    """Compress as baseline JPEG does: cosine transform of 8 x 8 blocks, coarser steps, and back.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        quality: 1 to 100, as the Independent JPEG Group counts it.

    References:
        ITU-T T.81 (1992), annexes A and K.
    """
    height, width = images.shape[-2:]
    side = -(-max(height, width) // BLOCK) * BLOCK
    padded = functional.pad(images, (0, side - width, 0, side - height), mode="replicate")
    cosines = _cosines(side).to(images)
    steps = _steps(quality).tile(side // BLOCK, side // BLOCK).to(images)
    coefficients = cosines @ (padded * 255).round_().sub_(128) @ cosines.T
    coarse = (coefficients / steps).round_() * steps
    pixels = cosines.T @ coarse @ cosines
    return (pixels[..., :height, :width] + 128).round_() / 255


@lru_cache(maxsize=4)
def _cosines(side: int) -> Tensor:
    """Return the (side, side) matrix that transforms each run of 8 pixels to 8 orthonormal cosines."""
    place = torch.arange(BLOCK, dtype=torch.float64)
    block = torch.cos((2 * place + 1) * place[:, None] * torch.pi / (2 * BLOCK)) * (2 / BLOCK) ** 0.5
    block[0] /= 2**0.5
    found: Tensor = torch.block_diag(*(block,) * (side // BLOCK))
    return found.float()


@lru_cache(maxsize=16)
def _steps(quality: int) -> Tensor:
    """Return the (8, 8) steps of a quality, as libjpeg scales table K.1."""
    percent = 5000 // quality if quality < _HALF_QUALITY else 200 - 2 * quality
    scaled = (torch.tensor(_LUMINANCE) * percent + 50) // 100
    return scaled.clamp(1, 255).float()


CONTRAST = Corruption(
    "contrast",
    "low contrast",
    (),
    contrast,
    garment28=((0.95,), (0.88,), (0.8,), (0.72,), (0.62,)),
    mnist_c=((0.4,), (0.3,), (0.2,), (0.1,), (0.05,)),
)
PIXELATE = Corruption(
    "pixelate",
    "pixelation",
    (),
    pixelate,
    garment28=((24,), (18,), (14,), (10,), (7,)),
    mnist_c=((16,), (14,), (11,), (8,), (7,)),
)
JPEG_COMPRESSION = Corruption(
    "jpeg_compression",
    "JPEG compression",
    (),
    jpeg_compression,
    garment28=((30,), (18,), (10,), (6,), (4,)),
    mnist_c=((25,), (18,), (15,), (10,), (7,)),
)
QUANTIZE = Corruption(
    "quantize",
    "few grey levels",
    (),
    quantize,
    garment28=((16,), (8,), (4,), (3,), (2,)),
    mnist_c=((32,), (16,), (8,), (4,), (2,)),
)
