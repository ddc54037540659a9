from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fmnist_governance.cli import classify
from fmnist_governance.law.catalogue import questions

ANSWERS = (
    "ai_system: yes, union_link: yes, excluded: no, roles: [provider], prohibited_practice: no, annex_i_product: no"
)


def written(folder: Path, risk: str) -> str:
    file = folder / "system.yaml"
    file.write_text(f"models: [m]\nby: Kim\non: 2026-11-22\nrisk: {{{risk}}}\n", encoding="utf-8")
    return str(file)


def test_the_shipped_system_is_classified_in_the_words_of_the_law() -> None:
    done = CliRunner().invoke(classify.command, [], standalone_mode=False)

    assert done.return_value == 0
    assert done.output.startswith("Free and open-source AI system outside the Act (Article 2(12))")
    assert 'no class called "low-risk"' in done.output
    assert done.output.count("no legal advice") == 1


def test_an_open_question_leaves_the_class_open_and_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(classify.command, [written(tmp_path, ANSWERS)], standalone_mode=False)

    assert done.return_value == 1
    assert "NOT DETERMINED" in done.output
    assert "annex_iii_use: Is the intended purpose" in done.output
    assert "low-risk" not in done.output


def test_the_json_answer_has_path_outcomes_and_law(tmp_path: Path) -> None:
    file = written(tmp_path, f"{ANSWERS}, annex_iii_use: [III.4.a], profiling: yes, transparency: no")

    done = CliRunner().invoke(classify.command, [file, "--json"], standalone_mode=False)

    found = json.loads(done.stdout)
    assert [o["id"] for o in found["outcomes"]] == ["high_risk_annex_iii"]
    assert found["path"][0]["by"] == "Kim"
    assert found["law"]["regulation"].startswith("Regulation (EU) 2024/1689")


def test_on_a_terminal_what_is_lacking_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "_on_terminal", lambda: True)
    replies = "yes\nIII.4.b\nunknown\nno\nno\nno\n"

    done = CliRunner().invoke(
        classify.command, [written(tmp_path, ANSWERS)], input=replies, standalone_mode=False, catch_exceptions=False
    )

    assert done.return_value == 0
    assert "High-risk AI system (Article 6(2), Annex III)" in done.output
    assert " ".join(done.output.split()).count("answered by whoever sat at the terminal") == 4
    assert "terminal on 2026-11-22" not in " ".join(done.output.split())
    assert 'annex_iii_use: {answer: yes, chosen: ["III.4.b"]}' in done.output


def test_every_question_can_be_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "_on_terminal", lambda: True)

    done = CliRunner().invoke(classify.command, [written(tmp_path, "")], input="\n" * 30, standalone_mode=False)

    assert done.return_value == 1
    asked = [q.asks for q in questions() if q.id not in {"third_party_assessment", "profiling", "derogation"}]
    said = " ".join(done.output.split())
    assert all(text in said for text in asked)


def test_questions_fit_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classify, "_on_terminal", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    replies = "yes\nyes\nno\nyes\nprovider authorised_representative\nno\nyes\nI.A.2\n" + "\n" * 20

    done = CliRunner().invoke(classify.command, [written(tmp_path, "")], input=replies, standalone_mode=False)

    told = done.output.splitlines()
    assert max(map(len, told)) <= 80
    assert "  authorised_representative acts for a provider from a third country" in told


def test_on_a_terminal_a_relieving_answer_is_asked_for_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classify, "_on_terminal", lambda: True)
    replies = "no\nIt is a list of addresses.\nno\n"

    done = CliRunner().invoke(classify.command, [written(tmp_path, "")], input=replies, standalone_mode=False)

    assert done.return_value == 0
    assert "Not an AI system (Article 3(1))" in done.output
    assert 'ai_system: {answer: no, because: "It is a list of addresses."}' in done.output
