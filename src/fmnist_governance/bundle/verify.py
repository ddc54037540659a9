"""Is a bundle what was exported, and its evidence what was sealed?"""

from __future__ import annotations

from pathlib import Path

from fmnist_governance.bundle.archive import open_archive
from fmnist_governance.bundle.contents import BUNDLE, Bundle
from fmnist_governance.bundle.folder import open_folder
from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.codec import decode_record
from fmnist_governance.evidence.manifest import MANIFEST, broken, digest, parse
from fmnist_governance.evidence.outcomes import contradictions
from fmnist_governance.evidence.record import EvidenceRecord

RECORD = "evidence/record.json"
SEALED = ("evidence/", "inputs/")
"""Folders of which the seal lists every file."""
FINISHED = "FINISHED"
_TAG = "governance.manifest"


def open_bundle(path: Path) -> Bundle:
    """Open a bundle, be it a folder or a zip.

    Raises:
        EvidenceError: It is neither, or holds what no bundle may hold.
    """
    return open_folder(path) if path.is_dir() else open_archive(path)


def differences(bundle: Bundle) -> list[str]:
    """Say what differs from the bundle's list and from the seal, one line each; empty when nothing does."""
    found = broken(bundle.facts.files, bundle.read, bundle.paths())
    lines = [f"{line.replace('not in the seal', 'not in the list')} ({BUNDLE})" for line in found]
    sealed = bundle.read(MANIFEST)
    if sealed is None:
        return [*lines, f"{MANIFEST}: missing; the evidence was never sealed"]
    if bundle.tags.get(_TAG) != digest(sealed):
        lines.append(f"{MANIFEST}: not the seal that the run names")
    present = {path for path in bundle.paths() if path.startswith(SEALED)}
    lines += [f"{line} ({MANIFEST})" for line in broken(parse(sealed), bundle.read, present)]
    if bundle.status != FINISHED:
        lines.append(f"{BUNDLE}: the run was {bundle.status}, not {FINISHED}")
    return lines


def evidence(bundle: Bundle) -> tuple[EvidenceRecord, str]:
    """Return the record of a bundle that is as it was sealed, and the digest of the seal.

    Raises:
        EvidenceError: Something differs, or contradicts the record; each file is named.
    """
    if lines := differences(bundle):
        raise EvidenceError("\n".join(f"{bundle.source}: {line}" for line in lines))
    record = decode_record(bundle.read(RECORD) or b"", f"{bundle.source}: {RECORD}")
    if record.subject.digest != bundle.facts.model:
        msg = f"{bundle.source}: {BUNDLE}: names another model than the record"
        raise EvidenceError(msg)
    if lines := contradictions(record, bundle.read):
        raise EvidenceError("\n".join(f"{bundle.source}: {line}" for line in lines))
    return record, digest(bundle.read(MANIFEST) or b"")
