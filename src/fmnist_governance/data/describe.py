"""A data sheet: what is in a data set, counted."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from itertools import combinations

import numpy as np
from pydantic import FiniteFloat, NonNegativeInt, PositiveInt

from fmnist_governance.data.dataset import Dataset, Split, dataset_digest, split_digest
from fmnist_governance.evidence.record import Digest, Record


class Pixels(Record):
    """Statistics over all pixels of a split, as fractions of full brightness."""

    mean: FiniteFloat
    sd: FiniteFloat
    zero: FiniteFloat
    """Share of pixels that are exactly 0."""
    full: FiniteFloat
    """Share of pixels that are exactly 255."""


class SplitSheet(Record):
    """One split."""

    n: PositiveInt
    digest: Digest
    counts: dict[str, NonNegativeInt]
    """Images of each class."""
    pixels: Pixels
    duplicates: NonNegativeInt
    """Images that an earlier image of the same split equals in every pixel."""
    conflicts: NonNegativeInt
    """Of those, images whose label is not that of the first such image."""


class Shared(Record):
    """Images that stand in two splits."""

    first: str
    second: str
    images: NonNegativeInt
    """Images of the second split that equal an image of the first in every pixel."""
    conflicts: NonNegativeInt
    """Of those, images whose label is not among the labels that they have in the first."""


class DataSheet(Record):
    """A data set, counted."""

    name: str
    source: str
    licence: str | None
    digest: Digest
    shape: tuple[PositiveInt, ...]
    """(C, H, W) of each image."""
    classes: tuple[str, ...]
    splits: dict[str, SplitSheet]
    shared: tuple[Shared, ...]


def describe(dataset: Dataset) -> DataSheet:
    """Count what is in a data set."""
    prints = {name: _fingerprints(split) for name, split in dataset.splits.items()}
    sheets = {name: _split(split, dataset.classes, prints[name]) for name, split in dataset.splits.items()}
    pairs = combinations(dataset.splits, 2)
    channels, height, width = dataset.splits["test"].images.shape[1:]
    return DataSheet(
        name=dataset.name,
        source=dataset.source,
        licence=dataset.licence,
        digest=dataset_digest({name: sheet.digest for name, sheet in sheets.items()}),
        shape=(channels, height, width),
        classes=dataset.classes,
        splits=sheets,
        shared=tuple(_shared(dataset, first, second, prints) for first, second in pairs),
    )


def _fingerprints(split: Split) -> list[bytes]:
    pixels = np.ascontiguousarray(split.images)
    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in pixels]


def _split(split: Split, classes: tuple[str, ...], prints: list[bytes]) -> SplitSheet:
    counts = np.bincount(split.labels, minlength=len(classes))
    labels = split.labels.tolist()
    first: dict[bytes, int] = {}
    for print_, label in zip(prints, labels, strict=True):
        first.setdefault(print_, label)
    return SplitSheet(
        n=len(split),
        digest=split_digest(split, classes),
        counts={name: int(count) for name, count in zip(classes, counts, strict=True)},
        pixels=_pixels(split),
        duplicates=len(prints) - len(first),
        conflicts=sum(label != first[print_] for print_, label in zip(prints, labels, strict=True)),
    )


def _pixels(split: Split) -> Pixels:
    levels = np.bincount(split.images.reshape(-1), minlength=256).astype(np.float64)
    shares, values = levels / levels.sum(), np.arange(256) / 255
    mean = float(shares @ values)
    return Pixels(
        mean=mean,
        sd=float(np.sqrt(shares @ (values - mean) ** 2)),
        zero=float(shares[0]),
        full=float(shares[255]),
    )


def _shared(dataset: Dataset, first: str, second: str, prints: dict[str, list[bytes]]) -> Shared:
    labels: dict[bytes, set[int]] = defaultdict(set)
    for print_, label in zip(prints[first], dataset.splits[first].labels.tolist(), strict=True):
        labels[print_].add(label)
    both = [
        (print_, label)
        for print_, label in zip(prints[second], dataset.splits[second].labels.tolist(), strict=True)
        if print_ in labels
    ]
    conflicts = sum(label not in labels[print_] for print_, label in both)
    return Shared(first=first, second=second, images=len(both), conflicts=conflicts)
