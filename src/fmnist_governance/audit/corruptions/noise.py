"""Noise: each pixel is disturbed on its own."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

from fmnist_governance.audit.corruptions.corruption import SIDE, Corruption
from fmnist_governance.audit.corruptions.pixels import normal

_LEVELS = 256
_QUANTILES = 4096
PIXELS = (1, SIDE, SIDE)


def gaussian_noise(images: Tensor, uniform: Tensor, deviation: float) -> Tensor:
    """Add normal noise, as of a sensor in poor light."""
    return images + normal(uniform) * deviation


def speckle_noise(images: Tensor, uniform: Tensor, deviation: float) -> Tensor:
    """Add normal noise that grows with the brightness of the pixel."""
    return images + images * normal(uniform) * deviation


def shot_noise(images: Tensor, uniform: Tensor, photons: float) -> Tensor:
    """Replace each pixel by a Poisson count of photons, scaled back.

    Args:
        images: Brightness is read to the nearest of 256 levels.
        uniform: Which quantile is taken, to the nearest of 4,096.
        photons: Mean count of a white pixel.
    """
    table = _poisson_quantiles(photons).to(images.device)
    level = (images * (_LEVELS - 1)).round_().mul_(_QUANTILES)
    place = level.add_((uniform * _QUANTILES).floor_()).int()
    return table.index_select(0, place.flatten()).view_as(images).float() / photons


@lru_cache(maxsize=16)
def _poisson_quantiles(photons: float) -> Tensor:
    """Return counts, flat from (256 levels, 4,096 quantiles)."""
    rate = torch.arange(_LEVELS, dtype=torch.float64)[:, None] * photons / (_LEVELS - 1)
    count = torch.arange(int(2 * photons + 40), dtype=torch.float64)
    density = torch.exp(torch.xlogy(count, rate) - rate - torch.lgamma(count + 1))
    wanted = (torch.arange(_QUANTILES, dtype=torch.float64) + 0.5) / _QUANTILES
    found = torch.searchsorted(density.cumsum(dim=1), wanted.expand(_LEVELS, -1).contiguous())
    return found.to(torch.uint8 if int(found.max()) < _LEVELS else torch.float32).flatten()


def impulse_noise(images: Tensor, uniform: Tensor, share: float) -> Tensor:
    """Turn a share of the pixels black or white, as broken ones are."""
    black, white = uniform < share / 2, uniform >= 1 - share / 2
    return images.masked_fill(black, 0).masked_fill_(white, 1)


GAUSSIAN_NOISE = Corruption(
    "gaussian_noise",
    "Gaussian noise",
    PIXELS,
    gaussian_noise,
    garment28=((0.04,), (0.07,), (0.10,), (0.13,), (0.16,)),
    mnist_c=((0.08,), (0.12,), (0.18,), (0.26,), (0.38,)),
)
SHOT_NOISE = Corruption(
    "shot_noise",
    "shot noise",
    PIXELS,
    shot_noise,
    garment28=((120,), (40,), (15,), (6,), (3,)),
    mnist_c=((60,), (25,), (12,), (5,), (3,)),
)
IMPULSE_NOISE = Corruption(
    "impulse_noise",
    "impulse noise",
    PIXELS,
    impulse_noise,
    garment28=((0.01,), (0.02,), (0.03,), (0.06,), (0.09,)),
    mnist_c=((0.03,), (0.06,), (0.09,), (0.17,), (0.27,)),
)
SPECKLE_NOISE = Corruption(
    "speckle_noise",
    "speckle noise",
    PIXELS,
    speckle_noise,
    garment28=((0.1,), (0.2,), (0.35,), (0.5,), (0.7,)),
    mnist_c=((0.15,), (0.2,), (0.35,), (0.45,), (0.6,)),
)
