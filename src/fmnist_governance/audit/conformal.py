"""How many answers must the model name for the right one to be among them?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.bootstrap import resampled_counts
from fmnist_governance.audit.check import Cell, Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.audit.uncertainty.answer_sets import aps_scores, lac_scores, level
from fmnist_governance.audit.uncertainty.held_out import held_out
from fmnist_governance.audit.uncertainty.resampling import around
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "Coverage is promised over all images together, not for each class, and only for images like those fitted on.",
    "The intervals take the fitted level as given.",
    "A set may be empty: where more may miss than the model errs, and with APS, which leaves out a part by lot.",
)
METHODS = {"lac": "LAC", "aps": "APS"}
Percent = Annotated[int, Field(ge=1, le=50)]


class ConformalParams(Params):
    """Settings of the conformal check."""

    alpha_percent: Annotated[tuple[Percent, ...], Field(min_length=1, max_length=10)] = (10, 5, 1)
    """Shares of the sets that may miss the label."""
    headline_percent: Percent = 5
    """The one of them whose numbers are also kept as metrics of the run."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind the interval of the mean size of a set."""


@dataclass(frozen=True, slots=True)
class _Sets:
    """The sets of one method at one level, scored."""

    method: str
    alpha_percent: int
    level: float
    covered: Tensor
    """(N,) bool, whether the set holds the label."""
    size: Tensor
    """(N,) int64"""
    labels: Tensor
    """(N,) int64"""

    @property
    def stem(self) -> str:
        """How the ids of its numbers begin."""
        return f"conformal.{self.method}.alpha_{self.alpha_percent}"


def measure(subject: Subject, params: ConformalParams) -> CheckResult:
    """Fit both kinds of sets on held-out images and score them on others.

    Raises:
        CheckError: There are too few images to fit on some and score on others.
    """
    held = held_out(subject)
    fit, score = _scores(subject, held.fit, "fit"), _scores(subject, held.score, "score")
    every = [
        _sets(method, alpha, fit[method].gather(1, held.fit.labels[:, None])[:, 0], score[method], held.score.labels)
        for method in METHODS
        for alpha in dict.fromkeys(params.alpha_percent)
    ]
    measurements = tuple(m for sets in every for m in _numbers(subject, sets, params))
    owed = [f"{sets.stem}.worst_class.coverage" for sets in every]
    found = {measurement.id for measurement in measurements}
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, f"The levels were {held.source}."),
        tables=(_levels(every), _classes(subject, every)),
        absent={id_: "some class has no image that is scored" for id_ in owed if id_ not in found},
    )


def _scores(subject: Subject, examples: Examples, key: str) -> dict[str, Tensor]:
    chance = subject.draw(
        ("conformal", "aps", key), examples.index, lambda n, g: torch.rand(n, generator=g, dtype=torch.float64)
    )
    return {"lac": lac_scores(examples.probabilities), "aps": aps_scores(examples.probabilities, chance)}


def _sets(method: str, alpha_percent: int, own: Tensor, scores: Tensor, labels: Tensor) -> _Sets:
    edge = level(own, alpha_percent)
    members = scores <= edge
    covered = members.gather(1, labels[:, None])[:, 0]
    return _Sets(method, alpha_percent, edge, covered, members.sum(dim=1), labels)


def _numbers(subject: Subject, sets: _Sets, params: ConformalParams) -> Iterator[Measurement]:
    n, told = len(sets.labels), sets.alpha_percent == params.headline_percent
    what = f"{METHODS[sets.method]} sets that may miss {sets.alpha_percent} %"
    covered, single = int(sets.covered.sum()), int((sets.size == 1).sum())
    yield _share(sets, "coverage", f"Label within the set, {what}", covered, n, headline=told)
    yield _size(subject, sets, f"Mean number of classes in the set, {what}", params)
    yield _share(sets, "singleton_rate", f"Sets of a single class, {what}", single, n)
    yield from _worst(subject, sets, what, headline=told)


def _worst(subject: Subject, sets: _Sets, what: str, *, headline: bool) -> Iterator[Measurement]:
    family = len(subject.classes)
    support = sets.labels.bincount(minlength=family)
    if not support.all():
        return
    covered = sets.labels[sets.covered].bincount(minlength=family)
    worst = int((covered / support).argmin())
    part, n = int(covered[worst]), int(support[worst])
    title = f"Label within the set for the worst class, {subject.classes[worst]}, {what}"
    yield _share(sets, "worst_class.coverage", title, part, n, family=family, headline=headline)


def _share(  # noqa: PLR0913 - the fields of a measurement
    sets: _Sets, name: str, title: str, part: int, n: int, *, family: int = 1, headline: bool = False
) -> Measurement:
    return Measurement(
        id=f"{sets.stem}.{name}",
        title=title,
        value=part / n,
        unit="fraction",
        better="higher",
        n=n,
        interval=wilson(part, n, family=family),
        headline=headline,
    )


def _size(subject: Subject, sets: _Sets, title: str, params: ConformalParams) -> Measurement:
    n, most = len(sets.size), len(subject.classes)
    return Measurement(
        id=f"{sets.stem}.set_size",
        title=title,
        value=float(sets.size.double().mean()),
        unit="count",
        better="lower",
        n=n,
        interval=_mean_interval(subject, sets, most, params.resamples),
        headline=sets.alpha_percent == params.headline_percent,
    )


def _mean_interval(subject: Subject, sets: _Sets, most: int, resamples: int) -> Interval:
    n, counts = len(sets.size), sets.size.bincount(minlength=most + 1).numpy()
    generator = subject.generator("conformal", "bootstrap", sets.method, sets.alpha_percent)
    drawn = torch.from_numpy(resampled_counts(counts, resamples, generator)).double()
    means = drawn @ torch.arange(most + 1, dtype=torch.float64) / n
    return around(float(sets.size.double().mean()), means, n, scale=most, span=(0.0, most))


def _levels(every: list[_Sets]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for sets in every:
        n, edge = len(sets.size), None if sets.level == float("inf") else sets.level
        empty, covered = int((sets.size == 0).sum()), int(sets.covered.sum())
        rows.append((METHODS[sets.method], sets.alpha_percent / 100, edge, n, covered, int(sets.size.sum()), empty))
    columns = (
        Column("method"),
        Column("alpha", "fraction"),
        Column("level", "score"),
        *(Column(name, "count") for name in ("images", "covered", "classes_named", "empty")),
    )
    caption = "What was fitted: a class is named where its score is at most the level; none where every class is named"
    return Table("levels", caption, columns, tuple(rows))


def _classes(subject: Subject, every: list[_Sets]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for sets in every:
        for k, name in enumerate(subject.classes):
            own = sets.labels == k
            n, covered = int(own.sum()), int(sets.covered[own].sum())
            held = wilson(covered, n, family=len(subject.classes)) if n else None
            found = (covered / n, held.low, held.high, float(sets.size[own].double().mean())) if held else (None,) * 4
            rows.append((METHODS[sets.method], sets.alpha_percent / 100, name, n, *found))
    ends = ("coverage", "coverage_low", "coverage_high")
    columns = (
        Column("method"),
        Column("alpha", "fraction"),
        Column("class"),
        Column("n", "count"),
        *(Column(name, "fraction") for name in ends),
        Column("set_size", "count"),
    )
    caption = "Coverage and mean size of the sets of each class, with intervals that hold for all classes at once"
    return Table("classes", caption, columns, tuple(rows))


CONFORMAL = Check(name="conformal", version=1, needs=frozenset(), params=ConformalParams, measure=measure)
