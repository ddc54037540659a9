"""Which groups of images are compared with the others? Found from images and labels, never from answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.garments import LOOKS, Look, looks
from fmnist_governance.audit.subject import Examples

QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Slice:
    """A group of test images."""

    title: str
    member: Tensor
    """(N,) bool."""
    name: str | None = None
    """As it stands in measurement ids; None for groups within a class, and for classes, which have other ids."""
    look: Look | None = None
    label: int | None = None


def slices(test: Examples, classes: Sequence[str]) -> tuple[Slice, ...]:
    """Return the quarters of the images by each property, the classes, and the quarters within each class.

    A quarter within a class is the part of the quarter of all images that is of that class, not a quarter of the class.
    """
    quarters = tuple(_quarters(test))
    whole = tuple(Slice(title=name, member=test.labels == label, label=label) for label, name in enumerate(classes))
    crossed = tuple(
        Slice(f"{kind.title}, {quarter.title}", quarter.member & kind.member, look=quarter.look, label=kind.label)
        for quarter in quarters
        for kind in whole
    )
    return (*quarters, *whole, *crossed)


def _quarters(test: Examples) -> Iterator[Slice]:
    found = looks(test.images)
    for look in LOOKS:
        place = quarter(found[look.name])
        for number, words in enumerate(_words(look)):
            name = f"{look.name}.q{number + 1}"
            yield Slice(f"{words} quarter", place == number, name=name, look=look)


def _words(look: Look) -> tuple[str, str, str, str]:
    return look.lowest, f"second {look.lowest}", f"second {look.highest}", look.highest


def quarter(values: Tensor) -> Tensor:
    """Return which quarter of the values each belongs to.

    Args:
        values: (N,) float64, N at least 1.

    Returns:
        (N,) int64, 0 to 3. Equal values share a quarter, the lower one, so that quarters may differ in size.
    """
    edges = torch.quantile(values, torch.arange(1, QUARTERS, dtype=torch.float64) / QUARTERS)
    return torch.bucketize(values, edges)
