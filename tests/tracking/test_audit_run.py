from __future__ import annotations

from dataclasses import replace

import pytest

from fmnist_governance.errors import TrackingError
from fmnist_governance.evidence.manifest import MANIFEST, digest, seal
from fmnist_governance.tracking import audit_run
from fmnist_governance.tracking.audit_run import (
    LONGEST_NOTE,
    add_files,
    describe_run,
    tag_verdict,
    write_audit,
)
from fmnist_governance.tracking.run_files import MOST_METRICS, RunFiles, headline_metrics, open_run, verified

from .conftest import CHARTS, DATASET, AuditOf, Logged, files_of, measured, record_of


def test_an_audit_holds_its_files_and_nothing_else(logged: Logged, audited: RunFiles) -> None:
    files = files_of(record_of(logged.model))

    assert audited.paths() == {*files, *CHARTS, MANIFEST}
    assert audited.read(MANIFEST) == seal(files)


def test_an_audit_is_found_by_its_tags(logged: Logged, audited: RunFiles) -> None:
    record = record_of(logged.model)

    ours = {key: value for key, value in audited.tags.items() if key.startswith("governance.")}

    assert ours == {
        "governance.stage": "audit",
        "governance.model_uri": "models:/FashionMNIST_PyTorch/1",
        "governance.model_digest": record.subject.digest,
        "governance.dataset_digest": DATASET.digest,
        "governance.suite": "quick",
        "governance.manifest": digest(seal(files_of(record))),
    }


def test_its_metrics_are_linked_to_model_and_data(logged: Logged, audit_of: AuditOf) -> None:
    run = audit_of(record_of(logged.model, 0.625))

    assert run.metrics == headline_metrics(record_of(logged.model, 0.625))
    linked = logged.store.client.get_logged_model(logged.model.model_id).metrics or []
    mine = [metric for metric in linked if metric.run_id == run.run_id]
    assert {(m.key, m.value) for m in mine} == set(run.metrics.items())
    assert {(m.dataset_name, m.step) for m in mine} == {("synthetic/test", 0)}


def test_of_very_many_headlines_every_value_is_logged_before_the_ends_of_intervals(
    logged: Logged, audit_of: AuditOf
) -> None:
    many = tuple(measured(f"performance.m{number}", 0.5, headline=True) for number in range(MOST_METRICS // 2))

    run = audit_of(record_of(logged.model).model_copy(update={"measurements": many}))

    assert {m.id for m in many} <= set(run.metrics)
    assert len(run.metrics) <= MOST_METRICS
    assert verified(run).record.measurements == many


@pytest.mark.parametrize("stop", [TrackingError("the disk is full"), KeyboardInterrupt()])
def test_an_audit_that_cannot_be_written_whole_is_a_failed_run(
    logged: Logged, monkeypatch: pytest.MonkeyPatch, stop: BaseException
) -> None:
    def fail(*_arguments: object) -> None:
        raise stop

    monkeypatch.setattr(audit_run, "_upload", fail)
    record = record_of(logged.model)

    with pytest.raises(type(stop)):
        write_audit(logged.store, logged.model, record, files_of(record), CHARTS)

    order = ["attributes.start_time DESC"]
    newest = logged.store.client.search_runs([logged.store.experiment_id], order_by=order, max_results=1)[0]
    assert newest.info.status == "FAILED"


def test_documents_are_added_beside_the_seal(logged: Logged, audited: RunFiles) -> None:
    left = add_files(logged.store, audited, {"documents/aa/card.md": b"a card", "assessments/aa.json": b"{}\n"})

    assert left == ()
    assert audited.read("documents/aa/card.md") == b"a card"
    assert verified(open_run(logged.store, audited.run_id)).record == record_of(logged.model)


def test_what_was_added_is_never_written_again(logged: Logged, audited: RunFiles) -> None:
    add_files(logged.store, audited, {"documents/aa/card.md": b"a card"})

    left = add_files(logged.store, audited, {"documents/aa/card.md": b"another", "documents/aa/b.md": b"new"})

    assert left == ("documents/aa/card.md",)
    assert audited.read("documents/aa/card.md") == b"a card"
    assert audited.read("documents/aa/b.md") == b"new"


OUTSIDE = ["documents/../evidence/x", "/nowhere/x", "../x", "./evidence/x", "documents//x", "", "."]


@pytest.mark.parametrize(
    "path",
    ["evidence/record.json", "evidence/more.json", "inputs/audit.yaml", MANIFEST, *OUTSIDE],
)
def test_nothing_is_written_among_what_is_sealed_or_outside_the_run(
    logged: Logged, audited: RunFiles, path: str
) -> None:
    with pytest.raises(ValueError, match=r"sealed|not a path"):
        add_files(logged.store, audited, {path: b"{}"})

    assert verified(open_run(logged.store, audited.run_id)).record == record_of(logged.model)


def test_the_summary_is_the_note_of_the_run_and_the_description_of_the_version(
    logged: Logged, audited: RunFiles
) -> None:
    describe_run(logged.store, audited, logged.model, "# 93 %" + "." * LONGEST_NOTE)

    note = open_run(logged.store, audited.run_id).tags["mlflow.note.content"]
    assert note.startswith("# 93 %")
    assert len(note) == LONGEST_NOTE
    assert logged.store.client.get_model_version("FashionMNIST_PyTorch", "1").description == note


def test_a_model_that_is_not_registered_has_no_description(logged: Logged, audited: RunFiles) -> None:
    describe_run(logged.store, audited, replace(logged.model, name=None, version=None), "a note")

    assert open_run(logged.store, audited.run_id).tags["mlflow.note.content"] == "a note"


@pytest.mark.parametrize(("passed", "word"), [(True, "passed"), (False, "refused")])
def test_the_verdict_is_a_tag_and_breaks_no_seal(logged: Logged, audited: RunFiles, passed: bool, word: str) -> None:  # noqa: FBT001
    tag_verdict(logged.store, audited, passed=passed, assessment="0123456789abcdef")

    known = verified(open_run(logged.store, audited.run_id))
    assert known.files.tags["governance.verdict"] == word
    assert known.files.tags["governance.assessment"] == "0123456789abcdef"
