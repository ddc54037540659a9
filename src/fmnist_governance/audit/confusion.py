"""Which class is taken for which?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from fmnist_governance.audit.check import Cell, Check, CheckResult, Column, Params, Picture, Table
from fmnist_governance.audit.performance import confusion_matrix
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = ("Shows which classes are mixed up, not why.",)


class ConfusionParams(Params):
    """Settings of the confusion check."""

    pairs: Annotated[int, Field(ge=1, le=20)] = 5
    """How many pairs of classes are listed and shown."""
    examples: Annotated[int, Field(ge=1, le=20)] = 8
    """How many images are shown of each pair, the most confident mistakes first."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One class taken for another."""

    label: int
    answer: int
    count: int
    support: int


def measure(subject: Subject, params: ConfusionParams) -> CheckResult:
    """Count labels against answers and show the worst pairs."""
    matrix = confusion_matrix(subject.test, len(subject.classes))
    pairs = worst_pairs(matrix)
    shown = pairs[: params.pairs]
    pictures = (_picture(subject, shown, params.examples),) if shown else ()
    found = tuple(_worst(subject, pair) for pair in _worst_first(matrix)[:1])
    reason = "fewer than two classes have test images"
    return CheckResult(
        measurements=found,
        limits=LIMITS,
        tables=(_matrix_table(subject, matrix), _pairs_table(subject, shown)),
        pictures=pictures,
        absent={} if found else {"confusion.worst_pair.rate": reason},
    )


def worst_pairs(matrix: NDArray[np.int64]) -> list[Pair]:
    """Return the pairs that were mixed up at all, the largest share of the class first.

    Args:
        matrix: (K, K) counts, rows the label, columns the answer.
    """
    return [pair for pair in _worst_first(matrix) if pair.count]


def _worst_first(matrix: NDArray[np.int64]) -> list[Pair]:
    support = matrix.sum(axis=1)
    pairs = [
        Pair(label, answer, int(matrix[label, answer]), int(support[label]))
        for label in range(len(matrix))
        for answer in range(len(matrix))
        if label != answer and support[label]
    ]
    return sorted(pairs, key=lambda p: (-p.count / p.support, p.label, p.answer))


def _worst(subject: Subject, pair: Pair) -> Measurement:
    k = len(subject.classes)
    one, other = subject.classes[pair.label], subject.classes[pair.answer]
    return Measurement(
        id="confusion.worst_pair.rate",
        title=f"Most frequent mix-up: {one} taken for {other}" if pair.count else "No class was taken for another",
        value=pair.count / pair.support,
        unit="fraction",
        better="lower",
        n=pair.support,
        interval=wilson(pair.count, pair.support, family=k * (k - 1)),
        headline=True,
    )


def _matrix_table(subject: Subject, matrix: NDArray[np.int64]) -> Table:
    columns = (Column("class"), *(Column(name, "count") for name in subject.classes))
    counts: list[list[Cell]] = [[int(count) for count in row] for row in matrix]
    rows = tuple((name, *row) for name, row in zip(subject.classes, counts, strict=True))
    return Table("matrix", "Test images by class (row) and answer (column)", columns, rows)


def _pairs_table(subject: Subject, pairs: list[Pair]) -> Table:
    columns = (Column("class"), Column("answer"), Column("images", "count"), Column("of", "count"))
    rows = tuple((subject.classes[p.label], subject.classes[p.answer], p.count, p.support) for p in pairs)
    return Table("pairs", "The classes most often taken for another, by share of the class", columns, rows)


def _picture(subject: Subject, pairs: list[Pair], examples: int) -> Picture:
    test = subject.test
    confidence = test.probabilities.max(dim=1).values
    rows = []
    for pair in pairs:
        wrong = ((test.labels == pair.label) & (test.predicted == pair.answer)).nonzero()[:, 0]
        surest = confidence[wrong].sort(descending=True, stable=True).indices[:examples]
        rows.append(test.images[wrong[surest]])
    names = [f"{subject.classes[p.label]} taken for {subject.classes[p.answer]}" for p in pairs]
    return Picture(
        name="pairs",
        caption="The surest mistakes of each pair, one pair a row: " + "; ".join(names),
        alternative=f"A grid of test images, {len(pairs)} rows. Row by row: " + "; ".join(names),
        png=sheet(rows, examples),
    )


CONFUSION = Check(name="confusion", version=1, needs=frozenset(), params=ConfusionParams, measure=measure)
