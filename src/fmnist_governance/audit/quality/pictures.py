"""The worst of what was found, to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from fmnist_governance.audit.check import Picture
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.audit.quality.labels import margin
from fmnist_governance.audit.quality.near import Near
from fmnist_governance.audit.subject import Examples, Labelled

ROWS = 3


def pairs(near: Near, train: Labelled, classes: Sequence[str], each: int) -> Iterator[Picture]:
    """Show the likest test and training images, and those of them whose labels differ; a test image stands left."""
    likeness = near.nearest.likeness
    caption = "The test images (left) with the likest training images (right), the likest pair first"
    order = likeness.argsort(descending=True, stable=True)
    yield _pairs("near_duplicates", caption, near, train, classes, order[: ROWS * each], each)
    conflict = near.conflict.nonzero()[:, 0]
    if len(conflict):
        caption = "Near copies, test (left) and training (right), whose labels differ, the likest pair first"
        order = conflict[likeness[conflict].argsort(descending=True, stable=True)]
        yield _pairs("label_conflicts", caption, near, train, classes, order[: ROWS * each], each)


def _pairs(  # noqa: PLR0913, PLR0917 - what a picture of pairs shows
    name: str, caption: str, near: Near, train: Labelled, classes: Sequence[str], rows: Tensor, each: int
) -> Picture:
    test, others = near.examples, near.nearest.row
    both = torch.stack((test.images[rows], train.images[others[rows]]), dim=1).flatten(0, 1)
    listed = [
        f"{classes[int(test.labels[row])]} beside {classes[int(near.labels[row])]} ({likeness:.3f})"
        for row, likeness in zip(rows.tolist(), near.nearest.likeness[rows].tolist(), strict=True)
    ]
    return _picture(name, caption, both, listed, 2 * each)


def doubted(  # noqa: PLR0913, PLR0917 - what a picture of doubted labels shows
    name: str, words: str, side: Examples | Labelled, probabilities: Tensor, found: Tensor, classes: Sequence[str],
    each: int,
) -> Iterator[Picture]:  # fmt: skip
    """Show images whose label may be wrong, those first whose label is least probable; `found` is (N,) bool."""
    if not bool(found.any()):
        return
    rows = found.nonzero()[:, 0]
    rows = rows[margin(side.labels[rows], probabilities[rows]).argsort(stable=True)[: ROWS * each]]
    listed = [
        f"labelled {classes[int(side.labels[row])]}, answered {classes[int(probabilities[row].argmax())]}"
        for row in rows.tolist()
    ]
    caption = f"{words} whose label may be wrong: candidates for a person to look at, the most doubtful first"
    yield _picture(name, caption, side.images[rows], listed, each)


def outliers(near: Near, classes: Sequence[str], each: int) -> Picture:
    """Show the test images that are least like any training image."""
    rows = near.nearest.likeness.argsort(stable=True)[: ROWS * each]
    listed = [
        f"{classes[int(near.examples.labels[row])]} ({float(near.nearest.likeness[row]):.2f})" for row in rows.tolist()
    ]
    caption = "The test images that are least like any training image, the least like first"
    return _picture("outliers", caption, near.examples.images[rows], listed, each)


def _picture(name: str, caption: str, images: Tensor, listed: Sequence[str], columns: int) -> Picture:
    rows = list(images.split(columns))
    return Picture(
        name=name,
        caption=f"{caption}. Row by row: " + "; ".join(listed),
        alternative=f"A grid of images in {len(rows)} rows. Row by row: " + "; ".join(listed),
        png=sheet(rows, columns),
    )
