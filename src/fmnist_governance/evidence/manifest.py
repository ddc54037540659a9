"""Canonical bytes, digests, and the seal over a run's files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping

from fmnist_governance.errors import EvidenceError

MANIFEST = "manifest.json"


def canonical(value: object) -> bytes:
    """Return the one JSON text of a value: UTF-8, sorted keys, no spaces, no NaN, a final newline.

    Raises:
        ValueError: A number is not finite.
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return (text + "\n").encode()


def digest(data: bytes) -> str:
    """Return `sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def seal(files: Mapping[str, bytes]) -> bytes:
    """Return the manifest of files, path to digest, as canonical JSON."""
    return canonical({path: digest(data) for path, data in files.items()})


def broken(manifest: Mapping[str, str], read: Callable[[str], bytes | None], present: set[str]) -> list[str]:
    """Say what differs from the seal, one line a file.

    Args:
        manifest: Path to digest, as sealed.
        read: Returns the bytes of a path, or None when it is not there.
        present: Paths that exist below the sealed folders.

    Returns:
        Lines such as `evidence/record.json: changed`; empty when the seal holds.
    """
    lines = [f"{path}: not in the seal" for path in sorted(present - set(manifest))]
    for path, sealed in sorted(manifest.items()):
        data = read(path)
        if data is None:
            lines.append(f"{path}: missing")
        elif digest(data) != sealed:
            lines.append(f"{path}: changed")
    return lines


def parse(data: bytes) -> dict[str, str]:
    """Read a manifest back.

    Raises:
        EvidenceError: It is not a JSON object of text to text.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as err:
        msg = f"{MANIFEST}: not JSON ({err}); audit the model again"
        raise EvidenceError(msg) from err
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        msg = f"{MANIFEST}: not a map of path to digest; audit the model again"
        raise EvidenceError(msg)
    return value
