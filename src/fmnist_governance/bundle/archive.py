"""A bundle as a zip: the same files give the same bytes, and a hostile zip is refused before it is unpacked."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from fmnist_governance.bundle.contents import MAX_BYTES, MAX_FILE_BYTES, MAX_FILES, Bundle, opened
from fmnist_governance.errors import EvidenceError

_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold; when a file was written is no part of a bundle."""
_ENCRYPTED = 0x1
_MODE = 0o644
_UNIX = 3


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip whose bytes depend on nothing but paths and contents.

    The files are stored as they are: how well a text is compressed differs between versions of zlib.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            info = zipfile.ZipInfo(path, _TIME)
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | _MODE) << 16
            archive.writestr(info, files[path])
    return buffer.getvalue()


def open_archive(path: Path) -> Bundle:
    """Open a bundle in a zip. Nothing is written to disk.

    Raises:
        EvidenceError: It is no zip, or one with links, doubled or foreign paths, or more bytes than a run has.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError) as err:
        why = "no such file" if isinstance(err, FileNotFoundError) else f"not a zip that can be read ({err})"
        msg = f"{path}: {why}; expected what `fmnist-audit export` wrote"
        raise EvidenceError(msg) from err
    members = archive.infolist()
    if members and min(member.header_offset for member in members) != 0:
        archive.close()
        msg = f"{path}: other bytes stand before the zip; expected what `fmnist-audit export` wrote"
        raise EvidenceError(msg)
    if problems := list(_problems(path, members)):
        archive.close()
        raise EvidenceError("\n".join(problems))
    by_name = {member.filename: member for member in members}
    return opened(str(path), by_name, lambda name: _read(archive, by_name[name]))


def _problems(path: Path, members: list[zipfile.ZipInfo]) -> Iterator[str]:
    if len(members) > MAX_FILES:
        yield f"{path}: {len(members):,} files; a run has at most {MAX_FILES:,}"
        return
    total = sum(member.file_size for member in members)
    if total > MAX_BYTES:
        yield f"{path}: {total:,} bytes unpacked; a run has at most {MAX_BYTES:,}"
    for name, times in Counter(member.orig_filename for member in members).items():
        if times > 1:
            yield f"{path}: {name!r} stands {times} times"
    for member in members:
        if why := _no_plain_file(member):
            yield f"{path}: {member.orig_filename!r} {why}"


def _no_plain_file(member: zipfile.ZipInfo) -> str:
    if not member.filename or member.orig_filename != member.filename:
        return "has no name, or one with a character that cuts it short or a backslash"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link; a bundle holds plain files"
    if member.is_dir() or kind not in {0, stat.S_IFREG}:
        return "is no plain file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.file_size > MAX_FILE_BYTES:
        return f"is larger than {MAX_FILE_BYTES:,} bytes; no file of a run is"
    return ""


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as file:
            return file.read(MAX_FILE_BYTES + 1)
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as err:
        msg = f"{archive.filename}: {member.filename}: damaged ({err})"
        raise EvidenceError(msg) from err
