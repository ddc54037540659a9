"""Which kinds of images does the model get wrong more often than others?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.check import Cell, Check, CheckResult, Column, Params, Picture, Table
from fmnist_governance.audit.garments import LOOKS
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.audit.slicing.compared import Compared, Gap, compared
from fmnist_governance.audit.slicing.groups import QUARTERS, Slice, slices
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.audit.uncertainty.held_out import in_order
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement

LIMITS = (
    "The groups are of things as they look in a picture, not of persons: says nothing about fairness to people.",
    "Quarters are of all test images, whatever their class: a class may have few images in one, or most.",
    "A quarter that fares worse need not fare worse because of the property that it was cut by.",
    "Groups that are not cut by class, by one property or by both are not looked at; one may hide there.",
)
HEADLINES = frozenset({"worst.accuracy", "worst.gap", "worst_within_class.gap", "significant_within_class"})


class SlicesParams(Params):
    """Settings of the slices check."""

    smallest: Annotated[int, Field(ge=2, le=100_000)] = 50
    """Fewest images in a group, and outside of it, for the two to be compared."""
    smallest_in_class: Annotated[int, Field(ge=2, le=100_000)] = 100
    """Fewest images in a quarter within a class."""
    examples: Annotated[int, Field(ge=1, le=20)] = 10
    """How many mistakes are shown in each row."""


def measure(subject: Subject, params: SlicesParams) -> CheckResult:
    """Cut the test images by class and by how they look, and compare each group with all others.

    Raises:
        CheckError: There are no test images.
    """
    if not len(subject.test):
        msg = "slices: there is no test image"
        raise CheckError(msg)
    test = in_order(subject.test)
    groups = slices(test, subject.classes)
    found = compared(test, groups, params.smallest, params.smallest_in_class)
    worst = min(found, key=lambda c: (c.own.share, -c.own.n), default=None)
    within = max((c for c in found if c.within), key=_within, default=None)
    measurements = (*_counts(found), *_worst(worst), *_worst_within(within), *_quarters(found))
    held = {m.id for m in measurements}
    shown = [c for c in ((worst,) if worst is within else (worst, within)) if c and c.own.right < c.own.n]
    return CheckResult(
        measurements=measurements,
        limits=LIMITS,
        tables=(_properties(), _table(found)),
        pictures=(_picture(subject.classes, test, shown, params.examples),) if shown else (),
        absent={id_: _why(params, id_) for id_ in _owed() if id_ not in held},
    )


def _owed() -> Iterator[str]:
    yield from ("slices.worst.accuracy", "slices.worst.gap")
    yield from ("slices.worst_within_class.accuracy", "slices.worst_within_class.gap")
    for look in LOOKS:
        for number in range(QUARTERS):
            yield f"slices.{look.name}.q{number + 1}.accuracy"


def _why(params: SlicesParams, id_: str) -> str:
    if "within_class" in id_:
        return f"no class has {params.smallest_in_class} images in a quarter and others outside of it"
    return f"fewer than {params.smallest} images in the group, or outside of it"


def _within(item: Compared) -> float:
    return item.within.value if item.within else -1.0


def _counts(found: Sequence[Compared]) -> Iterator[Measurement]:
    yield _count("tested", "Groups of images that were compared with all others", len(found))
    title = "Groups that are answered worse than all other images (Holm-adjusted tests, 5 %)"
    yield _count("significant", title, sum(c.worse for c in found))
    title = "Groups that are answered worse than other images of the same classes (simultaneous intervals)"
    yield _count("significant_within_class", title, sum(c.worse_within for c in found))


def _count(name: str, title: str, value: int) -> Measurement:
    return Measurement(
        id=f"slices.{name}",
        title=title,
        value=value,
        unit="count",
        better=None if name == "tested" else "lower",
        n=None,
        interval=None,
        headline=name in HEADLINES,
    )


def _worst(worst: Compared | None) -> Iterator[Measurement]:
    if worst is None:
        return
    title = worst.slice.title
    yield _accuracy("worst.accuracy", f"Accuracy of the worst group: {title}", worst)
    yield _gap("worst.gap", f"How much less often right than all other images: {title}", worst.gap, worst.own.n)


def _worst_within(worst: Compared | None) -> Iterator[Measurement]:
    if worst is None or worst.within is None:
        return
    title, name = worst.slice.title, "worst_within_class"
    yield _accuracy(f"{name}.accuracy", f"Accuracy of the group that is worst for its classes: {title}", worst)
    words = f"How much less often right than other images of the same class: {title}"
    yield _gap(f"{name}.gap", words, worst.within, worst.own.n)


def _quarters(found: Sequence[Compared]) -> Iterator[Measurement]:
    for item in found:
        if item.slice.name and item.slice.look:
            title = f"Accuracy on the {item.slice.title} of the images by {item.slice.look.title}"
            yield _accuracy(f"{item.slice.name}.accuracy", title, item)


def _accuracy(name: str, title: str, item: Compared) -> Measurement:
    return _fraction(name, title, item.own.share, item.own.n, item.accuracy)


def _gap(name: str, title: str, gap: Gap, n: int) -> Measurement:
    return _fraction(name, title, gap.value, n, gap.interval)


def _fraction(name: str, title: str, value: float, n: int, interval: Interval) -> Measurement:
    return Measurement(
        id=f"slices.{name}",
        title=title,
        value=value,
        unit="fraction",
        better="lower" if name.endswith("gap") else "higher",
        n=n,
        interval=interval,
        headline=name in HEADLINES,
    )


def _properties() -> Table:
    rows = tuple((look.title, look.how, look.lowest, look.highest) for look in LOOKS)
    columns = tuple(Column(name) for name in ("property", "how it is measured", "least of it", "most of it"))
    return Table("properties", "What the groups are cut by, each into quarters of all test images", columns, rows)


def _table(found: Sequence[Compared]) -> Table:
    shares = ("accuracy", "low", "high", "gap", "gap_low", "gap_high", "p", "adjusted_p")
    within = ("gap_within_class", "gap_within_class_low", "gap_within_class_high")
    columns = (
        *(Column(name) for name in ("slice", "property")),
        *(Column(name, "count") for name in ("n", "right")),
        *(Column(name, "score" if name in {"p", "adjusted_p"} else "fraction") for name in (*shares, *within)),
    )
    caption = (
        "Every group of images against all others, and against others of the same classes; the intervals hold for all"
        " rows at once"
    )
    return Table("groups", caption, columns, tuple(_row(item) for item in found))


def _row(item: Compared) -> tuple[Cell, ...]:
    return (
        item.slice.title,
        item.slice.look.title if item.slice.look else "class",
        item.own.n,
        item.own.right,
        item.own.share,
        *(item.accuracy.low, item.accuracy.high),
        *_ends(item.gap),
        *(item.p, item.adjusted),
        *_ends(item.within),
    )


def _ends(gap: Gap | None) -> tuple[Cell, Cell, Cell]:
    return (gap.value, gap.interval.low, gap.interval.high) if gap else (None, None, None)


def _picture(classes: Sequence[str], test: Examples, shown: Sequence[Compared], examples: int) -> Picture:
    rows = [_surest_mistakes(test, item.slice, examples) for item in shown]
    titles = [f"{item.slice.title} ({item.own.n - item.own.right} of {item.own.n} wrong)" for item in shown]
    answers = [", ".join(_answer(classes, test, row) for row in found.tolist()) for found in rows]
    listed = "; ".join(f"{title}: {answer}" for title, answer in zip(titles, answers, strict=True))
    return Picture(
        name="mistakes",
        caption="The surest mistakes, a row for the worst group and, where it is another, for the one that is worst for"
        " its classes: " + "; ".join(titles),
        alternative=f"Test images in {len(shown)} rows. From above, each with label and answer: {listed}",
        png=sheet([test.images[found] for found in rows], examples),
    )


def _surest_mistakes(test: Examples, group: Slice, examples: int) -> Tensor:
    """Return the rows of the mistakes of a group that the model was surest of."""
    wrong = (group.member & ~test.correct).nonzero()[:, 0]
    confidence = test.probabilities.amax(dim=1)[wrong]
    return wrong[torch.argsort(confidence, descending=True, stable=True)[:examples]]


def _answer(classes: Sequence[str], test: Examples, row: int) -> str:
    return f"{classes[int(test.labels[row])]} taken for {classes[int(test.predicted[row])]}"


SLICES = Check(name="slices", version=1, needs=frozenset(), params=SlicesParams, measure=measure)
