from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fmnist_governance.errors import EvidenceError, TrackingError
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.manifest import MANIFEST, digest, seal
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.run_files import (
    RECORD,
    RunFiles,
    Verified,
    find_run,
    headline_metrics,
    local_path,
    open_run,
    verified,
)
from fmnist_governance.tracking.store import Store

from .conftest import AuditOf, Logged, files_of, measured, record_of

PREDICTIONS = "evidence/predictions/test.csv"


def again(logged: Logged, run: RunFiles) -> Verified:
    return verified(open_run(logged.store, run.run_id))


def refusal(logged: Logged, run: RunFiles) -> list[str]:
    """Return what the reader says, without the run's id, which each line must begin with."""
    with pytest.raises(EvidenceError) as refused:
        again(logged, run)
    start = f"run {run.run_id}: "
    lines = str(refused.value).splitlines()
    assert all(line.startswith(start) for line in lines)
    return [line.removeprefix(start) for line in lines]


def test_an_audit_as_it_was_sealed_is_read(logged: Logged, audited: RunFiles) -> None:
    known = again(logged, audited)

    assert known.record == record_of(logged.model)
    assert known.seal == digest(seal(files_of(known.record))) == known.files.tags["governance.manifest"]


def test_what_is_not_sealed_may_change(logged: Logged, audited: RunFiles) -> None:
    (audited.folder / "documents").mkdir()
    (audited.folder / "documents" / "card.md").write_text("a card")
    (audited.folder / "charts" / "confusion.svg").write_text("<svg>drawn again</svg>")
    logged.store.client.set_tag(audited.run_id, "mlflow.note.content", "read me")

    assert again(logged, audited).record == record_of(logged.model)


@pytest.mark.parametrize("path", [RECORD, PREDICTIONS, "inputs/audit.yaml"])
def test_one_changed_byte_is_named(logged: Logged, audited: RunFiles, path: str) -> None:
    file = audited.folder / path
    data = bytearray(file.read_bytes())
    data[-2] ^= 1
    file.write_bytes(data)

    assert f"{path}: changed since it was sealed" in refusal(logged, audited)


@pytest.mark.parametrize("path", [RECORD, PREDICTIONS, "inputs/audit.yaml"])
def test_a_deleted_file_is_named(logged: Logged, audited: RunFiles, path: str) -> None:
    (audited.folder / path).unlink()

    assert refusal(logged, audited) == [f"{path}: missing since it was sealed"]


@pytest.mark.parametrize(
    "path", ["evidence/extra.json", "evidence/.hidden", "evidence/deep/er.csv", "inputs/more.yaml"]
)
def test_an_added_file_is_named(logged: Logged, audited: RunFiles, path: str) -> None:
    (audited.folder / path).parent.mkdir(exist_ok=True)
    (audited.folder / path).write_text("{}")

    assert refusal(logged, audited) == [f"{path}: not in the seal"]


def test_an_added_link_to_a_folder_is_named(logged: Logged, audited: RunFiles, tmp_path: Path) -> None:
    (audited.folder / "evidence" / "more").symlink_to(tmp_path)

    assert refusal(logged, audited) == ["evidence/more: not in the seal"]


def test_a_sealed_file_that_became_a_link_out_of_the_run_is_refused(
    logged: Logged, audited: RunFiles, tmp_path: Path
) -> None:
    file = audited.folder / PREDICTIONS
    shutil.copy(file, tmp_path / "elsewhere.csv")
    file.unlink()
    file.symlink_to(tmp_path / "elsewhere.csv")

    assert refusal(logged, audited) == [f"{PREDICTIONS}: a link out of the run"]


def test_a_seal_that_was_written_again_is_named(logged: Logged, audited: RunFiles) -> None:
    (audited.folder / PREDICTIONS).write_bytes(b"better ones")
    present = {path: audited.read(path) or b"" for path in audited.paths() if path.startswith(("evidence/", "inputs/"))}
    (audited.folder / MANIFEST).write_bytes(seal(present))

    assert refusal(logged, audited) == [f"{MANIFEST}: changed since it was sealed"]


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"evidence/record.json": 3}', b"\xff"])
def test_a_seal_that_is_none_is_refused(logged: Logged, audited: RunFiles, damage: bytes) -> None:
    (audited.folder / MANIFEST).write_bytes(damage)

    with pytest.raises(EvidenceError, match=MANIFEST):
        again(logged, audited)


def test_a_run_without_a_seal_is_refused(logged: Logged, audited: RunFiles) -> None:
    (audited.folder / MANIFEST).unlink()

    assert refusal(logged, audited)[0].startswith(f"{MANIFEST}: missing")


def test_a_metric_logged_afterwards_is_named(logged: Logged, audited: RunFiles) -> None:
    logged.store.client.log_metric(audited.run_id, "performance.charm", 1.0)

    assert refusal(logged, audited) == ["metric performance.charm: added since it was sealed"]


@pytest.mark.parametrize("value", [0.99, float("nan"), 0.9312000000000001])
def test_a_metric_that_was_replaced_is_named_with_both_values(logged: Logged, audited: RunFiles, value: float) -> None:
    logged.store.client.log_metric(audited.run_id, "performance.accuracy", value, step=99)

    assert refusal(logged, audited) == [f"metric performance.accuracy: is {value!r}; the record says 0.9312"]


