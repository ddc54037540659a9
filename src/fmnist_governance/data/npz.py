"""Images and labels from one `.npz` file: `x_SPLIT`, `y_SPLIT` and `classes`."""

from __future__ import annotations

import math
import tokenize
import zipfile
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.data.dataset import Dataset, Split, with_validation
from fmnist_governance.errors import DatasetError

SPLITS = ("train", "validation", "test")
LARGEST_BYTES = 4 * 1024**3
"""Of the unpacked file."""
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    KeyError,
    SyntaxError,
    RuntimeError,
    zlib.error,
    zipfile.BadZipFile,
    tokenize.TokenError,
)
"""What the readers of zip and NumPy files raise on damage, encryption and objects."""
_FORM = "expected x_SPLIT (N, H, W) or (N, C, H, W) uint8, y_SPLIT (N,) integers and classes (K,) text"


def load(path: Path) -> Dataset:
    """Read a file as `numpy.savez` writes it.

    Args:
        path: Holds `x_test`, `y_test` and `classes`; `x_train`, `y_train`, `x_validation`, `y_validation` if there are
            such splits.

    Raises:
        DatasetError: The file is not there, too large, could run code, or does not hold these arrays.
    """
    arrays = _arrays(path)
    classes = _classes(path, arrays)
    splits = {name: _split(path, arrays, name) for name in SPLITS if f"x_{name}" in arrays or f"y_{name}" in arrays}
    return Dataset(f"npz-{path.stem}", classes, with_validation(splits), f"the file {path.name}", None)


def _arrays(path: Path) -> dict[str, NDArray[np.generic]]:
    wanted = {"classes", *(f"{axis}_{split}" for axis in "xy" for split in SPLITS)}
    try:
        _demand_small(path)
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in file.files if name in wanted}
            other = sorted(set(file.files) - wanted)
    except FileNotFoundError as err:
        msg = f"{path}: no such file"
        raise DatasetError(msg) from err
    except _UNREADABLE as err:
        msg = f"{path}: not readable as .npz without running code ({err}); {_FORM}"
        raise DatasetError(msg) from err
    if other:
        msg = f"{path}: {other[0]} would not be read: splits are called {', '.join(SPLITS)}; rename it or leave it out"
        raise DatasetError(msg)
    return found


def _demand_small(path: Path) -> None:
    """Refuse a file that would fill the memory, by what the archive and each array's own header promise."""
    with zipfile.ZipFile(path) as archive:
        packed = sum(item.file_size for item in archive.infolist())
        promised = 0
        for name in archive.namelist():
            with archive.open(name) as member:
                promised += _promised_bytes(member)
    if (largest := max(packed, promised)) > LARGEST_BYTES:
        msg = f"{path}: unpacks to {largest:,} bytes; at most {LARGEST_BYTES:,} are read"
        raise DatasetError(msg)


def _promised_bytes(member: IO[bytes]) -> int:
    version = np.lib.format.read_magic(member)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(member)
    return math.prod(shape) * int(dtype.itemsize)


def _classes(path: Path, arrays: dict[str, NDArray[np.generic]]) -> tuple[str, ...]:
    found = arrays.get("classes")
    if found is None or found.ndim != 1 or found.dtype.kind != "U" or not len(found):
        msg = f"{path}: classes is {_form(found)}; {_FORM}"
        raise DatasetError(msg)
    names = tuple(str(name) for name in found)
    if len(set(names)) != len(names):
        msg = f"{path}: classes: a name stands twice"
        raise DatasetError(msg)
    return names


def _split(path: Path, arrays: dict[str, NDArray[np.generic]], name: str) -> Split:
    images, labels = arrays.get(f"x_{name}"), arrays.get(f"y_{name}")
    if images is None or images.dtype != np.uint8 or images.ndim not in {3, 4}:
        msg = f"{path}: x_{name} is {_form(images)}; {_FORM}"
        raise DatasetError(msg)
    if labels is None or labels.dtype.kind not in "iu" or labels.ndim != 1:
        msg = f"{path}: y_{name} is {_form(labels)}; {_FORM}"
        raise DatasetError(msg)
    pixels = np.array(images, dtype=np.uint8)
    return Split(pixels[:, None] if pixels.ndim == 3 else pixels, labels.astype(np.int64))  # noqa: PLR2004 - N, H, W


def _form(array: NDArray[np.generic] | None) -> str:
    return "missing" if array is None else f"{array.dtype}{array.shape}"
