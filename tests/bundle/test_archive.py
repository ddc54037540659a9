from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.bundle.archive import open_archive, pack
from fmnist_governance.bundle.contents import MAX_FILE_BYTES
from fmnist_governance.errors import EvidenceError, GovernanceError

Files = Mapping[str, bytes]


def test_the_same_files_give_the_same_bytes_in_whatever_order(files: Files) -> None:
    assert pack(files) == pack(dict(reversed(list(files.items()))))


def test_nothing_of_this_machine_is_in_a_zip(files: Files) -> None:
    with zipfile.ZipFile(io.BytesIO(pack(files))) as archive:
        members = archive.infolist()

    assert [member.filename for member in members] == sorted(files)
    assert {(m.date_time, m.create_system, m.external_attr) for m in members} == {
        ((1980, 1, 1, 0, 0, 0), 3, (stat.S_IFREG | 0o644) << 16)
    }


def hostile(files: Files, *extra: tuple[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO(pack(files))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        for info, data in extra:
            archive.writestr(info, data)
    return buffer.getvalue()


def named(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def refused(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "bundle.zip"
    path.write_bytes(data)
    with pytest.raises(EvidenceError) as err:
        open_archive(path)
    return str(err.value)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (named("../outside"), "leads out of the bundle"),
        (named("/etc/passwd"), "is absolute"),
        (named("C:/windows"), "a backslash or a colon"),
        (named("a\\..\\b"), "a backslash or a colon"),
        (named("evidence/link", stat.S_IFLNK | 0o777), "is a link"),
        (named("evidence/device", stat.S_IFCHR | 0o666), "is no plain file"),
        (named("evidence/folder/"), "is no plain file"),
        (named("evidence/record.json"), "stands 2 times"),
        (named("EVIDENCE/record.json"), "stands twice"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.filename,
)
def test_a_zip_that_reaches_out_is_refused(info: zipfile.ZipInfo, words: str, tmp_path: Path, files: Files) -> None:
    told = refused(tmp_path, hostile(files, (info, b"x")))

    assert words in told
    assert list(tmp_path.iterdir()) == [tmp_path / "bundle.zip"]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, files: Files) -> None:
    data = bytearray(hostile(files, (named("evidence/bomb"), b"tiny")))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = (MAX_FILE_BYTES + 1).to_bytes(4, "little")

    assert "'evidence/bomb' is larger than" in refused(tmp_path, bytes(data))


def test_many_large_files_are_refused_together(tmp_path: Path, files: Files) -> None:
    data = bytearray(hostile(files, *((named(f"evidence/{number}"), b"tiny") for number in range(5))))
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 24 : at + 28] = MAX_FILE_BYTES.to_bytes(4, "little")

    assert "bytes unpacked; a run has at most" in refused(tmp_path, bytes(data))


def test_an_encrypted_file_is_refused(tmp_path: Path, files: Files) -> None:
    data = bytearray(hostile(files, (named("evidence/secret"), b"x")))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1

    assert "'evidence/secret' is encrypted" in refused(tmp_path, bytes(data))


def test_a_file_without_a_name_is_refused(tmp_path: Path, files: Files) -> None:
    data = bytearray(hostile(files, (named("x"), b"x")))
    at = data.rindex(b"PK\x01\x02")
    data[at + 46] = 0

    assert "has no name" in refused(tmp_path, bytes(data))


def test_a_damaged_file_is_named_when_it_is_read(tmp_path: Path, files: Files) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(pack(files).replace(b"<svg/>", b"<gvs/>"))

    with pytest.raises(EvidenceError, match=r"bundle\.zip: charts/classes\.svg: damaged"):
        open_archive(path).read("charts/classes.svg")


@given(data=st.data())
def test_a_mangled_zip_is_read_or_refused_by_name(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = pack({"bundle.json": b"{}", "evidence/record.json": b"{}"})
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 8)))
    path = tmp_path_factory.getbasetemp() / "mangled.zip"
    path.write_bytes(whole[:start] + data.draw(st.binary(max_size=8)) + whole[end:])

    with pytest.raises(GovernanceError, match=r"mangled\.zip"):
        open_archive(path)
