"""Predictions as lines of a file: who answered what on which image, found again by the image."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import FiniteFloat, ValidationError

from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.record import Digest, Record, Timestamp
from fmnist_governance.model.fmnist_classifier import prepare


class Entry(Record):
    """One answer of one model to one image: one line of the log."""

    time: Timestamp
    model: Digest
    """Digest of the packaged model."""
    input: Digest
    """Digest of the image, as `input_digests` computes it."""
    predicted_class: str
    class_probabilities: dict[str, FiniteFloat]


@dataclass(frozen=True, slots=True)
class Found:
    """What a log holds about an image."""

    entries: tuple[Entry, ...]
    """In the order in which they were logged."""
    unreadable: tuple[str, ...]
    """A line for each line of the log that is no entry, such as `predictions.jsonl:7: not an entry`."""


def input_digests(images: object) -> tuple[str, ...]:
    """Return a digest for each image, the same for every form in which the same pixels may come.

    It is the SHA-256 of the 28 x 28 bytes where every pixel is one of the 256 grey levels, as it is for whatever was
    read from a picture, and of the 28 x 28 little-endian float32 in [0, 1] where it is not.

    Args:
        images: As in `prepare`.

    Raises:
        ValueError: They break the input rules.
    """
    prepared = prepare(images).numpy() + np.float32(0)
    levels = np.rint(prepared * np.float32(255)).astype(np.uint8)
    whole = (levels / np.float32(255) == prepared).all(axis=(1, 2, 3))
    chosen = [grey if exact else unit for grey, unit, exact in zip(levels, prepared.astype("<f4"), whole, strict=True)]
    return tuple("sha256:" + hashlib.sha256(image.tobytes()).hexdigest() for image in chosen)


def append(log: Path, entries: Sequence[Entry]) -> None:
    """Add entries to a log, all in one write. Several processes may do so at once.

    Args:
        log: Created where it is missing; its folder must exist.
        entries: One line each.

    Raises:
        EvidenceError: The log cannot be written; what it held before is still there, and nothing else.
    """
    try:
        file = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write_whole(file, b"".join(encode(entry) for entry in entries))
        finally:
            os.close(file)
    except OSError as err:
        msg = f"{log}: cannot log the prediction ({err.strerror}); name a file that can be written"
        raise EvidenceError(msg) from err


def find(log: Path, image: object) -> Found:
    """Return what was answered to an image.

    Args:
        log: As `append` wrote it.
        image: One image, as in `prepare`.

    Raises:
        ValueError: It is not exactly one image.
        EvidenceError: The log cannot be read.
    """
    digests = input_digests(image)
    if len(digests) != 1:
        msg = f"got {len(digests)} images; look for one at a time"
        raise ValueError(msg)
    entries, unreadable = [], []
    try:
        with log.open("rb") as file:
            for number, line in enumerate(file, start=1):
                entry = _entry(line)
                if entry is None:
                    unreadable.append(f"{log.name}:{number}: not an entry")
                elif entry.input == digests[0]:
                    entries.append(entry)
    except OSError as err:
        msg = f"{log}: cannot be read ({err.strerror}); name the file given to --log"
        raise EvidenceError(msg) from err
    return Found(tuple(entries), tuple(unreadable))


def _entry(line: bytes) -> Entry | None:
    try:
        return Entry.model_validate_json(line) if line.endswith(b"\n") else None
    except ValidationError:
        return None


def _write_whole(file: int, data: bytes) -> None:
    """Append data after a whole line; leave the file as it was when that fails."""
    size = os.fstat(file).st_size
    torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"
    data = b"\n" + data if torn else data
    try:
        written = os.write(file, data)
    except OSError:
        os.ftruncate(file, size)
        raise
    if written != len(data):
        os.ftruncate(file, size)
        raise OSError(28, "no space left")