def test_a_lost_metric_is_named(logged: Logged, audited: RunFiles) -> None:
    run = open_run(logged.store, audited.run_id)
    fewer = {key: value for key, value in run.metrics.items() if key != "performance.accuracy.low"}

    with pytest.raises(EvidenceError, match=r"metric performance\.accuracy\.low: lost since it was sealed"):
        verified(replace(run, metrics=fewer))


@pytest.mark.parametrize("status", ["RUNNING", "FAILED", "KILLED"])
def test_a_run_that_is_not_finished_is_refused(logged: Logged, audited: RunFiles, status: str) -> None:
    logged.store.client.update_run(audited.run_id, status=status)

    assert refusal(logged, audited) == [f"is {status}, not FINISHED; audit the model again"]


@pytest.mark.parametrize("tag", ["model_digest", "dataset_digest", "model_uri", "suite", "stage"])
def test_a_tag_that_would_find_the_run_for_another_model_is_named(logged: Logged, audited: RunFiles, tag: str) -> None:
    logged.store.client.set_tag(audited.run_id, f"governance.{tag}", "another")

    assert refusal(logged, audited)[0].startswith(f"tag governance.{tag}: is 'another'; the record says ")


def test_everything_that_differs_is_named_at_once(logged: Logged, audited: RunFiles) -> None:
    (audited.folder / PREDICTIONS).write_bytes(b"")
    (audited.folder / "inputs" / "audit.yaml").unlink()
    logged.store.client.log_metric(audited.run_id, "performance.charm", 1.0)
    logged.store.client.set_tag(audited.run_id, "governance.suite", "full")

    assert [line.partition(":")[0] for line in refusal(logged, audited)] == [
        PREDICTIONS,
        "inputs/audit.yaml",
        "metric performance.charm",
        "tag governance.suite",
    ]


def test_a_training_run_is_no_audit(logged: Logged) -> None:
    with pytest.raises(EvidenceError, match="this is no audit run"):
        verified(open_run(logged.store, logged.run_id))


def test_a_path_that_leads_out_of_the_run_is_not_read(audited: RunFiles) -> None:
    (audited.folder.parent / "secret").write_text("x")

    with pytest.raises(EvidenceError, match="a link out of the run"):
        audited.read("../secret")


def test_headline_measurements_and_the_ends_of_their_intervals_are_metrics(logged: Logged) -> None:
    assert headline_metrics(record_of(logged.model, 0.5)) == {
        "performance.accuracy": 0.5,
        "performance.accuracy.low": 0.45,
        "performance.accuracy.high": 0.55,
        "performance.errors": 0.1,
    }


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///a/b%20c", "/a/b c"),
        ("file://localhost/a", "/a"),
        ("/a/b", "/a/b"),
        ("s3://bucket/a", None),
        ("mlflow-artifacts:/1/a", None),
        ("file://other/a", None),
    ],
)
def test_only_a_uri_of_this_machine_is_a_path(uri: str, path: str | None) -> None:
    assert local_path(uri) == (Path(path) if path else None)


def test_latest_is_the_newest_finished_audit(logged: Logged, audit_of: AuditOf, audited: RunFiles) -> None:
    newest = audit_of(record_of(logged.model, 0.8))
    unfinished = audit_of(record_of(logged.model, 0.7))
    logged.store.client.update_run(unfinished.run_id, status="FAILED")

    assert find_run(logged.store, "latest").run_id == newest.run_id != audited.run_id


SPECS: list[Callable[[ResolvedModel], str]] = [
    lambda model: model.uri,
    lambda model: f"models:/{model.model_id}",
    lambda model: f"runs:/{model.run_id}/model",
]


@pytest.mark.parametrize("spec", SPECS)
def test_an_audit_is_found_by_every_name_of_its_model(
    logged: Logged, audited: RunFiles, spec: Callable[[ResolvedModel], str]
) -> None:
    assert find_run(logged.store, spec(logged.model)).run_id == audited.run_id


def test_an_audit_of_other_bytes_is_not_found_under_this_name(store: Store, logged: Logged) -> None:
    with pytest.raises(TrackingError, match="FashionMNIST_PyTorch"):
        find_run(store, logged.model.uri)


@pytest.mark.parametrize("spec", ["latest", "0" * 32, "../mlflow.db", "", "models:/Nothing/1"])
def test_a_run_that_is_not_there_is_one_line(store: Store, spec: str) -> None:
    with pytest.raises(TrackingError) as refused:
        find_run(store, spec)

    assert len(str(refused.value).splitlines()) == 1


def test_a_record_of_a_later_version_is_refused_in_its_own_words(logged: Logged, audit_of: AuditOf) -> None:
    record: EvidenceRecord = record_of(logged.model)
    run = audit_of(record)
    later = encode(record).replace(b'"schema_version":1', b'"schema_version":9')
    files = {**files_of(record), RECORD: later}
    (run.folder / RECORD).write_bytes(later)
    (run.folder / MANIFEST).write_bytes(seal(files))
    logged.store.client.set_tag(run.run_id, "governance.manifest", digest(seal(files)))

    with pytest.raises(EvidenceError, match="schema_version 9 is unknown here"):
        again(logged, run)


def test_a_measurement_that_is_no_headline_is_no_metric(logged: Logged, audited: RunFiles) -> None:
    assert measured("performance.class.bag.recall", 0.5, headline=False) in record_of(logged.model).measurements
    assert "performance.class.bag.recall" not in open_run(logged.store, audited.run_id).metrics
