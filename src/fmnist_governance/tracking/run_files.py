"""Read a run's files, and demand of an audit run that it is finished and as it was sealed."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from fmnist_governance.errors import EvidenceError, TrackingError
from fmnist_governance.evidence.codec import decode_record
from fmnist_governance.evidence.manifest import MANIFEST, broken, digest, parse
from fmnist_governance.evidence.outcomes import contradictions
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.tracking.store import Store, told

if TYPE_CHECKING:
    from mlflow.entities import Run

RECORD = "evidence/record.json"
MOST_METRICS = 300
SEALED = ("evidence/", "inputs/")
"""Folders of which the seal lists every file."""
FINISHED = "FINISHED"
RUN_FORMS = "a run id, `latest`, a model such as models:/NAME/VERSION, or the path of a bundle"


@dataclass(frozen=True, slots=True)
class RunFiles:
    """A run: its state, its tags and metrics as they are now, and its files below one folder."""

    run_id: str
    status: str
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    folder: Path
    """Where the files lie: the store's own folder, or a copy where the store is elsewhere."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None when it is not there.

        Raises:
            EvidenceError: It leads out of the run.
        """
        file = self.folder / path
        if not file.is_file():
            return None
        if not file.resolve().is_relative_to(self.folder.resolve()):
            msg = f"run {self.run_id}: {path}: a link out of the run"
            raise EvidenceError(msg)
        return file.read_bytes()

    def paths(self, below: str = "") -> set[str]:
        """Return the paths of all files, or of those whose path begins with a text."""
        files = (p for p in self.folder.rglob("*") if p.is_symlink() or not p.is_dir())
        found = (p.relative_to(self.folder).as_posix() for p in files)
        return {path for path in found if path.startswith(below)}


@dataclass(frozen=True, slots=True)
class Verified:
    """Evidence that is as it was sealed."""

    record: EvidenceRecord
    seal: str
    """Digest of the manifest."""
    files: RunFiles


def open_run(store: Store, run_id: str) -> RunFiles:
    """Return a run with its files.

    Raises:
        TrackingError: There is no such run, or its files cannot be had.
    """
    from mlflow.exceptions import MlflowException

    with told(f"run {run_id}"):
        try:
            return _opened(store.client.get_run(run_id))
        except MlflowException as err:
            if err.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            msg = f"run {run_id}: this store holds no such run; expected {RUN_FORMS}"
            raise TrackingError(msg) from err


def _opened(run: Run) -> RunFiles:
    return RunFiles(
        run_id=run.info.run_id,
        status=run.info.status,
        tags=dict(run.data.tags),
        metrics=dict(run.data.metrics),
        folder=folder_of(run.info.artifact_uri, run.info.run_id),
    )


def folder_of(uri: str, name: str) -> Path:
    """Return the folder of a local store as it is; download the files of another, until this process ends.

    Args:
        uri: Of a run's or a model's files.
        name: What they belong to, for the name of the copy.
    """
    local = local_path(uri)
    if local is not None:
        return local
    from mlflow.artifacts import download_artifacts

    copy = tempfile.mkdtemp(prefix=f"fmnist-audit-{name[:10]}-")
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    return Path(download_artifacts(artifact_uri=uri, dst_path=copy))


def local_path(uri: str) -> Path | None:
    """Return the path that a URI names on this machine; None where it names none."""
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return Path(unquote(parts.path))
    return Path(uri) if not parts.scheme else None


def verified(run: RunFiles) -> Verified:
    """Read the evidence of an audit run.

    Raises:
        EvidenceError: The run is not finished, or a file or a metric is not as it was sealed; each is named.
    """
    if run.status != FINISHED:
        msg = f"run {run.run_id}: is {run.status}, not {FINISHED}; audit the model again"
        raise EvidenceError(msg)
    sealed = run.read(MANIFEST)
    if sealed is None:
        msg = f"run {run.run_id}: {MANIFEST}: missing; this is no audit run, or its evidence was never sealed"
        raise EvidenceError(msg)
    present = {path for path in run.paths() if path.startswith(SEALED)}
    problems = (
        [] if run.tags.get("governance.manifest") == digest(sealed) else [f"{MANIFEST}: changed since it was sealed"]
    )
    found = broken(parse(sealed), run.read, present)
    problems += [line if line.endswith("not in the seal") else f"{line} since it was sealed" for line in found]
    record = _record(run)
    if record is not None:
        problems += _metric_problems(record, run.metrics) + _tag_problems(record, run.tags)
    if record is not None and not problems:
        problems += contradictions(record, run.read)
    if problems:
        raise EvidenceError("\n".join(f"run {run.run_id}: {problem}" for problem in problems))
    return Verified(record or decode_record(run.read(RECORD) or b""), digest(sealed), run)


def _record(run: RunFiles) -> EvidenceRecord | None:
    """Return the record as it is now, sealed or not; None where it cannot be read."""
    try:
        return decode_record(run.read(RECORD) or b"")
    except EvidenceError:
        return None


def headline_metrics(record: EvidenceRecord) -> dict[str, float]:
    """Return what an audit run logs: headline measurements, and the ends of their intervals as far as there is room.

    MLflow slows down with many keys; the record has every number.
    """
    headlines = [m for m in record.measurements if m.headline][:MOST_METRICS]
    found = {m.id: m.value for m in headlines}
    for m in headlines:
        if m.interval and len(found) + 2 <= MOST_METRICS:
            found |= {f"{m.id}.low": m.interval.low, f"{m.id}.high": m.interval.high}
    return found


def record_tags(record: EvidenceRecord) -> dict[str, str]:
    """Return the tags under which an audit run is found: they say again what the record says."""
    return {
        "governance.stage": "audit",
        "governance.model_uri": record.subject.uri,
        "governance.model_digest": record.subject.digest,
        "governance.dataset_digest": record.dataset.digest,
        "governance.suite": record.audit.suite.name,
    }


def _metric_problems(record: EvidenceRecord, present: Mapping[str, float]) -> list[str]:
    wanted = headline_metrics(record)
    lines = [f"metric {key}: lost since it was sealed" for key in sorted(wanted.keys() - present)]
    lines += [f"metric {key}: added since it was sealed" for key in sorted(present.keys() - wanted)]
    both = sorted(wanted.keys() & present)
    return lines + [
        f"metric {key}: is {present[key]!r}; the record says {wanted[key]!r}"
        for key in both
        if present[key] != wanted[key]
    ]


def _tag_problems(record: EvidenceRecord, present: Mapping[str, str]) -> list[str]:
    """Compare the tags, so that the evidence of one model is not found under the digest of another."""
    return [
        f"tag {key}: is {present.get(key, '')!r}; the record says {wanted!r}"
        for key, wanted in record_tags(record).items()
        if present.get(key) != wanted
    ]


def find_run(store: Store, spec: str) -> RunFiles:
    """Return the run that a user names.

    Args:
        store: Where to look.
        spec: A run id, `latest` (the newest finished audit of the experiment), or a model URI (the newest finished
            audit of the same bytes).

    Raises:
        TrackingError: There is no such run.
    """
    audits = "tags.`governance.stage` = 'audit' and attributes.status = 'FINISHED'"
    if spec == "latest":
        return _newest(
            store, audits, f"experiment {store.experiment!r} holds no finished audit; run `fmnist-audit audit`"
        )
    if spec.startswith(("models:/", "runs:/")):
        return _of_model(store, spec, audits)
    if not (spec.isalnum() and spec.isascii()):
        msg = f"run {spec!r}: expected {RUN_FORMS}"
        raise TrackingError(msg)
    return open_run(store, spec)


def _of_model(store: Store, spec: str, audits: str) -> RunFiles:
    """Return the newest audit of a model: of these bytes, and where they are a registered version, of that version.

    What people declare, claim and waive is about a name, so an audit of the same bytes under another is none of this.
    """
    from fmnist_governance.model.weights import subject_digest
    from fmnist_governance.tracking.registry import resolve

    model = resolve(store, spec)
    present = subject_digest(model.package)
    again = f"run `fmnist-audit audit {spec}`"
    same = _found(store, f"{audits} and tags.`governance.model_digest` = '{present}'")
    for run in same:
        if model.name is None or run.data.tags.get("governance.model_uri") == model.uri:
            return _opened(run)
    if same:
        other = same[0].data.tags.get("governance.model_uri")
        msg = f"{spec}: these bytes were audited as {other}, and not under this name; {again}"
        raise TrackingError(msg)
    for run in _found(store, audits):
        if run.data.tags.get("governance.model_uri") == model.uri:
            old = run.data.tags.get("governance.model_digest")
            msg = f"{spec}: is {present} now, and {old} was audited; somebody changed it, or {again}"
            raise TrackingError(msg)
    msg = f"{spec}: not audited yet; {again}"
    raise TrackingError(msg)


def _newest(store: Store, wanted: str, otherwise: str) -> RunFiles:
    found = _found(store, wanted, 1)
    if not found:
        raise TrackingError(otherwise)
    return _opened(found[0])


def _found(store: Store, wanted: str, most: int = 1_000) -> list[Run]:
    """Return the runs of the experiment that fit, the newest first."""
    with told(f"experiment {store.experiment!r}"):
        inside = [store.experiment_id] if store.experiment_id else []
        order = ["attributes.start_time DESC"]
        return list(store.client.search_runs(inside, wanted, max_results=most, order_by=order)) if inside else []
