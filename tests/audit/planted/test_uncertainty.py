"""A model that is too sure, unsure of the wrong images, or blind to a class must be caught, whatever its accuracy."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.calibration import CALIBRATION
from fmnist_governance.audit.check import Check
from fmnist_governance.audit.conformal import CONFORMAL
from fmnist_governance.audit.selective import SELECTIVE
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Interval

# Each bound lies beyond the intervals of three clean networks of this size, fitted from different seeds.
ERROR = 0.08
"""Of calibration; the clean ones reach up to 0.040, 0.050 and 0.054."""
TEMPERATURE = 1.5
"""The clean ones lie between 0.84 and 1.13."""
TOLD_APART = 0.75
"""How often a right answer is surer than a wrong one; the clean ones reach down to 0.83, 0.83 and 0.85."""
WORST = 0.4
"""Coverage of the worst class where 90 % is asked for; the clean ones reach down to 0.52, 0.56 and 0.58."""


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Callable[[nn.Module], Subject]) -> Subject:
    return audited(trained)


def answering(subject: Subject, logits: Tensor) -> Subject:
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, logits=logits))


def intervals(check: Check[Any], subject: Subject) -> dict[str, Interval]:
    result = check.measure(subject, check.params())
    return {m.id.removeprefix(f"{check.name}."): m.interval for m in result.measurements if m.interval}


def test_a_clean_model_stays_quiet(clean: Subject) -> None:
    calibration, selective, sets = (intervals(check, clean) for check in (CALIBRATION, SELECTIVE, CONFORMAL))

    assert calibration["ece_equal_mass"].high < ERROR
    assert 1 / TEMPERATURE < calibration["temperature"].low < calibration["temperature"].high < TEMPERATURE
    assert selective["failure_auroc"].low > TOLD_APART
    assert sets["lac.alpha_10.worst_class.coverage"].low > WORST
    assert sets["lac.alpha_10.coverage"].high > 0.9


def test_logits_multiplied_by_six_are_too_sure(clean: Subject) -> None:
    planted = answering(clean, 6 * clean.test.logits)

    found = intervals(CALIBRATION, planted)

    assert torch.equal(planted.test.predicted, clean.test.predicted)
    assert found["ece_equal_mass"].low > ERROR
    assert found["overconfidence"].low > ERROR
    assert found["temperature"].low > TEMPERATURE
    assert found["ece_gain_of_temperature"].low > 0


def test_tempering_mends_what_was_planted(clean: Subject) -> None:
    planted = answering(clean, 6 * clean.test.logits)

    assert intervals(CALIBRATION, planted)["ece_after_temperature"].high < ERROR


def test_logits_divided_by_six_are_not_sure_enough(clean: Subject) -> None:
    planted = answering(clean, clean.test.logits / 6)

    found = intervals(CALIBRATION, planted)

    assert found["ece_equal_mass"].low > ERROR
    assert found["overconfidence"].high < -ERROR
    assert found["temperature"].high < 1 / TEMPERATURE


def test_confidence_drawn_by_lot_tells_nothing_apart(clean: Subject) -> None:
    sure = 1 + 5 * torch.rand(len(clean.test), 1, generator=torch.Generator().manual_seed(6))
    planted = answering(clean, sure * nn.functional.one_hot(clean.test.predicted, 10))

    found, before = intervals(SELECTIVE, planted), intervals(SELECTIVE, clean)

    assert torch.equal(planted.test.predicted, clean.test.predicted)
    assert found["failure_auroc"].high < TOLD_APART
    assert found["aurc"].low > before["aurc"].high
    assert found["risk_at_coverage_90"].low > before["aurc"].high


def test_a_class_that_was_lost_after_the_levels_were_fitted_is_not_covered(clean: Subject) -> None:
    trouser = 1
    lost = clean.test.logits.clone()
    lost[:, trouser] -= 12

    found, before = (
        intervals(CONFORMAL, dataclasses.replace(answering(clean, logits), validation=clean.test))
        for logits in (lost, clean.test.logits)
    )

    assert found["lac.alpha_10.worst_class.coverage"].high < WORST < before["lac.alpha_10.worst_class.coverage"].low


def test_levels_fitted_on_images_that_were_learned_by_heart_cover_too_little(clean: Subject) -> None:
    known = clean.test.logits + 4 * nn.functional.one_hot(clean.test.labels, 10)
    planted = dataclasses.replace(clean, validation=dataclasses.replace(clean.test, logits=known))

    found = intervals(CONFORMAL, planted)

    assert found["lac.alpha_10.coverage"].high < 0.9
