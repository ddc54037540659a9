from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from scipy.stats import ks_2samp
from torch import nn

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.drift import DRIFT, DriftParams
from fmnist_governance.audit.monitor.alarm import from_table, raised, reference_of, rounded
from fmnist_governance.audit.monitor.trial import alarms, samples, undisturbed
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

PARAMS = DriftParams(sizes=(50, 100), resamples=100, corruptions=("brightness", "darken"), severities=(3,), images=200)


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("drift."): m for m in result.measurements}


@pytest.fixture(scope="module")
def halves(trained: nn.Module, audited: Callable[[nn.Module], Subject]) -> Subject:
    """One half of the test images to compare with, the other to draw from."""
    subject = audited(trained)
    rows = torch.randperm(len(subject.test), generator=torch.Generator().manual_seed(1))
    return dataclasses.replace(subject, test=subject.test.take(rows[:500]), validation=subject.test.take(rows[500:]))


@pytest.fixture(scope="module")
def result(halves: Subject) -> CheckResult:
    return DRIFT.measure(halves, PARAMS)


def test_it_notices_what_changed_and_hardly_ever_what_did_not(result: CheckResult) -> None:
    found = numbers(result)

    assert found["false_alarm_rate.n_100"].value < 0.1
    assert found["power.brightness.sev_3.n_100"].value > 0.9
    assert result.absent == {}


def test_scipy_would_raise_nearly_the_same_alarms(halves: Subject) -> None:
    assert halves.validation is not None
    whole, trial = rounded(halves.validation.probabilities), undisturbed(halves.test)
    changed = dataclasses.replace(trial, probabilities=(0.9 * halves.test.logits.double()).softmax(dim=1))
    rows = samples(500, 100, 60, torch.Generator().manual_seed(0))

    found = alarms(reference_of(halves.validation.probabilities), changed, rows, 0.05)

    new = rounded(changed.probabilities)
    exact = [min(ks_2samp(new[row, k], whole[:, k]).pvalue for k in range(whole.shape[1])) < 0.005 for row in rows]
    assert 0 < np.mean(exact) < 1
    assert np.mean(found == np.asarray(exact)) >= 0.95


def test_worst_and_mean_are_those_of_every_disturbance(result: CheckResult) -> None:
    found = numbers(result)

    for size in (50, 100):
        rates = [found[f"power.{name}.sev_3.n_{size}"].value for name in ("brightness", "darken")]
        assert found[f"power.worst.n_{size}"].value == min(rates)
        assert found[f"power.mean.n_{size}"].value == pytest.approx(sum(rates) / 2)


def test_the_stored_reference_is_enough_for_a_later_monitor(result: CheckResult, halves: Subject) -> None:
    reference = from_table(next(table for table in result.tables if table.name == "reference"))

    assert reference.images == 500
    assert not raised(reference, halves.test.probabilities)
    assert raised(reference, halves.answer(halves.test.images.float() / 255 + 0.06).softmax(dim=1))


def test_the_table_has_a_row_a_condition(result: CheckResult) -> None:
    table = next(table for table in result.tables if table.name == "power")

    assert [row[0] for row in table.rows] == ["undisturbed", "brightness, severity 3", "darkening, severity 3"]
    assert [column.name for column in table.columns][3] == "alarms_n_50"


def test_without_validation_one_half_of_the_test_images_is_compared_with_the_other(halves: Subject) -> None:
    result = DRIFT.measure(dataclasses.replace(halves, validation=None), PARAMS)

    assert any("250 test images" in limit for limit in result.limits)
    assert numbers(result)["false_alarm_rate.n_50"].n == 100


def test_samples_that_are_too_large_are_absent(halves: Subject) -> None:
    result = DRIFT.measure(halves, DriftParams(**{**PARAMS.model_dump(), "sizes": (100, 200, 300)}))

    assert "there are 500" in result.absent["drift.false_alarm_rate.n_300"]
    assert "there are 200" in result.absent["drift.power.worst.n_200"]
    assert {"false_alarm_rate.n_200", "power.mean.n_100"} <= set(numbers(result))


def test_images_that_cannot_be_disturbed_leave_the_false_alarms(halves: Subject) -> None:
    def wide(examples: Examples) -> Examples:
        return dataclasses.replace(examples, images=examples.images.repeat(1, 3, 1, 1))

    assert halves.validation is not None
    colour = dataclasses.replace(halves, test=wide(halves.test), validation=wide(halves.validation))

    result = DRIFT.measure(colour, PARAMS)

    assert {id_.split(".")[0] for id_ in numbers(result)} == {"false_alarm_rate"}
    assert all("3 x 28 x 28" in reason for reason in result.absent.values())


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ({"sizes": (300, 100)}, "ascending order"),
        ({"severities": (3, 3)}, "ascending order"),
        ({"corruptions": ("rain",)}, "no corruption is called rain"),
        ({"alpha": 1.0}, "less than 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(setting: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        DriftParams.model_validate(setting)


def test_a_single_image_is_too_few(halves: Subject) -> None:
    few = dataclasses.replace(halves, validation=None, test=halves.test.take(torch.arange(1)))

    with pytest.raises(CheckError, match="at least two test images"):
        DRIFT.measure(few, PARAMS)
