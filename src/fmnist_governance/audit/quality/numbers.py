"""Measurements of the data_quality check."""

from __future__ import annotations

from typing import Literal

from fmnist_governance.evidence.record import Interval, Measurement, Unit
from fmnist_governance.stats.proportions import wilson

NO_TRAINING = "the data set offers no training images"
HEADLINES = frozenset(
    {
        *("balance.test.ratio", "balance.train.ratio", "exact_duplicate.test_in_train.count", "blank.test.count"),
        *("near_duplicate.t_0_98.rate", "leak_adjusted.t_0_98.accuracy", "label_conflict.rate"),
        *("label_issue.test.rate", "label_issue.train.rate", "outlier.rate"),
        *("shift.classifier.accuracy", "shift.classifier.p_value", "shift.statistics.p_value"),
    }
)


def exact(name: str, title: str, value: float, unit: Unit = "count") -> Measurement:
    """Return a number that was counted on all images there are; the fewer or smaller, the better."""
    return _measurement(name, title, value, unit, None, None, "lower")


def share(name: str, title: str, hits: int, n: int, better: Literal["higher", "lower"] = "lower") -> Measurement:
    """Return a share of images with Wilson's interval."""
    return _measurement(name, title, hits / n, "fraction", n, wilson(hits, n), better)


def estimated(  # noqa: PLR0913, PLR0917 - the fields of a measurement
    name: str, title: str, value: float, n: int, interval: Interval, better: Literal["higher", "lower"] | None
) -> Measurement:
    """Return a fraction that is no plain share, with its interval."""
    return _measurement(name, title, value, "fraction", n, interval, better)


def _measurement(  # noqa: PLR0913, PLR0917 - the fields of a measurement
    name: str,
    title: str,
    value: float,
    unit: Unit,
    n: int | None,
    interval: Interval | None,
    better: Literal["higher", "lower"] | None,
) -> Measurement:
    return Measurement(
        id=f"data_quality.{name}",
        title=title,
        value=value,
        unit=unit,
        better=better,
        n=n,
        interval=interval,
        headline=name in HEADLINES,
    )
