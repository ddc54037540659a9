from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.conformal import CONFORMAL, ConformalParams, _scores
from fmnist_governance.audit.subject import Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement


def measured(subject: Subject, *alphas: int) -> CheckResult:
    return CONFORMAL.measure(subject, ConformalParams(resamples=200, alpha_percent=alphas or (10, 5, 1)))


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("conformal."): m for m in result.measurements}


def four(subject: Subject) -> Subject:
    """Four images to fit on, four to score, whose probabilities are easily read."""
    logits = torch.tensor(
        [[0.7, 0.2, 0.06, 0.04], [0.5, 0.3, 0.15, 0.05], [0.4, 0.35, 0.2, 0.05], [0.25, 0.28, 0.27, 0.2]]
    )
    labels = torch.tensor([0, 1, 0, 0])
    images = torch.zeros(4, 1, 28, 28, dtype=torch.uint8)
    part = dataclasses.replace(subject.test, images=images, labels=labels, logits=logits.log(), index=torch.arange(4))
    return dataclasses.replace(subject, test=part, validation=part)


def test_four_images_by_hand(subject: Subject) -> None:
    result = measured(four(subject), 50)
    found = numbers(result)

    # Scores of the labels: 0.3, 0.7, 0.6, 0.75. The third smallest is 0.7: classes of at least 30 % are named.
    assert found["lac.alpha_50.coverage"].value == 0.75
    assert found["lac.alpha_50.set_size"].value == (1 + 2 + 2 + 0) / 4
    assert found["lac.alpha_50.singleton_rate"].value == 0.25
    assert result.tables[0].rows[0][3:] == (4, 3, 5, 1)
    assert result.tables[0].rows[0][2] == pytest.approx(0.7)


def test_too_few_images_to_fit_on_name_every_class(subject: Subject) -> None:
    result = measured(four(subject), 10)
    found = numbers(result)

    for method in ("lac", "aps"):
        assert found[f"{method}.alpha_10.set_size"].value == 4.0
        assert found[f"{method}.alpha_10.coverage"].value == 1.0
    assert [row[2] for row in result.tables[0].rows] == [None, None]


def test_a_class_without_images_has_no_worst_coverage(subject: Subject) -> None:
    result = measured(four(subject), 10)

    assert set(result.absent) == {f"conformal.{method}.alpha_10.worst_class.coverage" for method in ("lac", "aps")}


def test_sets_grow_as_fewer_may_miss(subject: Subject) -> None:
    found = numbers(measured(subject))

    for method in ("lac", "aps"):
        for name in ("coverage", "set_size"):
            values = [found[f"{method}.alpha_{alpha}.{name}"].value for alpha in (10, 5, 1)]
            assert values == sorted(values)


def test_the_worst_class_is_that_of_the_table(subject: Subject) -> None:
    result = measured(subject)
    lowest = min(float(row[4]) for row in result.tables[1].rows if row[:2] == ("LAC", 0.1) and row[4] is not None)

    found = numbers(result)["lac.alpha_10.worst_class.coverage"]

    assert found.value == lowest
    assert found.interval is not None
    assert found.interval.family == 4


def test_a_perfect_model_names_one_class(perfect: Subject) -> None:
    sure = dataclasses.replace(perfect, test=dataclasses.replace(perfect.test, logits=perfect.test.logits * 50))

    found = numbers(measured(sure))

    assert found["lac.alpha_1.set_size"].value == pytest.approx(1.0, abs=0.02)
    assert found["lac.alpha_1.coverage"].value == pytest.approx(1.0, abs=0.02)


def test_a_model_that_knows_nothing_names_as_many_classes_as_coverage_takes(subject: Subject) -> None:
    blind = dataclasses.replace(subject, test=dataclasses.replace(subject.test, logits=torch.zeros(400, 4)))

    found = numbers(measured(blind))

    assert found["lac.alpha_10.set_size"].value == 4.0
    assert found["aps.alpha_10.set_size"].value == pytest.approx(3.6, abs=0.25)


def test_only_one_level_is_told_in_headlines(subject: Subject) -> None:
    told = {name for name, m in numbers(measured(subject)).items() if m.headline}

    names = ("coverage", "set_size", "worst_class.coverage")
    assert told == {f"{method}.alpha_5.{name}" for method in ("lac", "aps") for name in names}


@pytest.mark.parametrize("size", [0, 1])
def test_too_few_images_are_refused(subject: Subject, size: int) -> None:
    few = dataclasses.replace(subject, test=subject.test.take(torch.arange(size)))

    with pytest.raises(CheckError, match="test images"):
        measured(few)


def test_a_part_of_the_images_gets_the_lots_of_the_whole(subject: Subject) -> None:
    rows = torch.tensor([3, 5, 390])

    part = _scores(subject, subject.test.take(rows), "score")["aps"]

    assert torch.equal(part, _scores(subject, subject.test, "score")["aps"][rows])


def test_levels_are_shares_or_nothing(subject: Subject) -> None:
    for row in measured(subject).tables[0].rows:
        assert row[2] is None or (isinstance(row[2], float) and 0 <= row[2] <= 1 and math.isfinite(row[2]))
