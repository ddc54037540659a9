"""Find a measurement that counts as evidence, or say why there is none."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from fmnist_governance.evidence.record import EvidenceRecord, Measurement


@dataclass(frozen=True, slots=True)
class Absent:
    """Why there is no evidence."""

    reason: str


def covers(pattern: str, id_: str) -> bool:
    """Whether a measurement id fits a pattern, in which `*` stands for one segment."""
    wanted, found = pattern.split("."), id_.split(".")
    return len(wanted) == len(found) and all(w in {"*", f} for w, f in zip(wanted, found, strict=True))


def look_up(record: EvidenceRecord, id_: str) -> Measurement | Absent:
    """Return a measurement, provided that exactly one exists and that its check measured and promised it."""
    name = id_.split(".", 1)[0]
    if lack := lack_of(record, name):
        return Absent(f"{id_} was not measured: {lack}")
    found = [measurement for measurement in record.measurements if measurement.id == id_]
    promised = {promise for check in record.checks if check.name == name for promise in check.promised}
    if id_ not in promised:
        return Absent(f"{id_} was not measured: check {name} does not promise it{_alike(id_, record)}")
    if not found:
        reason = next((check.absent[id_] for check in record.checks if id_ in check.absent), "it is not in the record")
        return Absent(f"{id_} was promised by check {name} and was not measured: {reason}")
    if len(found) > 1:
        return Absent(f"{id_} stands in the record {len(found)} times; which one counts is not known")
    return found[0]


def lack_of(record: EvidenceRecord, name: str) -> str:
    """Say why a check gives no evidence; an empty text when it measured."""
    entries = [check for check in record.checks if check.name == name]
    if not entries:
        known = [check.name for check in record.checks]
        return f"check {name} was not part of suite {record.audit.suite.name}{_meant(name, known)}"
    if len(entries) > 1:
        return f"check {name} stands in the record {len(entries)} times"
    status, reason = entries[0].status, entries[0].reason
    if status == "measured":
        return ""
    what = "was not run" if status == "not_run" else "failed"
    return f"check {name} {what} ({reason or 'no reason was recorded'})"


def _alike(id_: str, record: EvidenceRecord) -> str:
    return _meant(id_, [*record.promised(), *(measurement.id for measurement in record.measurements)])


def _meant(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, sorted(set(known) - {word}), n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""
