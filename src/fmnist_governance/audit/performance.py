"""How often is the model right, over all and for each class?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.metrics import confusion_matrix as counted

from fmnist_governance.audit.bootstrap import percentile_interval, resampled_counts
from fmnist_governance.audit.check import Check, CheckResult, Column, Condition, Params, Table
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "Says nothing about images from another source than the test split.",
    "The intervals cover the draw of the test images, not the draw of a training seed.",
)
TOP = 2


class PerformanceParams(Params):
    """Settings of the performance check."""

    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind each interval that is not a plain proportion's."""


def measure(subject: Subject, params: PerformanceParams) -> CheckResult:
    """Measure accuracy, averages over classes, and each class, with 95 % intervals."""
    matrix = confusion_matrix(subject.test, len(subject.classes))
    generator = subject.generator("performance", "bootstrap")
    drawn = resampled_counts(matrix, params.resamples, generator)
    per_class = tuple(_per_class(subject, matrix, drawn))
    measurements = (*_overall(subject.test, matrix, drawn), *per_class, *_worst(subject, per_class))
    owed = _owed(subject.slugs)
    found = {measurement.id for measurement in measurements}
    return CheckResult(
        measurements=measurements,
        limits=LIMITS,
        passes=1.0,
        tables=(_table(subject, matrix, per_class),),
        outcomes=(Condition("clean", subject.test.correct),),
        absent={id_: "not defined: no test image, or no answer, of a class" for id_ in owed if id_ not in found},
    )


def confusion_matrix(examples: Examples, classes: int) -> NDArray[np.int64]:
    """Count labels against answers.

    Returns:
        (K, K) counts, rows the label, columns the answer.
    """
    matrix = counted(examples.labels.numpy(), examples.predicted.numpy(), labels=np.arange(classes))
    return np.asarray(matrix, dtype=np.int64)


def recall(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (..., K) the share of each class that was recognised; NaN without images of it."""
    return _share(np.diagonal(matrix, axis1=-2, axis2=-1), matrix.sum(axis=-1))


def precision(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (..., K) the share of each answer that was right; NaN where it was never given."""
    return _share(np.diagonal(matrix, axis1=-2, axis2=-1), matrix.sum(axis=-2))


def f1(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (..., K) the harmonic mean of precision and recall; NaN without images of a class."""
    right = np.diagonal(matrix, axis1=-2, axis2=-1)
    support = matrix.sum(axis=-1)
    return np.where(support > 0, _share(2 * right, support + matrix.sum(axis=-2)), np.nan)


def _share(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0)
    return shares


def top_answers_right(examples: Examples, top: int) -> int:
    """Count images whose label is among the `top` largest logits; ties go to the lower class, as in argmax."""
    order = examples.logits.sort(dim=1, descending=True, stable=True).indices[:, :top]
    return int((order == examples.labels[:, None]).any(dim=1).sum())


def _overall(test: Examples, matrix: NDArray[np.int64], drawn: NDArray[np.int64]) -> Iterator[Measurement]:
    n = len(test)
    right = int(test.correct.sum())
    yield _fraction("accuracy", "Accuracy on the test images", right / n, n, wilson(right, n), headline=True)
    if matrix.shape[0] > TOP:
        near = top_answers_right(test, TOP)
        title = "Label among the two most probable answers"
        yield _fraction("top2_accuracy", title, near / n, n, wilson(near, n), headline=True)
    smallest = int(matrix.sum(axis=1).min())
    averages = (
        ("balanced_accuracy", "Balanced accuracy: the mean of the classes' recall", recall),
        ("macro_precision", "Macro precision: the mean of the classes' precision", precision),
        ("macro_recall", "Macro recall: the mean of the classes' recall", recall),
        ("macro_f1", "Macro F1: the mean of the classes' F1", f1),
    )
    for name, title, rate in averages:
        value = float(rate(matrix).mean())
        if np.isfinite(value):
            interval = percentile_interval(value, rate(drawn).mean(axis=-1), smallest)
            yield _fraction(name, title, value, n, interval, headline=True)


def _per_class(subject: Subject, matrix: NDArray[np.int64], drawn: NDArray[np.int64]) -> Iterator[Measurement]:
    family = len(subject.classes)
    harmonic, resampled = f1(matrix), f1(drawn)
    for k, (slug, name) in enumerate(zip(subject.slugs, subject.classes, strict=True)):
        right, support, given = int(matrix[k, k]), int(matrix[k].sum()), int(matrix[:, k].sum())
        if given:
            held = wilson(right, given, family=family)
            yield _fraction(f"class.{slug}.precision", f"{name}: precision", right / given, given, held)
        if support:
            held = wilson(right, support, family=family)
            yield _fraction(f"class.{slug}.recall", f"{name}: recall", right / support, support, held, headline=True)
            value = float(harmonic[k])
            held = percentile_interval(value, resampled[:, k], support, family)
            yield _fraction(f"class.{slug}.f1", f"{name}: F1", value, support, held)


def _worst(subject: Subject, per_class: tuple[Measurement, ...]) -> Iterator[Measurement]:
    recalls = [m for m in per_class if m.id.endswith(".recall")]
    if len(recalls) == len(subject.classes):
        least = min(recalls, key=lambda m: m.value)
        name = subject.classes[subject.slugs.index(least.id.split(".")[2])]
        yield least.model_copy(
            update={"id": "performance.worst_class.recall", "title": f"Recall of the worst class, {name}"}
        )


def _fraction(  # noqa: PLR0913 - the fields of a measurement
    name: str, title: str, value: float, n: int, interval: Interval, *, headline: bool = False
) -> Measurement:
    return Measurement(
        id=f"performance.{name}",
        title=title,
        value=value,
        unit="fraction",
        better="higher",
        n=n,
        interval=interval,
        headline=headline,
    )


def _owed(class_slugs: tuple[str, ...]) -> tuple[str, ...]:
    whole = ("accuracy", "top2_accuracy", "balanced_accuracy", "macro_precision", "macro_recall", "macro_f1")
    each = (f"class.{slug}.{rate}" for slug in class_slugs for rate in ("precision", "recall", "f1"))
    owed = (*whole[: 1 if len(class_slugs) <= TOP else 2], *whole[2:], *each, "worst_class.recall")
    return tuple(f"performance.{name}" for name in owed)


def _table(subject: Subject, matrix: NDArray[np.int64], per_class: tuple[Measurement, ...]) -> Table:
    found = {m.id: m for m in per_class}
    rows = []
    for k, (slug, name) in enumerate(zip(subject.slugs, subject.classes, strict=True)):
        cells: list[str | int | float | None] = [name, int(matrix[k].sum())]
        for rate in ("precision", "recall", "f1"):
            measured = found.get(f"performance.class.{slug}.{rate}")
            held = measured.interval if measured else None
            cells += [measured.value if measured else None, held.low if held else None, held.high if held else None]
        rows.append(tuple(cells))
    ends = ("", "_low", "_high")
    columns = (
        Column("class"),
        Column("n", "count"),
        *(Column(f"{rate}{end}", "fraction") for rate in ("precision", "recall", "f1") for end in ends),
    )
    caption = "Precision, recall and F1 of each class, with intervals that hold for all classes at once"
    return Table("classes", caption, columns, tuple(rows))


PERFORMANCE = Check(name="performance", version=1, needs=frozenset(), params=PerformanceParams, measure=measure)
