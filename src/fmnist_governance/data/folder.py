"""Images from a folder: `DIR/SPLIT/CLASS/*.png`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.data.dataset import Dataset, Split, with_validation
from fmnist_governance.errors import DatasetError

SPLITS = ("train", "validation", "test")
LARGEST_PIXELS = 4096 * 4096
"""Of one image."""


def load(root: Path) -> Dataset:
    """Read PNG files, grey or RGB, all of one size.

    Args:
        root: Holds a folder `test`, and `train` and `validation` if there are such splits, each with one folder a
            class; the classes are sorted by name.

    Raises:
        DatasetError: A folder is missing, a file is no such image, or a link leads elsewhere; the first is named. No
            file is passed over, but those whose names start with a dot.
    """
    present = [name for name in SPLITS if (root / name).is_dir()]
    if "test" not in present:
        msg = f"{root / 'test'}: no such folder; expected {root}/SPLIT/CLASS/*.png with a split called test"
        raise DatasetError(msg)
    other = sorted(p.name for p in root.iterdir() if p.is_dir() and p.name not in SPLITS and p.name[0] != ".")
    if other:
        msg = f"{root / other[0]}: would not be read: splits are called {', '.join(SPLITS)}; rename it or take it out"
        raise DatasetError(msg)
    classes = _classes(root / "test")
    for name in present:
        _refuse_link(root / name)
        if (found := _classes(root / name)) != classes:
            msg = f"{root / name}: its classes are {', '.join(found)}; those of test are {', '.join(classes)}"
            raise DatasetError(msg)
    splits = {name: _split(root / name, classes) for name in present}
    return Dataset(f"folder-{root.name}", classes, with_validation(splits), f"the folder {root.name}", None)


def _classes(folder: Path) -> tuple[str, ...]:
    found = tuple(sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")))
    if not found:
        msg = f"{folder}: no folders there; expected one a class"
        raise DatasetError(msg)
    return found


def _split(folder: Path, classes: tuple[str, ...]) -> Split:
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    for label, name in enumerate(classes):
        for path in _files(folder / name):
            image = _image(path)
            if images and image.shape != images[0].shape:
                msg = f"{path}: (C, H, W) is {image.shape}; the images before it are {images[0].shape}"
                raise DatasetError(msg)
            images.append(image)
            labels.append(label)
    if not images:
        msg = f"{folder}: no PNG files in its folders"
        raise DatasetError(msg)
    return Split(np.stack(images), np.array(labels, dtype=np.int64))


def _files(folder: Path) -> Iterator[Path]:
    _refuse_link(folder)
    for path in sorted(path for path in folder.iterdir() if not path.name.startswith(".")):
        _refuse_link(path)
        if path.suffix.lower() != ".png" or not path.is_file():
            msg = f"{path}: not a PNG file; a class's folder holds nothing else, so convert it or take it out"
            raise DatasetError(msg)
        yield path


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        msg = f"{path}: a link; a data set is made of plain folders and files, copy them"
        raise DatasetError(msg)


def _image(path: Path) -> NDArray[np.uint8]:
    """Return (C, H, W), C one for grey and three for colour."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            if picture.width * picture.height > LARGEST_PIXELS:
                msg = f"{path}: {picture.width} x {picture.height} pixels; at most {LARGEST_PIXELS:,} are read"
                raise DatasetError(msg)
            if picture.mode not in {"L", "RGB"}:
                msg = f"{path}: its pixels are of mode {picture.mode}; expected 8-bit grey (L) or colour (RGB)"
                raise DatasetError(msg)
            grey = picture.mode == "L"
            pixels = np.asarray(picture, dtype=np.uint8)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as err:
        msg = f"{path}: not readable as PNG ({err})"
        raise DatasetError(msg) from err
    return pixels[None] if grey else np.ascontiguousarray(pixels.transpose(2, 0, 1))
