from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from desk import Program


@pytest.mark.usefixtures("desk")
def test_a_run_leaves_the_store_as_a_zip_and_is_verified_elsewhere(fmnist_audit: Program, tmp_path: Path) -> None:
    made = fmnist_audit("export", "--output", tmp_path / "audit.zip")

    checked = fmnist_audit("verify", tmp_path / "audit.zip")

    assert (made.code, made.err) == (0, "")
    assert checked.code == 0
    assert "are as they were sealed" in checked.out
    assert checked.out.split()[-1] == made.out.split()[-1]


@pytest.mark.usefixtures("desk")
def test_the_same_run_gives_the_same_zip_and_a_folder_of_the_same_files(fmnist_audit: Program, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip", "folder"):
        assert fmnist_audit("export", "--output", tmp_path / name, "--quiet").out == ""

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        for name in archive.namelist():
            assert (tmp_path / "folder" / name).read_bytes() == archive.read(name)
    assert fmnist_audit("verify", tmp_path / "folder").code == 0


@pytest.mark.usefixtures("desk")
def test_what_was_changed_is_named_and_the_answer_is_no(fmnist_audit: Program, tmp_path: Path) -> None:
    fmnist_audit("export", "--output", tmp_path / "folder")
    (tmp_path / "folder" / "evidence" / "record.json").write_bytes(b"{}")
    (tmp_path / "folder" / "inputs" / "audit.yaml").unlink()
    (tmp_path / "folder" / "evidence" / "more.json").write_bytes(b"{}")

    answer = fmnist_audit("verify", tmp_path / "folder", "--json")

    told = json.loads(answer.out)
    assert answer.code == 1
    assert told["ok"] is False
    assert "evidence/record.json: changed (manifest.json)" in told["problems"]
    assert "inputs/audit.yaml: missing (manifest.json)" in told["problems"]
    assert "evidence/more.json: not in the seal (manifest.json)" in told["problems"]


@pytest.mark.usefixtures("desk")
def test_another_seal_than_the_one_known_from_elsewhere_is_a_no(fmnist_audit: Program, tmp_path: Path) -> None:
    fmnist_audit("export", "--output", tmp_path / "audit.zip")

    answer = fmnist_audit("verify", tmp_path / "audit.zip", "--seal", "sha256:" + "0" * 64)

    assert answer.code == 1
    assert "manifest.json: the seal is sha256:" in answer.out


def test_what_is_no_bundle_could_not_be_verified(fmnist_audit: Program, tmp_path: Path) -> None:
    (tmp_path / "audit.zip").write_bytes(b"PK")

    answer = fmnist_audit("verify", tmp_path / "audit.zip")

    assert answer.code == 2
    assert "not a zip that can be read" in answer.err
    assert answer.out == ""


@pytest.mark.usefixtures("desk")
def test_other_bytes_are_not_overwritten_unasked(fmnist_audit: Program, tmp_path: Path) -> None:
    (tmp_path / "audit.zip").write_bytes(b"mine")

    assert fmnist_audit("export", "--output", tmp_path / "audit.zip").code == 2
    assert fmnist_audit("export", "--output", tmp_path / "audit.zip", "--force").code == 0
