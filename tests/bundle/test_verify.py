from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fmnist_governance.bundle.archive import pack
from fmnist_governance.bundle.contents import BUNDLE, BundleFacts, listed
from fmnist_governance.bundle.verify import differences, evidence, open_bundle
from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.manifest import canonical, digest

Files = Mapping[str, bytes]
Write = Callable[[Path, Files], Path]


def as_folder(tmp_path: Path, files: Files) -> Path:
    for name, data in files.items():
        target = tmp_path / "bundle" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return tmp_path / "bundle"


def as_zip(tmp_path: Path, files: Files) -> Path:
    (tmp_path / "bundle.zip").write_bytes(pack(files))
    return tmp_path / "bundle.zip"


@pytest.fixture(params=[as_folder, as_zip], ids=["folder", "zip"])
def write(request: pytest.FixtureRequest) -> Write:
    found: Write = request.param
    return found


def test_a_bundle_gives_back_record_seal_and_files(write: Write, tmp_path: Path, files: Files) -> None:
    bundle = open_bundle(write(tmp_path, files))

    record, seal = evidence(bundle)
    assert record.subject.uri == "models:/m/1"
    assert seal == digest(files["manifest.json"])
    assert bundle.paths() == set(files) - {BUNDLE}
    assert bundle.paths("evidence/") == {"evidence/record.json", "evidence/performance/classes.json"}
    assert bundle.read("charts/classes.svg") == b"<svg/>"
    assert bundle.read("../../etc/passwd") is None
    assert (bundle.run_id, bundle.status, dict(bundle.metrics)) == ("4f56", "FINISHED", {})


CHANGES: dict[str, tuple[dict[str, bytes | None], list[str]]] = {
    "another byte": (
        {"evidence/record.json": b"{}"},
        ["evidence/record.json: changed (bundle.json)", "evidence/record.json: changed (manifest.json)"],
    ),
    "a lost file": (
        {"inputs/audit.yaml": None},
        ["inputs/audit.yaml: missing (bundle.json)", "inputs/audit.yaml: missing (manifest.json)"],
    ),
    "an extra chart": ({"charts/extra.svg": b"x"}, ["charts/extra.svg: not in the list (bundle.json)"]),
    "extra evidence": (
        {"evidence/extra.json": b"x"},
        ["evidence/extra.json: not in the list (bundle.json)", "evidence/extra.json: not in the seal (manifest.json)"],
    ),
    "another seal": (
        {"manifest.json": canonical({})},
        [
            "manifest.json: changed (bundle.json)",
            "manifest.json: not the seal that the run names",
            "evidence/performance/classes.json: not in the seal (manifest.json)",
            "evidence/record.json: not in the seal (manifest.json)",
            "inputs/audit.yaml: not in the seal (manifest.json)",
        ],
    ),
    "no seal": (
        {"manifest.json": None},
        ["manifest.json: missing (bundle.json)", "manifest.json: missing; the evidence was never sealed"],
    ),
}


@pytest.mark.parametrize(("change", "lines"), CHANGES.values(), ids=CHANGES)
def test_each_difference_is_named(
    change: dict[str, bytes | None], lines: list[str], write: Write, tmp_path: Path, files: Files
) -> None:
    changed = {name: data for name, data in {**files, **change}.items() if data is not None}

    bundle = open_bundle(write(tmp_path, changed))

    assert differences(bundle) == lines
    with pytest.raises(EvidenceError):
        evidence(bundle)


def relisted(files: Files, **changes: object) -> dict[str, bytes]:
    facts = BundleFacts.model_validate_json(files[BUNDLE]).model_copy(update=changes)
    return listed(facts, {name: data for name, data in files.items() if name != BUNDLE})


def test_a_list_that_was_written_anew_does_not_hide_that_evidence_changed(
    write: Write, tmp_path: Path, files: Files
) -> None:
    forged = relisted({**files, "evidence/record.json": b"{}"})

    lines = differences(open_bundle(write(tmp_path, forged)))

    assert lines == ["evidence/record.json: changed (manifest.json)"]


def test_a_run_that_was_not_finished_is_no_evidence(write: Write, tmp_path: Path, files: Files) -> None:
    bundle = open_bundle(write(tmp_path, relisted(files, status="RUNNING")))

    assert differences(bundle) == ["bundle.json: the run was RUNNING, not FINISHED"]


def test_a_bundle_of_another_model_is_refused(write: Write, tmp_path: Path, files: Files) -> None:
    bundle = open_bundle(write(tmp_path, relisted(files, model="sha256:" + "1" * 64)))

    with pytest.raises(EvidenceError, match="names another model than the record"):
        evidence(bundle)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"not json", r"bundle\.json: top level"),
        (b"{}", r"bundle\.json: run: Field required"),
        (json.dumps({"schema_version": 2}).encode(), r"bundle\.json: schema_version"),
        (None, r"holds no bundle\.json"),
    ],
)
def test_what_is_no_list_is_refused(data: bytes | None, words: str, write: Write, tmp_path: Path, files: Files) -> None:
    changed = {name: kept for name, kept in {**files, BUNDLE: data}.items() if kept is not None}

    with pytest.raises(EvidenceError, match=words):
        open_bundle(write(tmp_path, changed))


def test_a_list_that_names_a_path_outside_is_refused(write: Write, tmp_path: Path, files: Files) -> None:
    facts = json.loads(files[BUNDLE])
    facts["files"]["../outside"] = "sha256:" + "0" * 64

    with pytest.raises(EvidenceError, match="leads out of the bundle"):
        open_bundle(write(tmp_path, {**files, BUNDLE: canonical(facts)}))


def test_a_path_that_is_not_there_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match=r"nothing\.zip: no such file"):
        open_bundle(tmp_path / "nothing.zip")
