"""Documents under other declarations, and under an assessment that an earlier version stored."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from desk import Desk, Program

from fmnist_governance.bundle.contents import BundleFacts, listed
from fmnist_governance.bundle.folder import open_folder
from fmnist_governance.config.shipped import shipped
from fmnist_governance.evidence.manifest import canonical, digest

EXAMPLE = shipped("configs") / "examples" / "recruitment"
LATER = ("claims", "requirements", "risk", "law")


pytestmark = pytest.mark.usefixtures("desk")


@pytest.fixture
def bundle(fmnist_audit: Program, tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    assert fmnist_audit("export", "latest", "--output", folder).code == 0
    return folder


def with_assessments(bundle: Path, kept: dict[str, bytes]) -> None:
    """Put these assessments, and no documents, in the place of those of a bundle."""
    opened = open_folder(bundle)
    files = {path: opened.load(path) for path in opened.names if not path.startswith(("assessments/", "documents/"))}
    facts: BundleFacts = opened.facts
    shutil.rmtree(bundle)
    for path, data in listed(facts, {**files, **kept}).items():
        (bundle / path).parent.mkdir(parents=True, exist_ok=True)
        (bundle / path).write_bytes(data)


def test_other_declarations_are_not_judged_until_the_gate_did(fmnist_audit: Program, tmp_path: Path) -> None:
    config = tmp_path / "other"
    shutil.copytree(EXAMPLE, config)
    shutil.copy(shipped("configs") / "policy.yaml", config)

    before = fmnist_audit("generate-card", "latest", "--config", config, "--output", tmp_path / "a", "--json")
    card = (tmp_path / "a" / "model_card.md").read_text(encoding="utf-8")
    gate = fmnist_audit("gate", "latest", "--config", config, "--quiet")
    after = fmnist_audit("generate-card", "latest", "--config", config, "--output", tmp_path / "b", "--json")

    assert "not judged yet with these declarations, so there is no verdict" in before.err
    assert f"run `fmnist-audit gate latest --config {config}`" in before.err
    assert json.loads(before.out)["passed"] is None
    assert "not judged yet with these declarations" in card
    assert gate.code == 1
    assert "not judged" not in after.err
    assert json.loads(after.out)["passed"] is False
    assert "**Refused** by the policy" in (tmp_path / "b" / "coverage_matrix.md").read_text(encoding="utf-8")


def test_a_draft_of_another_class_does_not_stay_beside_documents_of_this_one(
    fmnist_audit: Program, tmp_path: Path
) -> None:
    high, low = tmp_path / "high", tmp_path / "low"
    shutil.copytree(EXAMPLE, high)
    shutil.copytree(shipped("configs"), low)
    draft = tmp_path / "out" / "declaration_of_conformity.md"
    call = ("generate-card", "latest", "--output", tmp_path / "out", "--quiet")

    first = fmnist_audit(*call, "--config", high)
    there = draft.is_file()
    refused = fmnist_audit(*call, "--config", low)
    forced = fmnist_audit(*call, "--config", low, "--force")

    assert (first.code, there) == (0, True)
    assert refused.code == 2
    assert "declaration_of_conformity.md" in refused.err
    assert forced.code == 0
    assert "removed; it is not offered for a system of this class" in forced.err
    assert not draft.exists()


def test_declarations_that_were_judged_before_others_keep_their_verdict(fmnist_audit: Program, tmp_path: Path) -> None:
    ours = shipped("configs")
    assert fmnist_audit("gate", "latest", "--config", ours, "--quiet").code in {0, 1}
    assert fmnist_audit("generate-card", "latest", "--config", EXAMPLE, "--output", tmp_path / "a").code == 0

    again = fmnist_audit("generate-card", "latest", "--config", ours, "--output", tmp_path / "b", "--json")

    assert json.loads(again.out)["passed"] is not None


def test_documents_of_an_earlier_version_name_what_to_run(bundle: Path, fmnist_audit: Program, tmp_path: Path) -> None:
    opened = open_folder(bundle)
    newest = next(data for path in opened.paths("assessments/") if b'"verdict":{' in (data := opened.load(path)))
    old = canonical({name: value for name, value in json.loads(newest).items() if name not in LATER})
    with_assessments(bundle, {f"assessments/{digest(old).removeprefix('sha256:')[:16]}.json": old})

    refused = fmnist_audit("generate-card", bundle, "--output", tmp_path / "a")
    made = fmnist_audit("generate-card", bundle, "--output", tmp_path / "b", "--config", shipped("configs"))

    assert refused.code == 2
    assert "stored by an earlier version, without class, law, points of annex_iv" in refused.err
    assert "name the declarations with --config" in refused.err
    assert not (tmp_path / "a").exists()
    assert made.code == 0
    assert "a bundle keeps no new conclusions" in made.err
    assert "## EU AI Act" in (tmp_path / "b" / "model_card.md").read_text(encoding="utf-8")


def test_the_snippet_of_the_card_runs_as_it_stands(desk: Desk, tmp_path: Path) -> None:
    card = (desk.folder / "out" / "model_card.md").read_text(encoding="utf-8")
    snippet = card.partition("```python\n")[2].partition("```")[0]

    done = subprocess.run(
        [sys.executable, "-c", snippet],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MLFLOW_TRACKING_URI": f"sqlite:///{desk.folder}/mlflow.db"},
    )

    assert done.returncode == 0, done.stderr
    name, _, probabilities = done.stdout.strip().partition(" {")
    assert f"'{name}': " in "{" + probabilities
