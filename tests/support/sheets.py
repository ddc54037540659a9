"""Pictures of images, which are stored in few levels of grey."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_ROUNDING = 12
"""Half a step between two of twelve levels."""


def pixels(png: bytes) -> NDArray[np.int64]:
    """Return a picture as (H, W) grey values from 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(png)).convert("L")).astype(np.int64)


def alike(shown: NDArray[np.int64], image: NDArray[np.uint8]) -> bool:
    """Whether a part of a picture shows an image, but for the rounding to levels."""
    return shown.shape == image.shape and bool(np.abs(shown - image.astype(np.int64)).max() <= _ROUNDING)
