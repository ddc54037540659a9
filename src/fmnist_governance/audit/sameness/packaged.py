"""The packaged model, asked in every way that should make no difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.package import Answers, Package
from fmnist_governance.audit.sameness.likeness import Likeness, likeness
from fmnist_governance.audit.subject import Examples, Subject

SIZES = (1, 100, 250)
"""Images a call; the first only for a few images, because each call costs."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """What came back."""

    audited: Likeness
    """Beside the audited weights."""
    named: int | None
    """How many images got the audited class by name; None where the package names no classes."""
    integers: tuple[Likeness, ...]
    batches: tuple[Likeness, ...]
    order: tuple[Likeness, ...]
    again: tuple[Likeness, ...]
    asked: int
    """Images that were asked about, all ways together."""


def packaged(
    subject: Subject, package: Package, ask: Callable[[Tensor], Answers], some: Examples, few: int
) -> Packaged:
    """Ask the packaged model about images, plainly and in other ways.

    Args:
        subject: Draws the order.
        package: What is known of it.
        ask: Asks it in one call.
        some: The images with the audited answers, in index order.
        few: How many of them are asked one by one.

    Raises:
        ModelError: The packaged code fails.
    """
    rows, integers = torch.arange(len(some)), some.images
    images = integers.float() / 255
    most = len(some) if package.most is None else package.most
    plain = _in_calls(ask, images, most)
    batches = tuple(_batches(ask, package, images, plain.probabilities, few))
    shuffled = torch.randperm(len(some), generator=subject.generator("integrity", "order"))
    other = _in_calls(ask, images[shuffled], most).probabilities[shuffled.argsort()]
    forms = (
        [("integers from 0 to 255 instead of floats", _in_calls(ask, integers, most))] if package.takes_bytes else []
    )
    again = _in_calls(ask, images, most)
    return Packaged(
        audited=likeness(
            "the packaged model instead of the audited weights", rows, some.probabilities, plain.probabilities
        ),
        named=_named(subject, some, plain),
        integers=tuple(likeness(way, rows, plain.probabilities, found.probabilities) for way, found in forms),
        batches=batches,
        order=(likeness("in another order", rows, plain.probabilities, other),),
        again=(likeness("once more", rows, plain.probabilities, again.probabilities),),
        asked=len(some) * (3 + len(forms)) + sum(len(found.rows) for found in batches),
    )


def _in_calls(ask: Callable[[Tensor], Answers], images: Tensor, size: int) -> Answers:
    """Ask about images in calls of at most that size."""
    found = [ask(batch) for batch in images.split(size)]
    return Answers(
        torch.cat([part.probabilities for part in found]),
        _joined([part.said for part in found]),
        _joined([part.likeliest for part in found]),
    )


def _joined(parts: list[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    names = [part for part in parts if part is not None]
    return None if len(names) < len(parts) else tuple(name for part in names for name in part)


def _batches(
    ask: Callable[[Tensor], Answers], package: Package, images: Tensor, plain: Tensor, few: int
) -> list[Likeness]:
    found = []
    for size in SIZES:
        if not package.fewest <= size <= (package.most or size):
            continue
        rows = torch.arange(min(len(images), few) if size == 1 else len(images))
        other = _in_calls(ask, images[rows], size).probabilities
        found.append(likeness(f"{size} at a time", rows, plain[rows], other))
    return found


def _named(subject: Subject, some: Examples, plain: Answers) -> int | None:
    if plain.said is None or plain.likeliest is None:
        return None
    audited = [subject.classes[k] for k in some.predicted.tolist()]
    answers = zip(audited, plain.said, plain.likeliest, strict=True)
    return sum(1 for name, said, likeliest in answers if name == said == likeliest)
