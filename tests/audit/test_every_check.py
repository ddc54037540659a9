"""What every check owes, present and future."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from fmnist_governance.audit.catalog import CHECKS
from fmnist_governance.audit.check import Check
from fmnist_governance.audit.runner import plan, run
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.errors import ConfigError

every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)


def test_names_are_unique() -> None:
    names = [check.name for check in CHECKS]

    assert len(set(names)) == len(names)


@every_check
def test_measuring_twice_gives_the_same_evidence(check: Check[Any], subject: Subject) -> None:
    if check.repeatable:
        first = check.measure(subject, check.params())

        assert check.measure(subject, check.params()).measurements == first.measurements


@every_check
def test_every_measurement_says_how_sure_it_is(check: Check[Any], subject: Subject) -> None:
    for measurement in check.measure(subject, check.params()).measurements:
        interval = measurement.interval

        assert interval is not None
        assert interval.low <= measurement.value <= interval.high
        assert interval.low < interval.high


@every_check
def test_no_finite_sample_has_an_interval_without_width(check: Check[Any], perfect: Subject, constant: Subject) -> None:
    for extreme in (perfect, constant):
        for measurement in check.measure(extreme, check.params()).measurements:
            assert measurement.interval is not None
            assert measurement.interval.low < measurement.interval.high


@every_check
def test_a_check_states_what_it_does_not_show(check: Check[Any], subject: Subject) -> None:
    assert check.measure(subject, check.params()).limits


@every_check
def test_the_order_of_images_changes_no_value(check: Check[Any], subject: Subject) -> None:
    order = torch.randperm(len(subject.test), generator=torch.Generator().manual_seed(5))
    test = subject.test
    shuffled = Examples(test.images[order], test.labels[order], test.logits[order], test.index[order])
    other = Subject(**{name: getattr(subject, name) for name in subject.__slots__ if name != "test"}, test=shuffled)

    before = {m.id: m.value for m in check.measure(subject, check.params()).measurements}
    after = {m.id: m.value for m in check.measure(other, check.params()).measurements}

    assert after == pytest.approx(before)


@every_check
def test_what_is_promised_is_measured_or_said_to_be_absent(check: Check[Any], subject: Subject) -> None:
    (found,) = run(subject, plan((check,), {check.name: {}}), lambda: 0.0, 1.0)

    assert set(found.entry.promised) == {m.id for m in found.measurements} | set(found.entry.absent)


@every_check
def test_an_unknown_setting_is_refused_by_name(check: Check[Any]) -> None:
    with pytest.raises(ConfigError, match=rf"checks\.{check.name}: colour"):
        plan((check,), {check.name: {"colour": 1}})


def test_an_unknown_check_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ConfigError, match="no check is called 'perfomance'; there are: performance"):
        plan(CHECKS, {"perfomance": {}})
