from __future__ import annotations

from pathlib import Path

import pytest

from fmnist_governance.config.shipped import find, shipped
from fmnist_governance.errors import ConfigError


def test_a_named_folder_is_not_filled_up_from_the_shipped_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"policy\.yaml: not found in"):
        find(tmp_path, "policy.yaml")


def test_the_users_own_folder_comes_before_the_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "configs" / "suites" / "quick.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("mine")

    assert find(None, "suites", "quick.yaml").read_text() == "mine"


def test_without_an_own_file_the_shipped_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert find(None, "suites", "quick.yaml") == shipped("configs") / "suites" / "quick.yaml"
