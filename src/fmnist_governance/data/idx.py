"""Read the IDX files of the MNIST family, trusting neither their names nor their headers."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.errors import DatasetError
from fmnist_governance.evidence.manifest import digest

_IMAGES, _LABELS = 0x803, 0x801
_KINDS = {_IMAGES: "images", _LABELS: "labels"}
SIDE = 28
CLASSES = 10
MEND = "`fmnist-audit data fetch` gets a good copy"


@dataclass(frozen=True, slots=True)
class IdxFile:
    """What a published file holds once it is unpacked."""

    name: str
    """Without the `.gz`."""
    count: int
    images: bool
    digest: str
    """Of the unpacked bytes: the same data is packed differently by different mirrors."""

    @property
    def size(self) -> int:
        """Bytes of the unpacked file."""
        return 16 + self.count * SIDE * SIDE if self.images else 8 + self.count

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the array that it holds."""
        return (self.count, SIDE, SIDE) if self.images else (self.count,)


def find(folder: Path, file: IdxFile) -> Path | None:
    """Return where a file lies in a folder, packed or not; None when it is not there."""
    return next((p for p in (folder / f"{file.name}.gz", folder / file.name) if p.is_file()), None)


def read(path: Path, file: IdxFile, known: Mapping[str, str]) -> NDArray[np.uint8]:
    """Read a published file.

    Args:
        path: Packed (`.gz`) or not.
        file: What it has to hold.
        known: Digest to name of all files of the family, to tell which one lies here instead.

    Returns:
        `file.shape` uint8.

    Raises:
        DatasetError: It is damaged, or holds something else.
    """
    data = _unpacked(path, file)
    found = digest(data)
    if found != file.digest:
        raise DatasetError(f"{path}: {_difference(data, found, file, known)}; {MEND}")  # noqa: EM102, TRY003 - built here
    return np.frombuffer(data, dtype=np.uint8, offset=16 if file.images else 8).reshape(file.shape)


def _unpacked(path: Path, file: IdxFile) -> bytes:
    """Return at most one byte more than the file may hold, so that a bomb stays small."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            return stream.read(file.size + 1)
    except EOFError as err:
        msg = f"{path}: truncated; {MEND}"
        raise DatasetError(msg) from err
    except (gzip.BadGzipFile, zlib.error) as err:
        msg = f"{path}: not readable as gzip ({err}); {MEND}"
        raise DatasetError(msg) from err
    except OSError as err:
        msg = f"{path}: cannot be read ({err.strerror}); check its permissions"
        raise DatasetError(msg) from err


def _difference(data: bytes, found: str, file: IdxFile, known: Mapping[str, str]) -> str:
    if found in known:
        return f"holds the contents of {known[found]}"
    if len(data) > file.size:
        return f"unpacks to more than the {file.size:,} bytes of the published file"
    return _header(data, file) or _values(data, file) or f"differs from the published data (it has {found})"


def _header(data: bytes, file: IdxFile) -> str | None:
    words = [int.from_bytes(data[i : i + 4], "big") for i in range(0, 16 if file.images else 8, 4)]
    wanted = _IMAGES if file.images else _LABELS
    if words[0] != wanted:
        return f"holds {_KINDS.get(words[0], 'no IDX data')}, not {_KINDS[wanted]}"
    if tuple(words[1:]) != file.shape:
        said, right = (" x ".join(map(str, shape)) for shape in (words[1:], file.shape))
        return f"its header says {said}; expected {right}"
    if len(data) < file.size:
        return f"its header promises {file.size:,} bytes; {len(data):,} are there"
    return None


def _values(data: bytes, file: IdxFile) -> str | None:
    largest = max(data[8:]) if not file.images else 0
    return f"holds the label {largest}; labels run from 0 to {CLASSES - 1}" if largest >= CLASSES else None
