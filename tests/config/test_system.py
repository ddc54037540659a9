from __future__ import annotations

from pathlib import Path

import pytest

from fmnist_governance.config.shipped import shipped
from fmnist_governance.config.system import load_declarations
from fmnist_governance.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    file = folder / "system.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_shipped_file_names_who_stated_what_and_leaves_gaps() -> None:
    found = load_declarations(shipped("configs") / "system.yaml")

    assert found.cover("FashionMNIST_PyTorch")
    assert all(s.by and s.on for s in found.stated("risk_category") + found.stated("out_of_scope"))
    assert {"post_market_plan", "support", "robustness"} <= {topic.name for topic in found.missing()}


def test_the_shipped_risk_wording_is_that_of_the_law() -> None:
    found = load_declarations(shipped("configs") / "system.yaml")

    assert found.stated("risk_category")[0].text.startswith("Not classified as high-risk by its provider")


def test_a_statement_is_a_text_or_a_mapping(tmp_path: Path) -> None:
    file = written(tmp_path, "models: [m]\noverview: Words.\ncontact: {text: Kim, by: Kim, on: 2026-01-02}\n")

    found = load_declarations(file)

    assert [s.text for s in found.stated("overview") + found.stated("contact")] == ["Words.", "Kim"]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("overveiw: Words.", "overveiw"),
        ("contact: 7", "contact: 7 is no text; write it in quotes"),
        ("contact: {txt: Kim}", "txt"),
        ("contact: {text: Kim, on: 2026-99-01}", "on"),
        ("contact: {text: Kim, on: soon}", "'soon'; expected a day, such as 2026-11-22"),
        ("intended_users: Kim", "intended_users"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, line: str, named: str) -> None:
    file = written(tmp_path, f"models: [m]\n{line}\n")

    with pytest.raises(ConfigError, match=f"system.yaml:2.*{named}"):
        load_declarations(file)
