"""A bundle as a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from fmnist_governance.bundle.contents import MAX_FILE_BYTES, Bundle, demand_list, opened
from fmnist_governance.errors import EvidenceError


def open_folder(folder: Path) -> Bundle:
    """Open a bundle that lies in a folder.

    Raises:
        EvidenceError: It is no bundle, or holds a link or anything that is no plain file; each is named.
    """
    demand_list(str(folder), {path.name for path in folder.iterdir()})
    problems: list[str] = []
    names = tuple(_names(folder, problems))
    if problems:
        raise EvidenceError("\n".join(problems))
    return opened(str(folder), names, lambda name: _read(folder, name))


def _names(folder: Path, problems: list[str]) -> Iterator[str]:
    for top, folders, files in os.walk(folder, onerror=_told):
        here = Path(top)
        for name in sorted([*folders, *files]):
            path = here / name
            shown = path.relative_to(folder).as_posix()
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode):
                yield shown
            elif stat.S_ISLNK(mode):
                problems.append(f"{folder}: {shown!r} is a link; a bundle holds plain files")
            elif not stat.S_ISDIR(mode):
                problems.append(f"{folder}: {shown!r} is no plain file")


def _told(err: OSError) -> None:
    msg = f"{err.filename}: cannot be read ({err.strerror})"
    raise EvidenceError(msg) from err


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:  # noqa: PTH123 - pathlib follows links
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as err:
        msg = f"{path}: cannot be read ({err.strerror})"
        raise EvidenceError(msg) from err
    if len(data) > MAX_FILE_BYTES:
        msg = f"{path}: larger than {MAX_FILE_BYTES:,} bytes; no file of a run is"
        raise EvidenceError(msg)
    return data
