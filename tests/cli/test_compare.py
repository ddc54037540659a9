from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk import Program

pytestmark = pytest.mark.usefixtures("desk")


def test_a_run_and_its_bundle_are_the_same_audit(fmnist_audit: Program, tmp_path: Path) -> None:
    fmnist_audit("export", "--output", tmp_path / "audit.zip")

    answer = fmnist_audit("compare", tmp_path / "audit.zip", "latest", "--json")

    found = json.loads(answer.out)
    assert answer.code == 0
    assert found["first"] == found["second"]
    assert [(test["how"], test["gained"], test["lost"]) for test in found["tests"]] == [("paired", 0, 0)]
    assert all(fact["first"] == fact["second"] for fact in found["facts"])


@pytest.mark.parametrize(
    ("format_", "begins"), [("text", "First:"), ("markdown", "# Comp"), ("html", "<!doctype html>")]
)
def test_each_view_goes_to_a_file_or_to_stdout(
    format_: str, begins: str, fmnist_audit: Program, tmp_path: Path
) -> None:
    printed = fmnist_audit("compare", "latest", "latest", "--format", format_)

    written = fmnist_audit("compare", "latest", "latest", "--format", format_, "--output", tmp_path / "view")

    assert printed.out.casefold().startswith(begins.casefold())
    assert (tmp_path / "view").read_text(encoding="utf-8") == printed.out
    assert (written.code, written.out) == (0, "")


def test_a_run_that_is_not_there_is_told_in_one_line(fmnist_audit: Program) -> None:
    answer = fmnist_audit("compare", "latest", "0" * 32)

    assert answer.code == 2
    assert answer.out == ""
    assert len(answer.err.splitlines()) == 1
