from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from fmnist_governance.audit.check import Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.subject import Subject
from fmnist_governance.config.suite import Suite
from fmnist_governance.data import catalog
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.evidence.record import Measurement, SubjectFacts
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.pipeline import auditing
from fmnist_governance.pipeline.auditing import Audited, Model, audit

Measure = Callable[[Subject, Params], CheckResult]


def silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


class Probe:
    """A check that counts how often it measured, and can be told to be interrupted."""

    def __init__(self, name: str, *, repeatable: bool = True) -> None:
        self.name, self.repeatable = name, repeatable
        self.calls = 0
        self.interrupted = False

    def check(self) -> Check[Params]:
        def measure(_subject: Subject, _params: Params) -> CheckResult:
            if self.interrupted:
                raise KeyboardInterrupt
            self.calls += 1
            number = Measurement(
                id=f"{self.name}.number", title="A number", value=7, unit="count", better=None, n=None, interval=None
            )
            rows = Table("rows", "One row", (Column("n", "count"),), ((7,),))
            return CheckResult(measurements=(number,), limits=("None.",), tables=(rows,))

        return Check(self.name, 1, frozenset(), Params, measure, repeatable=self.repeatable)


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Probe, Probe]:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    found = Probe("first"), Probe("second")
    monkeypatch.setattr(auditing, "CHECKS", tuple(probe.check() for probe in found))
    return found


@pytest.fixture(scope="module")
def data() -> Dataset:
    return catalog.load("synthetic")


def asked(data: Dataset, *, fresh: bool = False, seed: int = 0, weights: str = "a") -> Audited:
    torch.manual_seed(1)
    network = Network(classes=len(data.classes), layers="8/2 8/2").eval().requires_grad_(requires_grad=False)
    facts = SubjectFacts(
        uri="models:/probe/1",
        kind="own",
        digest=f"sha256:{weights * 64}",
        weights=f"sha256:{weights * 64}",
        parameters=1,
        architecture="x",
        input_shape=(1, 28, 28),
    )
    suite = Suite(name="two", title="Two checks", checks={"first": {}, "second": {}})
    cpu = torch.device("cpu")
    model = Model(network, data.classes, facts, None)
    return audit(model, data, suite, seed=seed, device=cpu, fresh=fresh, report=silent)


def kept(found: Audited) -> dict[str, bool]:
    return {entry.name: bool(entry.cost and entry.cost.kept) for entry in found.record.checks}


def test_an_audit_that_was_stopped_goes_on_with_what_it_had_not_finished(
    probes: tuple[Probe, Probe], data: Dataset
) -> None:
    first, second = probes
    second.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        asked(data)
    second.interrupted = False

    found = asked(data)

    assert (first.calls, second.calls) == (1, 1)
    assert kept(found) == {"first": True, "second": False}


def test_what_was_kept_is_the_same_to_the_last_byte(probes: tuple[Probe, Probe], data: Dataset) -> None:
    once, again = asked(data), asked(data)

    assert probes[0].calls == 1
    assert kept(again) == {"first": True, "second": True}
    assert once.files["evidence/first/rows.json"] == again.files["evidence/first/rows.json"]
    assert once.record.measurements == again.record.measurements
    assert once.record.tables == again.record.tables


@pytest.mark.parametrize("other", [{"fresh": True}, {"seed": 1}, {"weights": "b"}])
def test_another_seed_or_model_or_a_fresh_audit_takes_nothing(
    probes: tuple[Probe, Probe], data: Dataset, other: dict[str, object]
) -> None:
    asked(data)

    assert kept(asked(data, **other)) == {"first": False, "second": False}  # type: ignore[arg-type]
    assert probes[0].calls == 2


def test_a_check_of_time_is_always_measured_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: Dataset
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    first, second = Probe("first", repeatable=False), Probe("second")
    monkeypatch.setattr(auditing, "CHECKS", (first.check(), second.check()))

    asked(data)

    assert kept(asked(data)) == {"first": False, "second": True}


@pytest.mark.parametrize("spoil", [lambda body: body[:-9], lambda body: body.replace(b"7", b"8"), lambda _: b""])
def test_what_is_damaged_in_the_cache_is_measured_again(
    probes: tuple[Probe, Probe], data: Dataset, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    asked(data)
    for path in (tmp_path / "fmnist-audit" / "checks").iterdir():
        path.write_bytes(spoil(path.read_bytes()))

    found = asked(data)

    assert kept(found) == {"first": False, "second": False}
    assert probes[1].calls == 2


def test_a_cache_that_cannot_be_written_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, probes: tuple[Probe, Probe], data: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    asked(data)

    assert kept(asked(data)) == {"first": False, "second": False}
    assert probes[0].calls == 2
