"""Keep an audit in MLflow: files and metrics first, then the seal, then the end of the run."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fmnist_governance.errors import TrackingError
from fmnist_governance.evidence.manifest import MANIFEST, digest, seal
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.run_files import SEALED, RunFiles, headline_metrics, open_run, record_tags
from fmnist_governance.tracking.store import Store, told

LONGEST_NOTE = 5000


def write_audit(
    store: Store,
    model: ResolvedModel,
    record: EvidenceRecord,
    files: Mapping[str, bytes],
    charts: Mapping[str, bytes],
) -> RunFiles:
    """Write an audit as a run of its own.

    Args:
        store: Where to.
        model: What was audited.
        record: What was found.
        files: Path to bytes of all that is sealed, the record among them.
        charts: Path to bytes of what was drawn from it.

    Returns:
        The finished run.

    Raises:
        TrackingError: The store refuses it; the run is marked as failed.
    """
    metrics = headline_metrics(record)
    _demand_paths({**files, **charts})
    manifest = seal(files)
    tags = {
        "mlflow.runName": f"audit {record.subject.uri.removeprefix('models:/')}",
        **record_tags(record),
        "governance.manifest": digest(manifest),
    }
    with told("MLflow run"):
        run_id = store.client.create_run(store.experiment_id, tags=tags).info.run_id
    try:
        with told(f"run {run_id}"):
            _log(store, run_id, model, record, metrics)
            _upload(store, run_id, {**files, **charts, MANIFEST: manifest})
            store.client.set_terminated(run_id, "FINISHED")
    except BaseException:
        with contextlib.suppress(TrackingError), told(f"run {run_id}"):
            store.client.set_terminated(run_id, "FAILED")
        raise
    return open_run(store, run_id)


def _log(store: Store, run_id: str, model: ResolvedModel, record: EvidenceRecord, metrics: Mapping[str, float]) -> None:
    import time

    from mlflow.entities import Metric

    from fmnist_governance.tracking.training_run import dataset_input

    tested = dataset_input(record.dataset, "test", "evaluation")
    now = int(time.time() * 1000)
    store.client.log_inputs(run_id, [tested])
    linked = {"model_id": model.model_id, "dataset_name": tested.dataset.name, "dataset_digest": tested.dataset.digest}
    store.client.log_batch(run_id, metrics=[Metric(k, v, now, 0, run_id=run_id, **linked) for k, v in metrics.items()])


def add_files(store: Store, run: RunFiles, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Add what was concluded from a run: assessments and documents. Nothing that is there is written again.

    Returns:
        The paths that hold other bytes already, and were left as they are.

    Raises:
        ValueError: A path is sealed, or is none below the run.
        TrackingError: The store refuses it.
    """
    _demand_paths(files)
    if sealed := [path for path in files if path.startswith(SEALED) or path == MANIFEST]:
        msg = f"{', '.join(sealed)}: sealed, never written again"
        raise ValueError(msg)
    stored = {path: run.read(path) for path in files}
    with told(f"run {run.run_id}"):
        _upload(store, run.run_id, {path: data for path, data in files.items() if stored[path] is None})
    return tuple(path for path, data in files.items() if stored[path] not in {None, data})


def _demand_paths(files: Mapping[str, bytes]) -> None:
    """Refuse a path that has more than one spelling or leads out of the run."""
    for path in files:
        if {"", ".", ".."} & set(path.split("/")):
            msg = f"{path!r}: not a path below the run"
            raise ValueError(msg)


def _upload(store: Store, run_id: str, files: Mapping[str, bytes]) -> None:
    """Write files whole in a folder of their own first, then hand the folder over at once."""
    if not files:
        return
    with tempfile.TemporaryDirectory() as scratch:
        for path, data in files.items():
            target = Path(scratch) / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        store.client.log_artifacts(run_id, scratch)


def describe_run(store: Store, run: RunFiles, model: ResolvedModel | None, note: str) -> None:
    """Show a summary as the run's note, and as the description of the version that was audited."""
    with told(f"run {run.run_id}"):
        store.client.set_tag(run.run_id, "mlflow.note.content", note[:LONGEST_NOTE])
        if model is not None and model.name and model.version:
            store.client.update_model_version(model.name, model.version, description=note[:LONGEST_NOTE])


def tag_verdict(store: Store, run: RunFiles, *, passed: bool, assessment: str) -> None:
    """Show the verdict as tags of the run."""
    tags = {"governance.verdict": "passed" if passed else "refused", "governance.assessment": assessment}
    with told(f"run {run.run_id}"):
        for key, value in tags.items():
            store.client.set_tag(run.run_id, key, value)
