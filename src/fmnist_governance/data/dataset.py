"""The contract of a data set: what every member of the catalog returns."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.errors import DatasetError
from fmnist_governance.evidence.manifest import canonical, digest

VALIDATION_SHARE = 12
"""The validation split is one part in this many of the training images."""
COLOURS = (1, 3)
"""How many channels an image may have."""
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories: control characters, marks that nobody sees, halves of characters, and what ends a line."""
_JOINERS = frozenset("\u200c\u200d")  # Some scripts cannot be written without them.
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Split:
    """Images and their labels, in index order."""

    images: NDArray[np.uint8]
    """(N, C, H, W), 0 to 255."""
    labels: NDArray[np.int64]
    """(N,), each an index into the class names."""

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def take(self, indices: NDArray[np.int64]) -> Split:
        """Return the images with these indices, in that order."""
        return Split(self.images[indices], self.labels[indices])


@dataclass(frozen=True, slots=True)
class Dataset:
    """A named data set whose splits were verified by whoever loaded it."""

    name: str
    classes: tuple[str, ...]
    splits: Mapping[str, Split]
    """`test` always; `train` and its twelfth `validation` where there are training images.

    `train` is without the validation images."""
    source: str
    """Where the images come from, in words that name no path of one machine."""
    licence: str | None

    def __post_init__(self) -> None:
        """Refuse what no check could be run on.

        Raises:
            DatasetError: A split is empty, has another shape than it should or than the others, or holds a label
                without a class; there is one class alone; or a class has no name that can be printed.
        """
        if "test" not in self.splits:
            msg = f"{self.name}: no split 'test'; an audit needs one"
            raise DatasetError(msg)
        if len(self.classes) < 2:  # noqa: PLR2004 - nothing to tell apart
            msg = f"{self.name}: {len(self.classes)} class; a classifier tells two or more apart"
            raise DatasetError(msg)
        for label, called in enumerate(self.classes):
            unseen = any(unicodedata.category(c) in _UNPRINTABLE and c not in _JOINERS for c in called)
            if not called.strip() or len(called) > _LONGEST_NAME or unseen:
                said = f"{called[:_LONGEST_NAME]!r}"
                msg = f"{self.name}: class {label} is called {said}; expected up to {_LONGEST_NAME} visible characters"
                raise DatasetError(msg)
        for name, split in self.splits.items():
            _validate(f"{self.name} {name}", split, len(self.classes))
        if len(shapes := {split.images.shape[1:] for split in self.splits.values()}) > 1:
            msg = f"{self.name}: its splits hold images of different sizes: {sorted(shapes)} (C, H, W)"
            raise DatasetError(msg)


def _validate(where: str, split: Split, classes: int) -> None:
    if split.images.ndim != 4 or split.images.dtype != np.uint8:  # noqa: PLR2004 - N, C, H, W
        msg = f"{where}: images are {split.images.dtype}{split.images.shape}; expected uint8 (N, C, H, W)"
        raise DatasetError(msg)
    if split.images.shape[1] not in COLOURS:
        msg = f"{where}: images are {split.images.shape}; expected (N, C, H, W) with C 1 (grey) or 3 (colour)"
        raise DatasetError(msg)
    if split.labels.dtype != np.int64 or split.labels.shape != split.images.shape[:1]:
        held = f"{split.labels.dtype} of shape {split.labels.shape}"
        msg = f"{where}: {len(split.images)} images, but the labels are {held}; expected a whole number an image"
        raise DatasetError(msg)
    if len(split) == 0:
        msg = f"{where}: no images"
        raise DatasetError(msg)
    low, high = int(split.labels.min()), int(split.labels.max())
    if low < 0 or high >= classes:
        msg = f"{where}: labels run from {low} to {high}; there are {classes} classes"
        raise DatasetError(msg)


def with_validation(splits: Mapping[str, Split]) -> dict[str, Split]:
    """Cut the validation split from the training images, where there are enough of them.

    Args:
        splits: `test`, and `train` if there is one.

    Returns:
        The same splits, `train` without the images that became `validation`.
    """
    if "train" not in splits or "validation" in splits:
        return dict(splits)
    stay, out = held_out(splits["train"].labels)
    if not len(out) or not len(stay):
        return dict(splits)
    return {**splits, "train": splits["train"].take(stay), "validation": splits["train"].take(out)}


def split_digest(split: Split, classes: tuple[str, ...]) -> str:
    """Return the digest over shape, class names, pixel bytes and label bytes."""
    whole = hashlib.sha256(canonical({"shape": list(split.images.shape), "classes": list(classes)}))
    whole.update(np.ascontiguousarray(split.images).tobytes())
    whole.update(np.ascontiguousarray(split.labels, dtype="<i8").tobytes())
    return "sha256:" + whole.hexdigest()


def dataset_digest(splits: Mapping[str, str]) -> str:
    """Return the digest over the digests of the splits."""
    return digest(canonical(dict(splits)))


def held_out(labels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw the validation split: a twelfth of each class, seed 0, the same for every recipe.

    Args:
        labels: (N,) labels of all training images.

    Returns:
        Sorted indices of the images that stay in training, and of those held out.
    """
    generator = np.random.default_rng(0)
    chosen = [
        generator.permutation(np.flatnonzero(labels == label))[: (labels == label).sum() // VALIDATION_SHARE]
        for label in np.unique(labels)
    ]
    out = np.sort(np.concatenate(chosen)).astype(np.int64)
    return np.setdiff1d(np.arange(len(labels), dtype=np.int64), out), out
