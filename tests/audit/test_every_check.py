"""What every check owes, present and future."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch

from fmnist_governance.audit.catalog import CHECKS
from fmnist_governance.audit.check import Check, CheckResult
from fmnist_governance.audit.runner import plan, run
from fmnist_governance.audit.subject import Subject
from fmnist_governance.claims.claims_file import load_claims
from fmnist_governance.claims.predicate import parse
from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.lookup import covers
from fmnist_governance.law.catalogue import lists

every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)

Measured = Callable[[Check[Any], Subject], CheckResult]


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Measure with the default settings, each check once for each subject."""
    found: dict[tuple[str, int], CheckResult] = {}

    def measure(check: Check[Any], subject: Subject) -> CheckResult:
        key = (check.name, id(subject))
        if key not in found:
            found[key] = check.measure(subject, check.params())
        return found[key]

    return measure


def values(result: CheckResult) -> dict[str, float]:
    return {m.id: m.value for m in result.measurements}


def asked_of(check: Check[Any]) -> set[str]:
    """The ids and patterns of this check that the law's lists and the shipped claims rest on."""
    specs = {s for found in lists() for point in found.points for part in point.parts for s in part.measured}
    for file in (shipped("configs") / "claims.yaml", *(shipped("configs") / "examples").glob("*/claims.yaml")):
        specs |= {term.pattern for claim in load_claims(file).claims for term in parse(claim.predicate)}
    return {spec for spec in specs if spec.startswith(f"{check.name}.")}


@every_check
def test_the_law_and_the_claims_ask_only_for_what_the_check_owes(
    check: Check[Any], seeing_subject: Subject, measured: Measured
) -> None:
    result = measured(check, seeing_subject)

    owed = {*values(result), *result.absent}
    assert {spec for spec in asked_of(check) if not any(covers(spec, id_) for id_ in owed)} == set()


def test_names_are_unique() -> None:
    names = [check.name for check in CHECKS]

    assert len(set(names)) == len(names)


@every_check
def test_no_check_is_left_out_of_these_tests(check: Check[Any], seeing_subject: Subject) -> None:
    assert check.needs <= seeing_subject.has


@every_check
def test_measuring_twice_gives_the_same_evidence(
    check: Check[Any], seeing_subject: Subject, measured: Measured
) -> None:
    if check.repeatable:
        again = check.measure(seeing_subject, check.params())

        assert again.measurements == measured(check, seeing_subject).measurements


@every_check
def test_every_measurement_says_how_sure_it_is(check: Check[Any], seeing_subject: Subject, measured: Measured) -> None:
    for measurement in measured(check, seeing_subject).measurements:
        interval = measurement.interval

        assert (interval is None) == (measurement.n is None), "only what rests on no examples is exact"
        assert interval is None or interval.low <= measurement.value <= interval.high
        assert interval is None or interval.low < interval.high


@every_check
def test_no_finite_sample_has_an_interval_without_width(
    check: Check[Any], perfect_network: Subject, constant_network: Subject, measured: Measured
) -> None:
    for extreme in (perfect_network, constant_network):
        for measurement in measured(check, extreme).measurements:
            assert measurement.n is None or measurement.interval is not None
            assert measurement.interval is None or measurement.interval.low < measurement.interval.high


@every_check
def test_a_check_states_what_it_does_not_show(check: Check[Any], seeing_subject: Subject, measured: Measured) -> None:
    assert measured(check, seeing_subject).limits


@every_check
def test_the_order_of_images_changes_no_value(check: Check[Any], seeing_subject: Subject, measured: Measured) -> None:
    order = torch.randperm(len(seeing_subject.test), generator=torch.Generator().manual_seed(5))
    other = dataclasses.replace(seeing_subject, test=seeing_subject.test.take(order))

    if check.repeatable:
        after = values(check.measure(other, check.params()))

        assert after == pytest.approx(values(measured(check, seeing_subject)))


@every_check
def test_what_is_promised_is_measured_or_said_to_be_absent(
    check: Check[Any], seeing_subject: Subject, measured: Measured
) -> None:
    planned = plan((dataclasses.replace(check, measure=lambda subject, _: measured(check, subject)),), {check.name: {}})

    (found,) = run(seeing_subject, planned, lambda: 0.0, 1.0)

    assert set(found.entry.promised) == {m.id for m in found.measurements} | set(found.entry.absent)


@every_check
def test_what_is_promised_does_not_depend_on_the_answers(
    check: Check[Any],
    seeing_subject: Subject,
    perfect_network: Subject,
    constant_network: Subject,
    measured: Measured,
) -> None:
    promised = [
        {m.id for m in result.measurements} | set(result.absent)
        for result in (measured(check, each) for each in (seeing_subject, perfect_network, constant_network))
    ]

    assert promised[0] == promised[1] == promised[2]


@every_check
def test_an_unknown_setting_is_refused_by_name(check: Check[Any]) -> None:
    with pytest.raises(ConfigError, match=rf"checks\.{check.name}: colour"):
        plan((check,), {check.name: {"colour": 1}})


def test_an_unknown_check_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ConfigError, match="no check is called 'perfomance'; there are: performance"):
        plan(CHECKS, {"perfomance": {}})
