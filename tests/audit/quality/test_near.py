from __future__ import annotations

import pytest
import torch

from fmnist_governance.audit.quality.near import THRESHOLDS, Near, measured, owed, segment, table
from fmnist_governance.audit.quality.neighbours import Nearest
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement


def near(subject: Subject, likeness: torch.Tensor) -> Near:
    rows = torch.arange(len(likeness))
    labels = torch.where(rows % 10 == 0, subject.test.labels + 1, subject.test.labels)
    return Near(subject.test, Nearest(rows, likeness), labels)


@pytest.fixture
def graded(subject: Subject) -> Near:
    """400 images, the later the likelier, from 0.5 to 1."""
    return near(subject, torch.linspace(0.5, 1, 400, dtype=torch.float64))


def numbers(found: Near) -> dict[str, Measurement]:
    return {m.id.removeprefix("data_quality."): m for m in measured(found)}


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_numpy_counts_the_near_and_scores_the_rest(graded: Near, threshold: float) -> None:
    close = graded.nearest.likeness.numpy() >= threshold
    correct = graded.examples.correct.numpy()

    found = numbers(graded)

    assert found[f"near_duplicate.{segment(threshold)}.rate"].value == pytest.approx(close.mean())
    rest = found[f"leak_adjusted.{segment(threshold)}.accuracy"]
    assert rest.value == pytest.approx(correct[~close].mean())
    assert rest.n == (~close).sum()


def test_the_difference_is_near_less_rest(graded: Near) -> None:
    close, correct = graded.nearest.likeness.numpy() >= 0.95, graded.examples.correct.numpy()

    found = numbers(graded)["near_duplicate.t_0_95.accuracy_difference"]

    assert found.value == pytest.approx(correct[close].mean() - correct[~close].mean())


def test_conflicts_are_near_and_labelled_otherwise(graded: Near) -> None:
    expected = sum(bool(graded.nearest.likeness[k] >= 0.98) for k in range(0, 400, 10))

    assert numbers(graded)["label_conflict.rate"].value == expected / 400
    assert expected == int(graded.conflict.sum()) > 0


def test_outliers_are_like_nothing(graded: Near) -> None:
    assert numbers(graded)["outlier.rate"].value == pytest.approx(
        float((graded.nearest.likeness < 0.6).double().mean())
    )


def test_where_nothing_is_near_there_is_nothing_to_compare(subject: Subject) -> None:
    far = near(subject, torch.full((400,), 0.7, dtype=torch.float64))

    missing = set(owed()) - set(numbers(far))

    assert missing == {f"near_duplicate.t_0_95.accuracy_difference{end}" for end in ("", "_within_class")}


def test_where_all_are_near_nothing_is_left(subject: Subject) -> None:
    copies = near(subject, torch.ones(400, dtype=torch.float64))

    missing = set(owed()) - set(numbers(copies))

    assert {name for name in missing if name.startswith("leak_adjusted")} == {
        f"leak_adjusted.{segment(threshold)}.accuracy" for threshold in THRESHOLDS
    }


def test_the_curve_only_rises_and_leaves_out_what_is_not_there(subject: Subject) -> None:
    rows = table(near(subject, torch.full((400,), 0.96, dtype=torch.float64))).rows

    assert [row[2] for row in rows] == [0, 0, 0, 0, 0, 0, 400]
    assert [row[6] is None for row in rows] == [True] * 6 + [False]
    assert [row[9] is None for row in rows] == [False] * 6 + [True]
