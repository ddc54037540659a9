"""Does the answer stay when the image changes in a way that does not change what it shows?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.check import Cell, Check, CheckResult, Column, Condition, Params, Table
from fmnist_governance.audit.clustered import pooled_interval
from fmnist_governance.audit.subject import BLOCK, Examples, Subject
from fmnist_governance.audit.variations import VARIATIONS, WORST_OF, Variation
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "An answer that stays may stay wrong: read consistency beside accuracy.",
    "Strong changes, and white for black, are shown to find where the answers break; nobody promised that they hold.",
    "Mirroring turns no garment into another, but a digit or letter: of such, what rests on it tells nothing.",
)


class InvarianceParams(Params):
    """Settings of the invariance check."""

    images: Annotated[int, Field(ge=10)] = 1000
    """How many test images are changed, a stratified draw; all of them where there are no more."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind each interval that is not a plain proportion's."""


@dataclass(frozen=True, slots=True)
class Tried:
    """The answers to one kind of change, in each of its V variants."""

    variation: Variation
    same: Tensor
    """(V, N) bool, whether the answer is that to the unchanged image."""
    correct: Tensor
    """(V, N) bool, whether it is the label."""


def measure(subject: Subject, params: InvarianceParams) -> CheckResult:
    """Change a stratified draw of test images in every way, and compare the answers.

    Raises:
        CheckError: There are no test images.
    """
    drawn = subject.subset(params.images)
    if not len(drawn):
        msg = "invariance: there is no test image to change"
        raise CheckError(msg)
    examples = drawn.take(drawn.index.argsort())
    tried = [_tried(subject, examples, variation) for variation in VARIATIONS]
    worst = _worst(examples, tried)
    each = tuple(m for item in tried for m in _rates(subject, params, item))
    return CheckResult(
        measurements=(_worst_rate(worst), *each),
        limits=LIMITS,
        passes=sum(item.same.numel() for item in tried) / len(subject.test),
        tables=(_table(tried, each),),
        outcomes=(*(Condition(t.variation.name, t.correct.all(dim=0)) for t in tried), Condition("worst_of_k", worst)),
    )


def _tried(subject: Subject, examples: Examples, variation: Variation) -> Tried:
    images = examples.images.to(subject.device).float() / 255
    found = []
    for change in variation.variants:
        logits = torch.cat([subject.answer(change(batch).clamp(0, 1)) for batch in images.split(BLOCK)])
        found.append(logits.argmax(dim=1))
    answers = torch.stack(found)
    return Tried(variation, answers == examples.predicted, answers == examples.labels)


def _worst(examples: Examples, tried: list[Tried]) -> Tensor:
    """Return (N,) bool, whether an image is answered rightly as it is and in every variant of the mildest changes."""
    mild = [item.correct.all(dim=0) for item in tried if item.variation.name in WORST_OF]
    return torch.stack((examples.correct, *mild)).all(dim=0)


def _worst_rate(worst: Tensor) -> Measurement:
    tries = 1 + sum(len(variation.variants) for variation in VARIATIONS if variation.name in WORST_OF)
    right, n = int(worst.sum()), len(worst)
    title = f"Right in all of {tries}: as it is, mirrored, and shifted by one pixel"
    return _fraction("worst_of_k.accuracy", title, right / n, n, wilson(right, n), headline=True)


def _rates(subject: Subject, params: InvarianceParams, item: Tried) -> Iterator[Measurement]:
    variation, n = item.variation, item.same.shape[1]
    for kind, title, hits in (
        ("consistency", "Same answer when", item.same.sum(dim=0)),
        ("accuracy", "Accuracy when", item.correct.sum(dim=0)),
    ):
        generator = subject.generator("invariance", variation.name, kind)
        held = _held(hits, len(variation.variants), params.resamples, generator)
        value = int(hits.sum()) / item.same.numel()
        name = f"{variation.name}.{kind}"
        headline = variation.headline and kind == "consistency"
        yield _fraction(name, f"{title} {variation.title}", value, n, held, headline=headline)


def _held(hits: Tensor, tries: int, resamples: int, generator: torch.Generator) -> Interval:
    if tries == 1:
        return wilson(int(hits.sum()), len(hits))
    return pooled_interval(hits, tries, resamples, generator)


def _fraction(  # noqa: PLR0913 - the fields of a measurement
    name: str, title: str, value: float, n: int, interval: Interval, *, headline: bool
) -> Measurement:
    return Measurement(
        id=f"invariance.{name}",
        title=title,
        value=value,
        unit="fraction",
        better="higher",
        n=n,
        interval=interval,
        headline=headline,
    )


def _table(tried: list[Tried], each: tuple[Measurement, ...]) -> Table:
    found = {m.id: m for m in each}
    rows = []
    for item in tried:
        variation = item.variation
        cells: list[Cell] = [variation.kind, variation.title, len(variation.variants), item.same.shape[1]]
        for kind in ("consistency", "accuracy"):
            measured = found[f"invariance.{variation.name}.{kind}"]
            held = measured.interval
            cells += [measured.value, held.low if held else None, held.high if held else None]
        rows.append(tuple(cells))
    ends = ("", "_low", "_high")
    columns = (
        Column("kind"),
        Column("change"),
        Column("variants", "count"),
        Column("n", "count"),
        *(Column(f"{rate}{end}", "fraction") for rate in ("consistency", "accuracy") for end in ends),
    )
    return Table("sweeps", "How many answers stay, and how many are right, as images change", columns, tuple(rows))


INVARIANCE = Check(name="invariance", version=1, needs=frozenset(), params=InvarianceParams, measure=measure)
