"""Images from files that a person names: pictures and NumPy arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.errors import DatasetError

LARGEST_BYTES = 64 * 1024 * 1024
_LARGEST_PIXELS = 16_000_000
_MODES = frozenset({"1", "L", "P", "RGB"})
"""Pillow's names of what becomes 8-bit grey without a loss that nobody sees: 16-bit pixels would be cut off at 255."""


def read_image_file(path: Path) -> NDArray[Any]:
    """Read a grey picture, or an array as `numpy.save` writes it.

    Returns:
        (H, W) uint8 for a picture; whatever the file holds for an array.

    Raises:
        DatasetError: The file is not there, too large, or neither.
    """
    try:
        if path.stat().st_size > LARGEST_BYTES:
            msg = f"{path}: larger than {LARGEST_BYTES // 1024 // 1024} MiB; give fewer images at a time"
            raise DatasetError(msg)
        return _array(path) if path.suffix == ".npy" else _picture(path)
    except OSError as err:
        msg = f"{path}: cannot be read as an image ({err.strerror or err}); expected a picture or a .npy file"
        raise DatasetError(msg) from err


def _array(path: Path) -> NDArray[Any]:
    try:
        loaded: NDArray[Any] = np.load(path, allow_pickle=False, mmap_mode="r")
    except (ValueError, EOFError) as err:
        msg = f"{path}: not an array as numpy.save writes it ({err})"
        raise DatasetError(msg) from err
    return np.array(loaded)


def _picture(path: Path) -> NDArray[np.uint8]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > _LARGEST_PIXELS:
                msg = f"{path}: {picture.width} x {picture.height} pixels; expected 28 x 28"
                raise DatasetError(msg)
            if picture.mode not in _MODES or "transparency" in picture.info:
                msg = f"{path}: its pixels are of mode {picture.mode}, or see-through; expected 8-bit grey or colour"
                raise DatasetError(msg)
            return np.asarray(picture.convert("L"), dtype=np.uint8)
    except (UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as err:
        msg = f"{path}: not a picture that can be read ({err}); expected PNG or the like, or a .npy file"
        raise DatasetError(msg) from err
