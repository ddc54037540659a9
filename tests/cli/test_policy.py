from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fmnist_governance.cli.policy import command
from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError

CONFIGS = shipped("configs")


def called(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=True)


def test_the_schema_is_printed_as_json() -> None:
    assert json.loads(called("schema").stdout)["$defs"]["AtLeastClause"]


def test_shipped_files_can_be_used() -> None:
    files = [CONFIGS / "policy.yaml", CONFIGS / "policies" / "high-risk.yaml"]

    done = called("check", *map(str, files), "--waivers", str(CONFIGS / "waivers.yaml"))

    assert done.exit_code == 0
    assert "policy high-risk, 6 clauses, sha256:" in done.stdout
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


def test_an_explanation_fits_a_terminal_and_names_what_is_extended() -> None:
    done = called("explain", str(CONFIGS / "policies" / "high-risk.yaml"))

    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "Extends: minimal-risk" in done.stdout
    assert "all-measured (check_measured, policies/minimal-risk.yaml line 6)" in done.stdout
    assert "    Refuses when: failed, no evidence" in done.stdout


def test_an_explanation_is_also_json() -> None:
    found = json.loads(called("explain", str(CONFIGS / "policy.yaml"), "--json").stdout)

    assert found["clauses"][0]["id"] == "all-measured"


@pytest.mark.parametrize("name", ["schema", "check", "explain"])
def test_each_part_has_help(name: str) -> None:
    done = called(name, "--help")

    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
