from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from fmnist_governance.audit import efficiency
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.efficiency import EFFICIENCY, EfficiencyParams
from fmnist_governance.audit.subject import Subject

PARAMS = EfficiencyParams(latency_repeats=80, throughput_repeats=80, batch=8)


def values(result: CheckResult) -> dict[str, float]:
    return {m.id.removeprefix("efficiency."): m.value for m in result.measurements}


def test_the_slow_end_of_a_time_is_the_low_one_of_a_rate(seeing_subject: Subject) -> None:
    result = EFFICIENCY.measure(seeing_subject, PARAMS)

    rows = {row[2]: row for row in next(t for t in result.tables if t.name == "passes").rows}
    found = {m.id: m for m in result.measurements}
    rate = found["efficiency.throughput.median"]
    assert rate.value == pytest.approx(8 / float(rows[8][5] or 0))
    assert found["efficiency.throughput.p95"].value <= rate.value
    assert found["efficiency.latency.median"].value == rows[1][5]
    assert found["efficiency.latency.p95"].value >= found["efficiency.latency.median"].value
    assert all(m.interval and m.interval.low <= m.value <= m.interval.high for m in found.values() if m.n)


def test_passes_that_are_too_few_for_an_interval_give_no_number(seeing_subject: Subject) -> None:
    few = EfficiencyParams(latency_repeats=20, throughput_repeats=20, batch=8)

    result = EFFICIENCY.measure(seeing_subject, few)

    reason = "20 passes were timed; its interval needs 72 (seconds, repeats)"
    assert result.absent == {"efficiency.latency.p95": reason, "efficiency.throughput.p95": reason}


def test_a_black_box_is_timed_and_not_counted(seeing_subject: Subject) -> None:
    box = dataclasses.replace(seeing_subject, network=None)

    result = EFFICIENCY.measure(box, PARAMS)

    assert set(result.absent) == {f"efficiency.{name}" for name in ("parameters", "multiply_adds", "peak_bytes")}
    assert "latency.median" in values(result)


def test_the_machine_is_named_and_energy_that_nobody_counts_is_not_told(seeing_subject: Subject) -> None:
    result = EFFICIENCY.measure(seeing_subject, PARAMS)

    assert any(limit.startswith("Timed on ") and "device cpu" in limit for limit in result.limits)
    if "energy.joules" not in values(result):
        assert any(limit.startswith("Energy was not measured") for limit in result.limits)


def test_energy_is_told_where_it_is_counted(seeing_subject: Subject, monkeypatch: pytest.MonkeyPatch) -> None:
    def used() -> Iterator[float]:
        joules = 0.0
        for k in range(10_000):
            joules += (0.0, 8.0 + k % 7)[k % 2]
            yield joules

    counter = used()
    monkeypatch.setattr(efficiency, "energy_counter", lambda: lambda: next(counter))

    result = EFFICIENCY.measure(seeing_subject, PARAMS)

    energy = next(m for m in result.measurements if m.id == "efficiency.energy.joules")
    assert (energy.unit, energy.n) == ("joules", 80)
    assert 1.0 <= energy.value <= 14 / 8
    assert not any(limit.startswith("Energy") for limit in result.limits)
