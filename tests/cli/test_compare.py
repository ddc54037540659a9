from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from bundled import DIGEST, audited, bundle, sealed
from desk import Program

from fmnist_governance.claims.claims_file import load_claims
from fmnist_governance.config.system import load_declarations
from fmnist_governance.evidence.comparison import About
from fmnist_governance.evidence.manifest import digest
from fmnist_governance.evidence.record import DatasetFacts, EvidenceRecord, SplitFacts, Tool
from fmnist_governance.gate.policy import load_policy
from fmnist_governance.pipeline.assessing import Demand, assess

OTHER = "sha256:" + "1" * 64
BEFORE, AFTER = "1" * 930 + "0" * 70, "1" * 880 + "0" * 120


def judged(folder: Path, name: str, answers: str, record: EvidenceRecord, floor: str) -> Path:
    """Write a bundle that was judged by a policy, with claims and declarations of its own."""
    common = "id: accuracy, title: A title, because: A reason, kind: at_least, measurement: performance.accuracy"
    texts = {
        "policy": f"name: {name}\ntitle: A policy\nclauses:\n  - {{{common}, floor: {floor}}}\n",
        "claims": "models: [m]\nby: Kim\non: 2026-11-22\nclaims:\n"
        "  - {id: right, text: It is right, predicate: performance.accuracy > 0.9}\n",
        "system": f"models: [m]\nby: Kim\non: 2026-11-22\nintended_purpose: Sorting garments, as {name} says\n"
        + ("user_interface: A command line\n" if name == "second" else ""),
    }
    for file, text in texts.items():
        (folder / f"{file}.yaml").write_text(text)
    files = sealed(record, answers)
    concluded = assess(
        record, digest(files["manifest.json"]), load_declarations(folder / "system.yaml"),
        Demand(load_policy(folder / "policy.yaml")), "2026-11-23T08:00:00Z", read=files.get,
        claims=load_claims(folder / "claims.yaml"),
    )  # fmt: skip
    (folder / f"{name}.zip").write_bytes(bundle(answers, record, [concluded]))
    return folder / f"{name}.zip"


@pytest.fixture
def differing(tmp_path: Path) -> tuple[Path, Path]:
    """Two audits of the same test images that differ in whatever two audits can differ in."""
    before = audited(BEFORE)
    splits = {**before.dataset.splits, "train": SplitFacts(n=100, digest=DIGEST)}
    after = audited(
        AFTER,
        tool=Tool(name="fmnist-governance", version="1", commit="abc1234", dirty=True),
        subject=before.subject.model_copy(update={"uri": "models:/m/2", "digest": OTHER}),
        dataset=DatasetFacts(**{**dict(before.dataset), "digest": OTHER, "splits": splits}),
        audit=before.audit.model_copy(update={"suite": before.audit.suite.model_copy(update={"name": "full"})}),
        environment=before.environment.model_copy(update={"packages": {"torch": "2.14.1"}}),
    )
    return judged(tmp_path, "first", BEFORE, before, "0.9"), judged(tmp_path, "second", AFTER, after, "0.95")


ABOUT: tuple[tuple[About, str, str, str], ...] = (
    ("verdict", "overall verdict", "passed", "refused"),
    ("verdict", "accuracy", "passed, lets it go on", "failed, refuses"),
    ("policy", "policy", "first sha256:", "second sha256:"),
    ("claims", "right", "supported: performance.accuracy", "refuted: performance.accuracy"),
    ("requirements", "declarations", "sha256:", "sha256:"),
    ("requirements", "IV.1.g", "missing:", "declared:"),
    ("model", "model", "models:/m/1", "models:/m/2"),
    ("data", "data set", "synthetic sha256:0000", "synthetic sha256:1111"),
    ("data", "split train", "not stated", "100 images"),
    ("settings", "suite", "quick", "full"),
    ("code", "tool", "commit not known", "commit abc1234, with changes"),
    ("environment", "package torch", "not stated", "2.14.1"),
)


def test_an_audit_that_was_not_judged_is_not_held_against_every_clause(tmp_path: Path, fmnist_audit: Program) -> None:
    one = judged(tmp_path, "first", BEFORE, audited(BEFORE), "0.9")
    two = tmp_path / "two.zip"
    two.write_bytes(bundle(BEFORE))

    answer = fmnist_audit("compare", one, two)

    assert "Nothing was concluded from the second audit yet" in answer.out
    assert re.search(r"overall verdict +passed +not stated", answer.out)
    assert answer.out.count("not stated") == 1


