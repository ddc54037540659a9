"""A model is held against the one that it would replace, image by image, as a user types it."""

from __future__ import annotations

from pathlib import Path

import pytest
from bundled import bundle
from desk import Answer, Program
from mlflow import MlflowClient

POLICY = """\
name: replaces
title: A model that replaces another one
clauses:
  - {id: not-worse, kind: no_regression, title: Not worse, because: Users would notice, margin: 0.01}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    return file


def held_against_the_champion(fmnist_audit: Program, policy: Path, gained: int, lost: int) -> Answer:
    """Judge 10,000 images, of which the champion answers 9,300 rightly."""
    folder = policy.parent
    changed, same = gained + lost, "1" * (9_300 - lost)
    wrong = "0" * (10_000 - 9_300 - gained)
    (folder / "champion.zip").write_bytes(bundle("0" * gained + "1" * lost + same + wrong))
    (folder / "candidate.zip").write_bytes(bundle("1" * gained + "0" * lost + same + wrong))
    assert changed + len(same) + len(wrong) == 10_000
    return fmnist_audit(
        "gate", folder / "candidate.zip", "--baseline", folder / "champion.zip", "--policy", policy, "--json"
    )


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ((60, 160), 1, "-1.00 points against models:/m/1, sealed as sha256:"),
        ((0, 100), 1, "0 images gained and 100 lost of 10,000"),
        ((100, 110), 0, "it is not shown to be worse, and a loss of 1.00 points is ruled out"),
        ((0, 0), 1, "the baseline is this very model, so nothing was compared"),
        ((110, 100), 0, "100 lost of 10,000"),
        ((680, 720), 1, "a loss of 1.00 points is not ruled out"),
    ],
    ids=["a point lost", "a point lost, none gained", "noise", "itself", "better", "too noisy to tell"],
)
def test_a_loss_of_a_point_is_refused_and_noise_is_not(
    changed: tuple[int, int], code: int, says: str, policy: Path, fmnist_audit: Program
) -> None:
    answer = held_against_the_champion(fmnist_audit, policy, *changed)

    assert answer.code == code
    assert says in answer.out


def test_without_a_baseline_the_clause_has_no_evidence_and_refuses(policy: Path, fmnist_audit: Program) -> None:
    (policy.parent / "candidate.zip").write_bytes(bundle("1" * 100))

    answer = fmnist_audit("gate", policy.parent / "candidate.zip", "--policy", policy)

    assert answer.code == 1
    assert "name one with --baseline" in " ".join(answer.out.split())


@pytest.mark.usefixtures("desk")
def test_a_champion_of_the_registry_is_a_baseline(policy: Path, fmnist_audit: Program) -> None:
    client = MlflowClient("sqlite:///mlflow.db")
    client.set_registered_model_alias("FashionMNIST_PyTorch", "rival", "1")

    answer = fmnist_audit("gate", "latest", "--baseline", "models:/FashionMNIST_PyTorch@rival", "--policy", policy)

    client.delete_registered_model_alias("FashionMNIST_PyTorch", "rival")
    assert answer.code == 1
    assert "the baseline is this very model, so nothing was compared" in " ".join(answer.out.split())


def test_a_baseline_that_is_not_there_is_told(policy: Path, fmnist_audit: Program) -> None:
    (policy.parent / "candidate.zip").write_bytes(bundle("1" * 100))

    answer = fmnist_audit(
        "gate", policy.parent / "candidate.zip", "--policy", policy, "--baseline", policy.parent / "no.zip"
    )

    assert answer.code == 2
    assert "no.zip" in answer.err
    assert len(answer.err.splitlines()) == 1


def test_one_document_is_printed_and_no_other_dropped(policy: Path, fmnist_audit: Program) -> None:
    (policy.parent / "candidate.zip").write_bytes(bundle("1" * 100))

    answer = fmnist_audit("gate", policy.parent / "candidate.zip", "--policy", policy, "--json", "--format", "sarif")

    assert answer.code == 2
    assert "name a folder with --output" in answer.err


def test_no_name_of_a_file_is_a_command_in_an_error(policy: Path, fmnist_audit: Program) -> None:
    answer = fmnist_audit("gate", "q\n::error file=x::pwned\x1b[31m.zip", "--policy", policy)

    assert answer.code == 2
    assert not any(line.lstrip().startswith("::") for line in answer.err.splitlines())
    assert "\x1b" not in answer.err
