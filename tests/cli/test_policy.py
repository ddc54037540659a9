from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fmnist_governance.cli.policy import command
from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError

CONFIGS = shipped("configs")
SAMPLE = Path(__file__).parents[2] / "reports" / "sample"


def called(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=True)


def test_the_schema_is_printed_as_json() -> None:
    assert json.loads(called("schema").stdout)["$defs"]["AtLeastClause"]


def test_shipped_files_can_be_used() -> None:
    files = [CONFIGS / "policy.yaml", CONFIGS / "policies" / "high-risk.yaml"]

    done = called("check", *map(str, files), "--waivers", str(CONFIGS / "waivers.yaml"))

    assert done.exit_code == 0
    assert "policy high-risk, 9 clauses, sha256:" in done.stdout
    assert "0 waivers" in done.stdout


def test_without_a_file_the_policy_of_the_configuration_is_checked(tmp_path: Path) -> None:
    policy = (CONFIGS / "policy.yaml").read_text(encoding="utf-8").replace("name: fashion-mnist", "name: mine")
    (tmp_path / "policy.yaml").write_text(policy, encoding="utf-8")

    done = called("check", "--config", str(tmp_path), "--json")

    assert json.loads(done.stdout)["policies"][0]["name"] == "mine"


def test_a_mistake_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text("name: mine\ntitle: Mine\nclauses: []\n")

    done = called("check", str(file))

    assert isinstance(done.exception, ConfigError)
    assert str(done.exception) == f"{file}:3: clauses: is empty; expected at least 1"


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("performance.accuracy", "performance.acuracy", "does not promise it; did you mean performance.accuracy?"),
        ("performance.accuracy", "performence.accuracy", "was not part of suite quick; did you mean performance?"),
    ],
)
def test_a_misspelt_measurement_is_found_against_an_audit(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    text = (CONFIGS / "policy.yaml").read_text(encoding="utf-8")
    file = tmp_path / "policy.yaml"
    file.write_text(text.replace(f"measurement: {right}", f"measurement: {wrong}"), encoding="utf-8")

    misspelt = called("check", str(file), "--against", str(SAMPLE))
    shipped_one = called("check", str(CONFIGS / "policy.yaml"), "--against", str(SAMPLE))

    assert isinstance(misspelt.exception, ConfigError)
    assert str(misspelt.exception).startswith(f"{file}:22: clause accuracy: {wrong} was not measured: ")
    assert str(misspelt.exception).endswith(says)
    assert shipped_one.exit_code == 0


def test_a_pattern_of_nothing_is_found_against_an_audit(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(
        "name: mine\ntitle: Mine\nclauses:\n  - {id: classes, kind: group, title: Every class, because: Each counts,"
        " pattern: performance.clas.*.recall, of: every, floor: 0.1}\n"
    )

    done = called("check", str(file), "--against", str(SAMPLE))

    assert f"{file}:4: clause classes: performance.clas.*.recall was not measured" in str(done.exception)
    assert "did you mean 'performance.class.*.recall'?" in str(done.exception)


def test_an_explanation_fits_a_terminal_and_names_what_is_extended() -> None:
    done = called("explain", str(CONFIGS / "policies" / "high-risk.yaml"))

    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "Extends: minimal-risk" in done.stdout
    assert "all-measured (check_measured, shipped policies/minimal-risk.yaml line 6)" in done.stdout
    assert "    Refuses when: failed, no evidence" in done.stdout
    assert "    Refuses when: failed, undecided, no evidence; no waiver counts" in done.stdout


def test_an_explanation_says_what_the_policy_takes_back(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(
        "name: own\ntitle: Mine\nextends: minimal-risk\ndrops: {fresh-evidence: The model is archived for good}\n"
        "clauses:\n  - {id: extra, title: A title, because: A reason, kind: check_measured}\n",
        encoding="utf-8",
    )

    text = called("explain", str(file)).stdout
    (told,) = json.loads(called("explain", str(file), "--json").stdout)["exceptions"]

    assert "DROPPED fresh-evidence (line 4)" in " ".join(text.split())
    assert "Because: The model is archived for good" in text
    assert told["how"] == "dropped"


def test_an_explanation_is_also_json() -> None:
    found = json.loads(called("explain", str(CONFIGS / "policy.yaml"), "--json").stdout)

    assert found["clauses"][0]["id"] == "all-measured"


@pytest.mark.parametrize("name", ["schema", "check", "explain"])
def test_each_part_has_help(name: str) -> None:
    done = called(name, "--help")

    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_check_that_no_audit_ran_is_found_against_an_audit(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(
        "name: mine\ntitle: Mine\nclauses:\n  - {id: same, kind: no_regression, title: Not worse, because: Each counts,"
        " check: perfomance, margin: 0.01}\n"
    )

    done = called("check", str(file), "--against", str(SAMPLE))

    assert f"{file}:4: clause same: check perfomance was not part of suite quick; did you mean 'performance'?" in str(
        done.exception
    )
