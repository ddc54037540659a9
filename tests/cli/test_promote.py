from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk import Program
from mlflow import MlflowClient

pytestmark = pytest.mark.usefixtures("desk")

NAME = "FashionMNIST_PyTorch"
WISH = ("promote", f"models:/{NAME}/1", "--by", "A. Person", "--because", "It is ready")
POLICY = """\
name: {name}
title: A policy
clauses:
  - {{id: it, title: A title, because: A reason, kind: at_least, measurement: performance.accuracy, floor: {floor}}}
"""


def policy(folder: Path, floor: float) -> Path:
    file = folder / "policy.yaml"
    file.write_text(POLICY.format(name="demo", floor=floor))
    return file


def client() -> MlflowClient:
    return MlflowClient("sqlite:///mlflow.db")


def test_a_model_that_meets_the_policy_gets_the_alias_with_who_when_and_why(
    fmnist_audit: Program, tmp_path: Path
) -> None:
    answer = fmnist_audit(*WISH, "--alias", "champion", "--policy", policy(tmp_path, 0.01), "--json")

    told = json.loads(answer.out)
    version = client().get_model_version_by_alias(NAME, "champion")
    assert (answer.code, told["moved"]) == (0, True)
    assert str(version.version) == "1"
    kept = json.loads(version.tags["governance.promoted.champion"])
    assert kept == told["promotion"]
    assert (kept["by"], kept["because"]) == ("A. Person", "It is ready")
    assert kept["policy"] == told["verdict"]["policy"]["digest"]


def test_a_refused_model_does_not_get_it(fmnist_audit: Program, tmp_path: Path) -> None:
    answer = fmnist_audit(*WISH, "--alias", "refused", "--policy", policy(tmp_path, 0.999))

    assert answer.code == 1
    assert answer.out.startswith("REFUSED")
    assert "refused stays as it is: it points to no version" in answer.out
    assert "refused" not in client().get_registered_model(NAME).aliases


def test_a_dry_run_changes_nothing(fmnist_audit: Program, tmp_path: Path) -> None:
    before = dict(client().get_model_version(NAME, "1").tags)

    answer = fmnist_audit(*WISH, "--alias", "dry", "--policy", policy(tmp_path, 0.01), "--dry-run")

    assert answer.code == 0
    assert "dry would point to" in answer.out
    assert "dry" not in client().get_registered_model(NAME).aliases
    assert client().get_model_version(NAME, "1").tags == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--alias", "latest"), "alias 'latest': expected a word such as champion"),
        (("--alias", "v1"), "expected a word such as champion"),
        (("--alias", "other", "--because", "TODO"), "--because: states nothing"),
        (("--alias", "other", "--by", "x" * 2_000), "--by: states nothing, or more than 1,000 characters"),
        (("--alias", "a b"), "expected a word such as champion"),
        (("--alias", "other", "--dataset-digest", "sha256:" + "0" * 64), "audit it on that data"),
    ],
)
def test_what_cannot_be_promoted_is_told_in_one_line(
    arguments: tuple[str, ...], words: str, fmnist_audit: Program, tmp_path: Path
) -> None:
    answer = fmnist_audit(*WISH, *arguments, "--policy", policy(tmp_path, 0.01))

    assert answer.code == 2
    assert words in answer.err
    assert answer.out == ""


def test_a_model_that_is_not_there_is_told(fmnist_audit: Program) -> None:
    answer = fmnist_audit("promote", f"models:/{NAME}/99", "--alias", "champion", *WISH[2:])

    assert answer.code == 2
    assert f"models:/{NAME}/99" in answer.err
