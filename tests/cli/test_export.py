from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bundled import DIGEST, OUTCOMES, audited
from desk import Program

from fmnist_governance.bundle.archive import pack
from fmnist_governance.bundle.contents import BundleFacts, listed
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.manifest import canonical, digest, seal


@pytest.mark.usefixtures("desk")
def test_a_run_leaves_the_store_as_a_zip_and_is_verified_elsewhere(fmnist_audit: Program, tmp_path: Path) -> None:
    made = fmnist_audit("export", "--output", tmp_path / "audit.zip")

    checked = fmnist_audit("verify", tmp_path / "audit.zip")

    assert (made.code, made.err) == (0, "")
    assert checked.code == 0
    assert "are as they were sealed" in checked.out
    assert checked.out.splitlines()[0].split()[-1] == made.out.split()[-1]
    assert "not signed" in checked.out


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


def resealed(path: Path, change: Callable[[dict[str, Any]], object], answers: str = "1" * 90 + "0" * 10) -> Path:
    """Write a bundle whose record was changed, and everything sealed anew, as somebody would who can write it all."""
    record = json.loads(encode(audited("1" * 90 + "0" * 10)))
    change(record)
    files = {"evidence/record.json": canonical(record), OUTCOMES: f"condition,correct\nclean,{answers}\n".encode()}
    return sealed_anew(path, files)


def unchanged(_record: dict[str, Any]) -> None:
    """Leave a record as it is."""


def sealed_anew(path: Path, files: dict[str, bytes], model: str | None = None) -> Path:
    files = {**files, "manifest.json": seal(files)}
    facts = BundleFacts(
        run="4f56", status="FINISHED", tags={"governance.manifest": digest(files["manifest.json"])}, metrics={},
        model=model or json.loads(files["evidence/record.json"])["subject"]["digest"], files={},
    )  # fmt: skip
    path.write_bytes(pack(listed(facts, files)))
    return path


def test_numbers_that_contradict_each_other_are_no_evidence_however_they_are_sealed(
    fmnist_audit: Program, tmp_path: Path
) -> None:
    hostile: dict[str, tuple[Callable[[dict[str, Any]], object], str, str]] = {
        "sound.zip": (unchanged, "1" * 90 + "0" * 10, ""),
        "above_one.zip": (
            lambda record: record["measurements"][0].update(value=1.7),
            "1" * 90 + "0" * 10,
            "performance.accuracy is 1.7, which no fraction can be",
        ),
        "outside.zip": (
            lambda record: record["measurements"][0].update(value=0.99),
            "1" * 90 + "0" * 10,
            "performance.accuracy is 0.99, outside its interval 0.8",
        ),
        "other_answers.zip": (
            unchanged,
            "1" * 80 + "0" * 20,
            "0.8 of 100 answers are right, where the record's performance.accuracy is 0.9 of 100",
        ),
    }
    for name, (change, answers, says) in hostile.items():
        path = resealed(tmp_path / name, change, answers)

        checked, judged = fmnist_audit("verify", path), fmnist_audit("gate", path)

        assert checked.code == (1 if says else 0), name
        assert says in checked.out
        assert (judged.code == 2) is bool(says)
        assert says in judged.err


def test_a_record_without_a_bottom_is_refused_in_one_line(fmnist_audit: Program, tmp_path: Path) -> None:
    path = sealed_anew(tmp_path / "deep.zip", {"evidence/record.json": b"[" * 100_000}, DIGEST)

    judged = fmnist_audit("gate", path)

    assert judged.code == 2
    assert "deep.zip: evidence/record.json: not a JSON object (nested too deep)" in judged.err
    assert fmnist_audit("verify", path).code == 1


def test_bytes_before_a_zip_are_refused(fmnist_audit: Program, tmp_path: Path) -> None:
    path = resealed(tmp_path / "pre.zip", unchanged)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())

    answer = fmnist_audit("verify", path)

    assert answer.code == 2
    assert "pre.zip: other bytes stand before the zip" in answer.err


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
