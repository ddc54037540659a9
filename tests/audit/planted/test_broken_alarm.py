"""An alarm that cannot be raised, and one that always is, must show in the rates."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import nn

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.drift import DRIFT, DriftParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Interval

PARAMS = DriftParams(sizes=(100, 200), corruptions=("brightness", "rotate", "contrast"), images=400)
FALSE = 0.15
"""False alarms; the clean subject has at most 0.05."""
POWER = 0.9
"""Mean of the alarms that are due, on 200 images; the clean subject has at least 0.99."""


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Callable[[nn.Module], Subject]) -> Subject:
    """One half of the test images to compare with, the other to draw from."""
    subject = audited(trained)
    rows = torch.randperm(len(subject.test), generator=torch.Generator().manual_seed(1))
    return dataclasses.replace(subject, test=subject.test.take(rows[:500]), validation=subject.test.take(rows[500:]))


def intervals(subject: Subject) -> dict[str, Interval]:
    result: CheckResult = DRIFT.measure(subject, PARAMS)
    return {m.id.removeprefix("drift."): m.interval for m in result.measurements if m.interval}


def test_the_clean_twin_stays_on_the_good_side(clean: Subject) -> None:
    found = intervals(clean)

    for size in PARAMS.sizes:
        assert found[f"false_alarm_rate.n_{size}"].low < 0.05
        assert found[f"false_alarm_rate.n_{size}"].high < FALSE
    assert found["power.mean.n_200"].low > POWER


def test_constant_answers_never_raise_it(clean: Subject) -> None:
    same = torch.linspace(1, 0, 10)
    assert clean.validation is not None
    deaf = dataclasses.replace(
        clean,
        answer=lambda images: same.expand(len(images), -1),
        test=dataclasses.replace(clean.test, logits=same.expand(len(clean.test), -1)),
        validation=dataclasses.replace(clean.validation, logits=same.expand(len(clean.validation), -1)),
    )

    found = intervals(deaf)

    assert found["power.mean.n_200"].high < POWER
    assert found["power.worst.n_200"].low == 0.0
    assert found["false_alarm_rate.n_200"].low == 0.0


def test_a_reference_of_other_images_always_raises_it(clean: Subject) -> None:
    assert clean.validation is not None
    darker = clean.answer(clean.validation.images.float() / 255 * 0.6)
    other = dataclasses.replace(clean, validation=dataclasses.replace(clean.validation, logits=darker))

    found = intervals(other)

    assert found["false_alarm_rate.n_100"].low > FALSE
    assert found["false_alarm_rate.n_200"].low > FALSE


def test_a_reference_that_lacks_a_class_raises_it(clean: Subject) -> None:
    assert clean.validation is not None
    rows = (clean.validation.labels != 8).nonzero()[:, 0]
    lacking = dataclasses.replace(clean, validation=clean.validation.take(rows))

    assert intervals(lacking)["false_alarm_rate.n_200"].low > intervals(clean)["false_alarm_rate.n_200"].high
