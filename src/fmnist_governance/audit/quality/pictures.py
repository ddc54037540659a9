"""The worst of what was found, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.check import Cell, Column, Picture, Table
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.audit.quality.labels import margin
from fmnist_governance.audit.quality.near import Near
from fmnist_governance.audit.subject import Examples, Labelled

ROWS = 3
PAIRS = 6
"""Pairs in a row."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A grid of images, and a table of the same name that tells what each of them is."""

    picture: Picture
    table: Table


def pairs(near: Near, train: Labelled, classes: Sequence[str], each: int) -> Iterator[Shown]:
    """Show the likest test and training images, and those of them whose labels differ; a test image stands left."""
    likeness = near.nearest.likeness
    caption = "The test images (left) with the likest training images (right), the likest pair first"
    order = likeness.argsort(descending=True, stable=True)
    yield _pairs("near_duplicates", caption, near, train, classes, order[: ROWS * each])
    conflict = near.conflict.nonzero()[:, 0]
    if len(conflict):
        caption = "Near copies, test (left) and training (right), whose labels differ, the likest pair first"
        order = conflict[likeness[conflict].argsort(descending=True, stable=True)]
        yield _pairs("label_conflicts", caption, near, train, classes, order[: ROWS * each])


def _pairs(  # noqa: PLR0913, PLR0917 - what a picture of pairs shows
    name: str, caption: str, near: Near, train: Labelled, classes: Sequence[str], rows: Tensor
) -> Shown:
    test, others = near.examples, near.nearest.row
    both = torch.stack((test.images[rows], train.images[others[rows]]), dim=1)
    listed = [
        (str(int(test.index[row])), classes[int(test.labels[row])], classes[int(near.labels[row])], likeness)
        for row, likeness in zip(rows.tolist(), near.nearest.likeness[rows].tolist(), strict=True)
    ]
    columns = (*(Column(c) for c in ("test image", "its label", "label in training")), Column("likeness", "score"))
    return _shown(name, caption, both, columns, listed, PAIRS)


def doubted(  # noqa: PLR0913, PLR0917 - what a picture of doubted labels shows
    name: str, words: str, side: Examples | Labelled, probabilities: Tensor, found: Tensor, classes: Sequence[str],
    each: int,
) -> Iterator[Shown]:  # fmt: skip
    """Show images whose label may be wrong, those first whose label is least probable; `found` is (N,) bool."""
    if not bool(found.any()):
        return
    rows = found.nonzero()[:, 0]
    rows = rows[margin(side.labels[rows], probabilities[rows]).argsort(stable=True)[: ROWS * each]]
    listed = [
        (str(int(side.index[row])), classes[int(side.labels[row])], classes[int(probabilities[row].argmax())])
        for row in rows.tolist()
    ]
    caption = f"{words} whose label may be wrong: candidates for a person to look at, the most doubtful first"
    columns = tuple(Column(name) for name in ("image", "label", "answer"))
    yield _shown(name, caption, side.images[rows].unsqueeze(1), columns, listed, each)


def outliers(near: Near, classes: Sequence[str], each: int) -> Shown:
    """Show the test images that are least like any training image."""
    rows = near.nearest.likeness.argsort(stable=True)[: ROWS * each]
    listed = [
        (str(int(near.examples.index[row])), classes[int(near.examples.labels[row])], likeness)
        for row, likeness in zip(rows.tolist(), near.nearest.likeness[rows].tolist(), strict=True)
    ]
    caption = "The test images that are least like any training image, the least like first"
    columns = (Column("image"), Column("label"), Column("likeness", "score"))
    return _shown("outliers", caption, near.examples.images[rows].unsqueeze(1), columns, listed, each)


def _shown(  # noqa: PLR0913, PLR0917 - a picture and its table
    name: str, caption: str, images: Tensor, columns: tuple[Column, ...], listed: Sequence[tuple[Cell, ...]], most: int
) -> Shown:
    """Lay out (N, G, C, H, W), groups of G images, `most` groups a row, each group apart from the next."""
    rows, group = list(images.split(most)), images.shape[1]
    places = [(r + 1, c + 1) for r, row in enumerate(rows) for c in range(len(row))]
    table = Table(
        name,
        "What each image of the picture is",
        (Column("row", "count"), Column("place", "count"), *columns),
        tuple((*place, *cells) for place, cells in zip(places, listed, strict=True)),
    )
    what = "pairs of images" if group > 1 else "images"
    alternative = f"A grid of {len(images)} {what}; the table {name} tells what each is."
    png = sheet([row.flatten(0, 1) for row in rows], most * group, group)
    return Shown(Picture(name=name, caption=caption, alternative=alternative, png=png), table)
