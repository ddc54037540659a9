"""What two audits state beyond numbers: model, data, settings, code and machine."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.evidence.comparison import Fact
from fmnist_governance.evidence.record import EvidenceRecord


def facts(first: EvidenceRecord, second: EvidenceRecord) -> tuple[Fact, ...]:
    """Return what the audits state, the same or not, in the order of a reader's questions."""
    one, two = dict(_stated(first)), dict(_stated(second))
    return tuple(Fact(name=name, first=one.get(name), second=two.get(name)) for name in dict.fromkeys([*one, *two]))


def _stated(record: EvidenceRecord) -> Iterator[tuple[str, str]]:
    yield from _subject(record)
    yield "data", f"{record.dataset.name} {record.dataset.digest}"
    for name, split in record.dataset.splits.items():
        yield f"data, {name}", f"{split.n:,} images {split.digest}"
    yield "suite", f"{record.audit.suite.name} {record.audit.suite.digest}"
    yield "seed", str(record.audit.seed)
    for check in record.checks:
        settings = ", ".join(f"{key} {value}" for key, value in sorted(check.params.items()))
        yield f"check {check.name}", f"{check.status}, version {check.version}{f', {settings}' if settings else ''}"
    yield from _machine(record)


def _subject(record: EvidenceRecord) -> Iterator[tuple[str, str]]:
    subject = record.subject
    yield "model", subject.uri
    yield "model digest", subject.digest
    if subject.architecture:
        yield "architecture", subject.architecture
    if subject.parameters is not None:
        yield "parameters", f"{subject.parameters:,}"
    if record.training:
        training = record.training
        yield "training", f"recipe {training.recipe}, seed {training.seed}, {training.epochs} epochs"
        yield "training data", training.dataset_digest
        yield "trained from", training.parent or "chance"


def _machine(record: EvidenceRecord) -> Iterator[tuple[str, str]]:
    tool, environment = record.tool, record.environment
    changed = {True: ", with changes", False: "", None: ""}[tool.dirty]
    yield "tool", f"{tool.name} {tool.version}, commit {tool.commit or 'not known'}{changed}"
    yield "device", f"{record.audit.device}, {record.audit.threads} threads"
    yield "python", environment.python
    yield "platform", environment.platform
    yield "processor", environment.processor
    for package, version in sorted(environment.packages.items()):
        yield f"package {package}", version
