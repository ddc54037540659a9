"""Keep what a check found in the user's cache, so that an audit that was stopped goes on, and an equal one is quick."""

from __future__ import annotations

import base64
import contextlib
import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from fmnist_governance.audit.runner import Found, Planned
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import CheckEntry, Measurement, PictureFile, Record, TableFile

_PACKAGE = Path(__file__).resolve().parents[1]
_MEASURES = ("audit", "data", "evidence", "model", "stats")
_ASKS = ("pipeline/foreign.py", "pipeline/models.py", "tracking/packaged.py", "tracking/running.py")
"""What puts questions to packaged models."""
_MOST = 400
"""Files that the cache holds; the oldest go first."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the finished checks of one audit wait."""

    folder: Path
    audited: Mapping[str, object]
    """What decides every number beside the check itself: subject, data, seed, device, packages."""

    def take(self, planned: Planned) -> Found | None:
        """Return what an earlier audit found by the same check, None where there is none or it is damaged."""
        if not planned.check.repeatable:
            return None
        with contextlib.suppress(OSError, ValueError):
            seal, body = self._path(planned).read_bytes().split(b"\n", 1)
            if seal.decode() == digest(body):
                return _read(body)
        return None

    def keep(self, planned: Planned, found: Found) -> None:
        """Keep what a check measured; a cache that cannot be written is no reason to stop."""
        if not planned.check.repeatable or found.entry.status != "measured":
            return
        body = _written(found)
        path = self._path(planned)
        partial = path.with_name(f".{path.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                partial.write_bytes(digest(body).encode() + b"\n" + body)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
            _prune(self.folder)

    def _path(self, planned: Planned) -> Path:
        asked = {
            **self.audited,
            "code": _code(),
            "check": planned.check.name,
            "version": planned.check.version,
            "params": planned.params.model_dump(mode="json"),
        }
        return self.folder / f"{digest(canonical(asked)).removeprefix('sha256:')[:32]}.json"


class _Kept(Record):
    """What a check left behind, as it is stored."""

    entry: CheckEntry
    measurements: tuple[Measurement, ...]
    tables: tuple[TableFile, ...]
    pictures: tuple[PictureFile, ...]
    files: dict[str, str]
    """Their content in base 64, by path."""


def _written(found: Found) -> bytes:
    files = {path: base64.b64encode(data).decode() for path, data in (found.files or {}).items()}
    kept = _Kept(
        entry=found.entry, measurements=found.measurements, tables=found.tables, pictures=found.pictures, files=files
    )
    return canonical(kept.model_dump(mode="json"))


def _read(body: bytes) -> Found | None:
    try:
        kept = _Kept.model_validate_json(body)
    except ValidationError:
        return None
    cost = kept.entry.cost
    entry = kept.entry.model_copy(update={"cost": cost.model_copy(update={"kept": True}) if cost else None})
    files = {path: base64.b64decode(text) for path, text in kept.files.items()}
    return Found(entry, kept.measurements, kept.tables, kept.pictures, files)


@functools.cache
def _code() -> str:
    """Return the digest of the code that measures: another code may find other numbers under the same version."""
    paths = sorted(path for part in _MEASURES for path in (_PACKAGE / part).rglob("*.py"))
    paths += [_PACKAGE / path for path in _ASKS]
    return digest(canonical({path.relative_to(_PACKAGE).as_posix(): digest(path.read_bytes()) for path in paths}))


def _prune(folder: Path) -> None:
    kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_MOST:]:
        path.unlink(missing_ok=True)
