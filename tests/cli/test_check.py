from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fmnist_governance.cli import check, init
from fmnist_governance.config.system import load_declarations
from fmnist_governance.errors import ConfigError
from fmnist_governance.law import completeness


def test_init_writes_a_file_that_check_reads_and_finds_empty(tmp_path: Path) -> None:
    file = tmp_path / "configs" / "system.yaml"

    made = CliRunner().invoke(init.command, ["--output", str(file)], standalone_mode=False)
    done = CliRunner().invoke(check.command, [str(file)], standalone_mode=False)

    assert made.exception is None
    assert load_declarations(file).models
    assert done.return_value == 1
    assert f"{file}:" in done.stdout
    assert "provider: nobody stated it" in done.stdout


def test_init_leaves_a_file_that_is_there_alone_unless_forced(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("mine", encoding="utf-8")

    refused = CliRunner().invoke(init.command, ["--output", str(file)], standalone_mode=False)
    forced = CliRunner().invoke(init.command, ["--output", str(file), "--force"], standalone_mode=False)
    again = CliRunner().invoke(init.command, ["--output", str(file)], standalone_mode=False)

    assert isinstance(refused.exception, ConfigError)
    assert f"{file}: written" in forced.stdout
    assert f"{file}: there already, and unchanged" in again.stdout


def test_init_writes_to_stdout_on_request() -> None:
    assert "intended_purpose:" in CliRunner().invoke(init.command, ["--output", "-"]).stdout


def test_check_names_everything_at_once_and_as_json(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("models: [m]\noverview: TODO\nprovider: A robust company.\n", encoding="utf-8")

    done = CliRunner().invoke(check.command, [str(file), "--json"], standalone_mode=False)

    found = json.loads(done.stdout)["found"]
    assert {(f["line"], f["kind"]) for f in found} >= {(2, "placeholder"), (3, "praise"), (1, "missing")}


def test_an_unused_answer_alone_is_told_and_does_not_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unused = completeness.Gap(3, completeness.Kind.UNUSED, "risk.derogation: not asked beside the other answers")
    monkeypatch.setattr(completeness, "gaps", lambda *_: (unused,))
    file = tmp_path / "system.yaml"
    file.write_text("models: [m]\n", encoding="utf-8")

    done = CliRunner().invoke(check.command, [str(file)], standalone_mode=False)

    assert done.return_value == 0
    assert f"{file}:3: unused: risk.derogation" in done.stdout


def test_a_file_that_is_no_declarations_file_has_no_answer(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("models: [m]\noverveiw: x\n", encoding="utf-8")

    with pytest.raises(ConfigError, match="overveiw"):
        CliRunner().invoke(check.command, [str(file)], standalone_mode=False, catch_exceptions=False)


def test_the_shipped_file_holds_no_placeholder_no_praise_and_no_open_question() -> None:
    done = CliRunner().invoke(check.command, ["configs/system.yaml", "--json"], standalone_mode=False)

    assert {f["kind"] for f in json.loads(done.stdout)["found"]} == {"missing"}
