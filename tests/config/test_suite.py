from __future__ import annotations

from pathlib import Path

import pytest

from fmnist_governance.config.suite import load_suite, suite_name
from fmnist_governance.errors import ConfigError

OWN = "name: quick\ntitle: Mine\nchecks:\n  performance: {resamples: 10}\n"


@pytest.mark.parametrize("name", ["quick", "standard"])
def test_the_shipped_suites_bear_their_names(name: str) -> None:
    suite = load_suite(name, None)

    assert suite_name(suite).name == suite.name == name


def test_other_settings_under_a_shipped_name_are_custom(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(OWN)

    found = suite_name(load_suite(str(file), None))

    assert found.name == "custom"
    assert found.digest != suite_name(load_suite("quick", None)).digest


def test_a_named_folder_has_its_own_suites(tmp_path: Path) -> None:
    (tmp_path / "suites").mkdir()
    (tmp_path / "suites" / "mine.yaml").write_text(OWN)

    assert load_suite("mine", tmp_path).title == "Mine"
    with pytest.raises(ConfigError, match="suite 'standard' is not known; known are mine"):
        load_suite("standard", tmp_path)


def test_a_typo_gets_the_name_that_was_meant() -> None:
    with pytest.raises(ConfigError, match="did you mean 'standard'"):
        load_suite("standart", None)


@pytest.mark.parametrize("name", ["../quick", "suites/quick", "", "/etc/passwd"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(ConfigError, match="is not known"):
        load_suite(name, None)


def test_a_suite_without_checks_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "none.yaml"
    file.write_text("name: none\ntitle: Nothing\nchecks: {}\n")

    with pytest.raises(ConfigError, match=r"none\.yaml:3: checks: "):
        load_suite(str(file), None)
