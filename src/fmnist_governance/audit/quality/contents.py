"""How many images of each class are there, and which show nothing?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from fmnist_governance.audit.check import Cell, Column, Table
from fmnist_governance.audit.garments import INK
from fmnist_governance.audit.quality.numbers import exact
from fmnist_governance.audit.quality.sides import Sides
from fmnist_governance.evidence.record import Measurement

BLANK = 0.02
"""An image of which a garment covers less than this share is blank."""
FLAT = 0.05
"""An image whose brightness has a smaller standard deviation than this shows next to nothing; 1 is white."""
_BATCH = 5_000


def balance(labels: Tensor, classes: int) -> float | None:
    """Return how many times as large as the smallest class the largest is; None where a class has no image.

    Args:
        labels: (N,) int64.
        classes: Number of classes.
    """
    counts = torch.bincount(labels, minlength=classes)
    return float(counts.max() / counts.min()) if int(counts.min()) else None


def spread(images: Tensor) -> Tensor:
    """Describe how much each image holds.

    Args:
        images: (N, C, H, W) uint8.

    Returns:
        (N, 3) float32: darkest less brightest value in [0, 1], share of the pixels above 0.1, standard deviation.
    """
    found = [torch.zeros(0, 3)]
    for batch in images.split(_BATCH):
        pixels = batch.flatten(1).float() / 255
        inked = (pixels > INK).float().mean(dim=1)
        found.append(torch.stack((pixels.amax(1) - pixels.amin(1), inked, pixels.std(1, correction=0)), dim=1))
    return torch.cat(found)


def measured(sides: Sides, classes: Sequence[str]) -> Iterator[Measurement]:
    """Measure balance, and count constant, blank and flat images, of each side that there is."""
    for name, side in sides.named():
        if side is None:
            continue
        words = {"test": "test", "train": "training"}[name]
        if (ratio := balance(side.labels, len(classes))) is not None:
            title = f"How many times as frequent as the rarest class the most frequent is, {words} images"
            yield exact(f"balance.{name}.ratio", title, ratio, "score")
        held = spread(side.images)
        constant, blank, flat = held[:, 0] == 0, held[:, 1] < BLANK, held[:, 2] < FLAT
        yield exact(
            f"constant.{name}.count", f"Constant {words} images: one brightness throughout", int(constant.sum())
        )
        title = f"Blank {words} images: less than {BLANK * 100:.0f} % of the pixels are an object's"
        yield exact(f"blank.{name}.count", title, int(blank.sum()))
        title = f"Flat {words} images: brightness differs by less than {FLAT * 100:.0f} % (standard deviation)"
        yield exact(f"low_variance.{name}.count", title, int(flat.sum()))


def owed() -> tuple[str, ...]:
    """Return the names of what is measured of each side."""
    kinds = ("balance.{}.ratio", "constant.{}.count", "blank.{}.count", "low_variance.{}.count")
    return tuple(kind.format(name) for name in ("test", "train") for kind in kinds)


def table(sides: Sides, classes: Sequence[str]) -> Table:
    """Return how many images each class has on each side."""
    counts = [
        torch.bincount(side.labels, minlength=len(classes)).tolist() if side else [None] * len(classes)
        for _, side in sides.named()
    ]
    rows: list[tuple[Cell, ...]] = [(name, *column) for name, *column in zip(classes, *counts, strict=True)]
    caption = "Images of each class; training images with those held out for validation"
    return Table("classes", caption, (Column("class"), Column("test", "count"), Column("train", "count")), tuple(rows))
