"""The record as bytes, and back."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import ValidationError

from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.evidence.record import SCHEMA_VERSION, EvidenceRecord, Record

R = TypeVar("R", bound=Record)


def encode(record: Record) -> bytes:
    """Return the canonical JSON of a record."""
    return canonical(record.model_dump(mode="json"))


def decode(data: bytes, kind: type[R], source: str) -> R:
    """Read a stored record back.

    Args:
        data: The stored bytes.
        kind: The type that they hold.
        source: Their path in the run, for messages.

    Raises:
        EvidenceError: The bytes are not such a record.
    """
    try:
        return kind.model_validate_json(data)
    except ValidationError as err:
        first = err.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "top level"
        msg = f"{source}: {where}: {first['msg']}"
        raise EvidenceError(msg) from err


def decode_record(data: bytes, source: str = "evidence/record.json") -> EvidenceRecord:
    """Read an evidence record, refusing schemas that are newer than this version.

    Raises:
        EvidenceError: The bytes are not a record, or one of a later version.
    """
    try:
        version = json.loads(data).get("schema_version")
    except (ValueError, AttributeError, RecursionError) as err:
        why = "nested too deep" if isinstance(err, RecursionError) else err
        msg = f"{source}: not a JSON object ({why})"
        raise EvidenceError(msg) from err
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= SCHEMA_VERSION:
        msg = f"{source}: schema_version {version!r} is unknown here; this version reads 1 to {SCHEMA_VERSION}"
        raise EvidenceError(msg)
    return decode(data, EvidenceRecord, source)
