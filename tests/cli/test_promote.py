from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
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


def test_the_holder_of_an_alias_keeps_the_record_of_why_it_does(fmnist_audit: Program, tmp_path: Path) -> None:
    wish = (*WISH, "--alias", "held", "--policy", policy(tmp_path, 0.01))
    first = fmnist_audit(*wish)
    kept = client().get_model_version(NAME, "1").tags["governance.promoted.held"]

    again = fmnist_audit(*wish)

    assert "held now points to" in first.out
    assert "held points to models:/FashionMNIST_PyTorch/1 already; nothing was changed" in " ".join(again.out.split())
    assert client().get_model_version(NAME, "1").tags["governance.promoted.held"] == kept


def test_what_was_judged_stands_above_the_answer(fmnist_audit: Program, tmp_path: Path) -> None:
    answer = fmnist_audit(*WISH, "--alias", "seen", "--policy", policy(tmp_path, 0.01), "--dry-run")

    assert "models:/FashionMNIST_PyTorch/1, run " in answer.out


def test_the_same_bytes_under_another_name_are_not_audited(fmnist_audit: Program, tmp_path: Path) -> None:
    source = client().get_model_version(NAME, "1").source
    client().create_registered_model("recruiting")
    client().create_model_version("recruiting", str(source))
    told = "these bytes were audited as models:/FashionMNIST_PyTorch/1, and not under this name"

    promoted = fmnist_audit(
        "promote", "models:/recruiting/1", *WISH[2:], "--alias", "c", "--policy", policy(tmp_path, 0.01)
    )
    judged = fmnist_audit("gate", "models:/recruiting/1", "--policy", policy(tmp_path, 0.01))
    client().delete_registered_model("recruiting")

    for answer in (promoted, judged):
        assert answer.code == 2
        assert told in answer.err


def test_bytecode_that_no_digest_covers_is_refused(fmnist_audit: Program, tmp_path: Path) -> None:
    model = str(client().get_model_version(NAME, "1").source).removeprefix("models:/")
    (code,) = Path().rglob(f"models/{model}/artifacts/code")
    cache = code / "__pycache__"
    cache.mkdir()
    (cache / "fmnist_classifier.cpython-311.pyc").write_bytes(b"anything")

    answer = fmnist_audit(*WISH, "--alias", "coded", "--policy", policy(tmp_path, 0.01))
    shutil.rmtree(cache)

    assert answer.code == 2
    assert "code/__pycache__: bytecode, which Python runs instead of the code that was audited" in answer.err
    assert "coded" not in client().get_registered_model(NAME).aliases


def test_a_promotion_keeps_what_was_waived_and_what_it_was_held_against(fmnist_audit: Program, tmp_path: Path) -> None:
    file = policy(tmp_path, 0.01)
    file.write_text(
        file.read_text() + "  - {id: high, title: A title, because: A reason, kind: at_least, "
        "measurement: performance.accuracy, floor: 0.999}\n"
    )
    today = datetime.now(UTC).date()
    waivers = tmp_path / "waivers.yaml"
    last = today + timedelta(days=3)
    waivers.write_text(
        "max_days: 30\nwaivers:\n  - {clause: high, version: models:/FashionMNIST_PyTorch/1, reason: Bearable for now, "
        f"approver: A. Person, granted: {today}, expires: {last}}}\n"
    )

    answer = fmnist_audit(*WISH, "--alias", "waived", "--policy", file, "--waivers", waivers, "--json")

    told = json.loads(answer.out)["promotion"]
    assert answer.code == 0
    assert told["waived"] == [f"high until {last}"]
    assert told["waivers"].startswith("sha256:")
    assert json.loads(client().get_model_version(NAME, "1").tags["governance.promoted.waived"]) == told


def test_a_broken_champion_keeps_back_only_who_has_to_be_compared_with_it(
    fmnist_audit: Program, tmp_path: Path
) -> None:
    source = str(client().get_model_version(NAME, "1").source)
    broken = client().create_model_version(NAME, source)
    client().set_registered_model_alias(NAME, "broken", str(broken.version))
    plain = policy(tmp_path, 0.01)
    compared = tmp_path / "compared.yaml"
    compared.write_text(
        plain.read_text() + "  - {id: same, title: A title, because: A reason, kind: no_regression, margin: 0.01}\n"
    )

    refused = fmnist_audit(*WISH, "--alias", "broken", "--policy", compared)
    passed = fmnist_audit(*WISH, "--alias", "broken", "--policy", plain)
    client().delete_model_version(NAME, str(broken.version))

    assert refused.code == 1
    assert "the version that holds broken cannot be compared with" in " ".join(refused.out.split())
    assert passed.code == 0
