"""Handwritten digits that scikit-learn ships: real, small, offline.

1,797 images of 8 x 8 pixels from 43 people (Alpaydin and Kaynak 1998, Optical Recognition of Handwritten Digits, UCI
Machine Learning Repository).
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.data.dataset import Dataset, Split, with_validation
from fmnist_governance.errors import DatasetError

CLASSES = tuple(str(digit) for digit in range(10))
SOURCE = "scikit-learn's load_digits (UCI Optical Recognition of Handwritten Digits), enlarged from 8 x 8 bilinearly"
TEST_SHARE = 4
"""One part in this many of each class is the test split."""
SIDE = 28
_DARKEST = 16
_SHAPE = (1797, 65)
"""Images, and their pixels with the label."""


def load() -> Dataset:
    """Read the digits, enlarged to 28 x 28, split by class with seed 0."""
    whole = every()
    test = _test_rows(whole.labels)
    rest = np.setdiff1d(np.arange(len(whole)), test)
    splits = with_validation({"train": whole.take(rest), "test": whole.take(test)})
    return Dataset("digits", CLASSES, splits, SOURCE, "CC BY 4.0")


def every() -> Split:
    """Return all digits, enlarged to 28 x 28, in the order of scikit-learn's file.

    Raises:
        DatasetError: The file is not there, or holds something else.
    """
    try:
        table = np.loadtxt(_file(), delimiter=",", dtype=np.int64)
    except (OSError, ValueError) as err:
        msg = f"scikit-learn's digits cannot be read: {err}; installing scikit-learn again would mend it"
        raise DatasetError(msg) from err
    if table.shape != _SHAPE or table.min() < 0 or table.max() > _DARKEST:
        msg = f"scikit-learn's digits are a table of {table.shape}, not of {_SHAPE} with numbers from 0 to {_DARKEST}"
        raise DatasetError(msg)
    return Split(enlarged(table[:, :-1].reshape(-1, 8, 8) / _DARKEST), table[:, -1].copy())


def _file() -> Path:
    """Return where scikit-learn keeps the digits; importing its readers would take seconds."""
    found = importlib.util.find_spec("sklearn")
    places = (found.submodule_search_locations or ()) if found else ()
    return Path(next(iter(places), "")) / "datasets" / "data" / "digits.csv.gz"


def enlarged(images: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Enlarge images bilinearly, the corners of the pixel grid aligned by area.

    Args:
        images: (N, H, W) in [0, 1].

    Returns:
        (N, 1, 28, 28) uint8.
    """
    rows, columns = (_weights(size) for size in images.shape[1:])
    grown = np.einsum("ih,nhw,jw->nij", rows, images, columns)
    levels: NDArray[np.uint8] = np.rint(grown * 255).astype(np.uint8)
    return levels[:, None]


def _weights(size: int) -> NDArray[np.float64]:
    """Return (28, size) weights of each old pixel in each new one; rows sum to 1."""
    at = np.clip((np.arange(SIDE) + 0.5) * size / SIDE - 0.5, 0, size - 1)
    low = np.minimum(at.astype(int), size - 2)
    weights = np.zeros((SIDE, size))
    weights[np.arange(SIDE), low] = 1 - (at - low)
    weights[np.arange(SIDE), low + 1] = at - low
    return weights


def _test_rows(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    generator = np.random.default_rng(0)
    drawn = []
    for label in range(len(CLASSES)):
        member = generator.permutation(np.flatnonzero(labels == label))
        drawn.append(member[: len(member) // TEST_SHARE])
    return np.sort(np.concatenate(drawn)).astype(np.int64)
