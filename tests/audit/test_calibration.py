from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from fmnist_governance.audit.calibration import CALIBRATION, CalibrationParams
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson


def measured(subject: Subject, params: CalibrationParams | None = None) -> CheckResult:
    return CALIBRATION.measure(subject, params or CalibrationParams(resamples=200, simulations=100))


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("calibration."): m for m in result.measurements}


def answering(subject: Subject, logits: torch.Tensor) -> Subject:
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, logits=logits))


def test_a_label_that_was_ruled_out_is_told_beside_the_log_loss(subject: Subject) -> None:
    logits = torch.full((400, 4), -87.3).scatter(1, ((torch.arange(400) + 1) % 4)[:, None], 0.0)
    sure = answering(subject, logits)
    sure = dataclasses.replace(sure, test=dataclasses.replace(sure.test, labels=torch.arange(400) % 4))
    ruled_out = "The label of 400 of 400 images got a probability of 0"

    said = measured(dataclasses.replace(sure, has=sure.has - {Need.LOGITS})).limits

    assert any(limit.startswith(ruled_out) for limit in said)
    assert not any("probability of 0" in limit for limit in measured(sure).limits)


def test_a_model_that_says_half_and_is_right_of_half_is_calibrated(subject: Subject) -> None:
    logits = torch.zeros(400, 4)
    logits[:, 2:] = -1e4
    half = answering(subject, logits)
    labels = torch.arange(400) % 2
    half = dataclasses.replace(half, test=dataclasses.replace(half.test, labels=labels))

    found = numbers(measured(half))

    assert found["ece_equal_mass"].value == found["ece"].value == found["mce"].value == 0.0
    assert found["overconfidence"].value == 0.0
    assert found["brier"].value == 0.5
    assert found["nll"].value == pytest.approx(np.log(2))


def test_a_model_that_is_certain_and_wrong_is_as_far_off_as_can_be(subject: Subject) -> None:
    wrong = torch.nn.functional.one_hot((subject.test.labels + 1) % 4, 4).float() * 1e4

    found = numbers(measured(answering(subject, wrong)))

    assert found["ece_equal_mass"].value == found["ece"].value == found["mce"].value == 1.0
    assert found["overconfidence"].value == found["debiased_l2"].value == 1.0
    assert found["brier"].value == 2.0
    assert found["nll"].value == 1e4


def test_a_perfect_and_certain_model_may_still_err_elsewhere(subject: Subject) -> None:
    right = torch.nn.functional.one_hot(subject.test.labels, 4).float() * 1e4

    found = numbers(measured(answering(subject, right)))

    assert {found[name].value for name in ("ece", "ece_equal_mass", "brier", "nll", "ece_if_calibrated")} == {0.0}
    assert all(m.interval is not None and m.interval.high > 0.005 for m in found.values())


def test_a_perfect_model_that_is_not_certain_may_err_elsewhere_too(perfect: Subject) -> None:
    found = numbers(measured(perfect))["overconfidence"]

    assert found.interval is not None
    assert found.interval.high >= found.value + wilson(0, 400).high


@pytest.mark.parametrize("logits", [torch.zeros(400, 4), torch.eye(4)[torch.arange(400) % 4] * 50])
def test_without_a_best_temperature_its_numbers_are_absent(subject: Subject, logits: torch.Tensor) -> None:
    result = measured(answering(subject, logits))

    assert {"calibration.temperature", "calibration.ece_after_temperature"} <= set(result.absent)
    assert "no temperature is best" in result.absent["calibration.temperature"]


def test_tempering_is_scored_on_images_that_it_was_not_fitted_on(subject: Subject) -> None:
    result = measured(subject)
    found = numbers(result)

    assert (found["temperature"].n, found["ece_after_temperature"].n) == (200, 200)
    assert any("fitted on 200 test images, scored on the other 200" in limit for limit in result.limits)


def test_with_a_validation_split_all_test_images_are_scored(subject: Subject) -> None:
    validated = dataclasses.replace(subject, validation=subject.test.take(torch.arange(150)))

    result = measured(validated)

    assert (numbers(result)["temperature"].n, numbers(result)["ece_after_temperature"].n) == (150, 400)
    assert any("fitted on 150 validation images" in limit for limit in result.limits)


def test_the_temperature_is_that_of_the_images_it_is_fitted_on(subject: Subject) -> None:
    same = dataclasses.replace(subject, validation=subject.test)
    surer = dataclasses.replace(subject, validation=dataclasses.replace(subject.test, logits=3 * subject.test.logits))

    plain, thrice = (numbers(measured(each))["temperature"].value for each in (same, surer))

    assert thrice == pytest.approx(3 * plain, rel=1e-5)


def test_what_tempering_takes_away_is_the_difference_on_the_same_images(subject: Subject) -> None:
    validated = dataclasses.replace(subject, validation=subject.test)

    found = numbers(measured(validated))

    left = found["ece_equal_mass"].value - found["ece_after_temperature"].value
    assert found["ece_gain_of_temperature"].value == pytest.approx(left)


def test_the_table_gives_the_calibration_error_again(subject: Subject) -> None:
    result = measured(subject)
    (table,) = result.tables

    rows = [dict(zip([column.name for column in table.columns], row, strict=True)) for row in table.rows]

    assert len(rows) == 15
    assert sum(row["n"] for row in rows) == 400  # type: ignore[misc] # counts
    filled = [[float(row[name]) for name in ("n", "accuracy", "confidence")] for row in rows if row["n"]]  # type: ignore[arg-type] # numbers
    error = sum(n * abs(accuracy - confidence) for n, accuracy, confidence in filled) / 400
    assert error == pytest.approx(numbers(result)["ece"].value)
    assert all(row["confidence"] is None for row in rows if not row["n"])


def test_a_bin_that_no_image_fills_has_no_largest_gap(subject: Subject) -> None:
    result = measured(subject, CalibrationParams(fewest=401, resamples=200))

    assert result.absent == {"calibration.mce": "no bin of confidence holds 401 images"}


@pytest.mark.parametrize("size", [0, 1])
def test_too_few_images_are_refused(subject: Subject, size: int) -> None:
    few = dataclasses.replace(subject, test=subject.test.take(torch.arange(size)))

    with pytest.raises(CheckError, match="test images"):
        measured(few)


@pytest.mark.parametrize("factor", [1e-30, 1e30])
def test_extreme_logits_give_numbers(subject: Subject, factor: float) -> None:
    found = numbers(measured(answering(subject, subject.test.logits * factor)))

    assert all(m.interval is not None and m.interval.low <= m.value <= m.interval.high for m in found.values())