def test_whatever_differs_is_in_the_json(differing: tuple[Path, Path], fmnist_audit: Program) -> None:
    found = json.loads(fmnist_audit("compare", *differing, "--json").out)

    facts = {(fact["about"], fact["name"]): (fact["first"], fact["second"]) for fact in found["facts"]}
    for about, name, first, second in ABOUT:
        one, two = (text or "not stated" for text in facts[about, name])
        assert (one != two, first in one, second in two) == (True, True, True), name
    assert (found["tests"][0]["how"], found["tests"][0]["lost"]) == ("paired", 50)


@pytest.mark.parametrize("format_", ["text", "markdown", "html"])
def test_whatever_differs_is_in_every_view(format_: str, differing: tuple[Path, Path], fmnist_audit: Program) -> None:
    answer = fmnist_audit("compare", *differing, "--format", format_)

    flat = re.sub(r"<[^>]*>|[\\|`*]", " ", answer.out) if format_ != "text" else answer.out
    words = set(flat.split())
    assert answer.code == 0
    for about, name, first, second in ABOUT:
        told = {*name.split(), *(word for word in f"{first} {second}".split() if "sha256" not in word)}
        assert told <= words, (about, told - words)
    assert "-5.00 (" in flat
    assert "0 gained, 50 lost" in " ".join(flat.split())


def test_the_terminal_shows_columns_within_80(differing: tuple[Path, Path], fmnist_audit: Program) -> None:
    lines = fmnist_audit("compare", *differing).out.splitlines()

    assert max(map(len, lines)) <= 80
    assert "Verdict: all 2 differ" in lines
    assert "  overall verdict         passed                      refused" in lines
    assert "  WORSE           performance clean      -5.00 (-6.53 to -3.81)     1.8e-15" in lines


def test_an_audit_that_nobody_judged_is_told_as_such(tmp_path: Path, fmnist_audit: Program) -> None:
    (tmp_path / "bare.zip").write_bytes(bundle("1" * 100))

    answer = fmnist_audit("compare", tmp_path / "bare.zip", tmp_path / "bare.zip")

    told = " ".join(answer.out.split())
    assert "Nothing was concluded from the first audit yet" in told
    assert "Verdict: neither audit states anything" in told


@pytest.mark.usefixtures("desk")
def test_a_run_and_its_bundle_are_the_same_audit(fmnist_audit: Program, tmp_path: Path) -> None:
    fmnist_audit("export", "--output", tmp_path / "audit.zip")

    answer = fmnist_audit("compare", tmp_path / "audit.zip", "latest", "--json")

    found = json.loads(answer.out)
    assert answer.code == 0
    assert found["first"] == found["second"]
    assert [(test["how"], test["gained"], test["lost"]) for test in found["tests"]] == [("paired", 0, 0)]
    assert all(fact["first"] == fact["second"] for fact in found["facts"])


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("format_", "begins"), [("text", "First:"), ("markdown", "# Comp"), ("html", "<!doctype html>")]
)
def test_each_view_goes_to_a_file_or_to_stdout(
    format_: str, begins: str, fmnist_audit: Program, tmp_path: Path
) -> None:
    printed = fmnist_audit("compare", "latest", "latest", "--format", format_)

    written = fmnist_audit("compare", "latest", "latest", "--format", format_, "--output", tmp_path / "view")

    assert printed.out.casefold().startswith(begins.casefold())
    assert (tmp_path / "view").read_text(encoding="utf-8") == printed.out
    assert (written.code, written.out) == (0, "")


@pytest.mark.usefixtures("desk")
def test_a_run_that_is_not_there_is_told_in_one_line(fmnist_audit: Program) -> None:
    answer = fmnist_audit("compare", "latest", "0" * 32)

    assert answer.code == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1


@pytest.mark.usefixtures("desk")
def test_json_goes_where_output_says(fmnist_audit: Program, tmp_path: Path) -> None:
    answer = fmnist_audit("compare", "latest", "latest", "--json", "--output", tmp_path / "c.json")

    assert (answer.code, answer.out) == (0, "")
    assert "tests" in json.loads((tmp_path / "c.json").read_text(encoding="utf-8"))
