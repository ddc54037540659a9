"""A model that fails on the dark images of one class must be caught, though its accuracy hardly moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from torch import nn

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.garments import looks
from fmnist_governance.audit.slices import SLICES, SlicesParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement

PARAMS = SlicesParams(smallest=50, smallest_in_class=30)
"""The shipped sample has a hundred test images a class; a quarter within a class holds about 25 of them."""
GAP = 0.4
"""Lower end of the gap within a class; that of the clean network, with its sleeveless shirts, is about 0.1."""
SANDAL = 5


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Callable[[nn.Module], Subject]) -> Subject:
    return audited(trained)


@pytest.fixture(scope="module")
def planted(clean: Subject) -> Subject:
    """The darkest sandals are taken for sneakers."""
    dark = looks(clean.test.images)["brightness"]
    lost = (dark <= dark.quantile(0.25)) & (clean.test.labels == SANDAL)
    logits = clean.test.logits.clone()
    logits[lost, 7] = 50.0
    return dataclasses.replace(clean, test=dataclasses.replace(clean.test, logits=logits))


def numbers(subject: Subject) -> dict[str, Measurement]:
    result: CheckResult = SLICES.measure(subject, PARAMS)
    return {m.id.removeprefix("slices."): m for m in result.measurements}


def test_accuracy_hardly_moves(clean: Subject, planted: Subject) -> None:
    before, after = (float(s.test.correct.double().mean()) for s in (clean, planted))

    assert 0 < before - after < 0.06


def test_the_gap_within_the_class_shows_the_dark_slice(clean: Subject, planted: Subject) -> None:
    before, after = numbers(clean)["worst_within_class.gap"], numbers(planted)["worst_within_class.gap"]

    assert after.interval is not None
    assert before.interval is not None
    assert after.interval.low > GAP > before.interval.low
    assert after.title.endswith("Sandal, darkest quarter")


def test_no_group_of_all_classes_shows_it(clean: Subject, planted: Subject) -> None:
    before, after = (numbers(s)["brightness.q1.accuracy"].value for s in (clean, planted))

    assert 0 < before - after < 0.25


def test_one_more_group_is_surely_worse_than_its_class(clean: Subject, planted: Subject) -> None:
    before, after = (numbers(s)["significant_within_class"].value for s in (clean, planted))

    assert after > before
