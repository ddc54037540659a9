from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from fmnist_governance.render.documents import model_card


def claims_section(text: str) -> str:
    return text.partition("\n## Claims\n")[2].partition("\n## ")[0]


def test_refuted_claims_stand_first_and_are_printed_as_refuted(build: SimpleNamespace) -> None:
    text = claims_section(model_card.markdown(build.report()))

    outcomes = re.findall(r"^\|.*?\| \*\*(\w+)\*\* \|", text, re.MULTILINE)
    assert outcomes == ["refuted", "undecided", "untested", "supported"]


def test_the_card_counts_the_claims_at_a_glance(build: SimpleNamespace) -> None:
    text = model_card.markdown(build.report())

    assert "| Claims | 1 refuted, 1 undecided, 1 untested, 1 supported; [each of them](#claims) |" in text


def test_a_claim_leads_to_its_measurement_and_names_who_claims_it(build: SimpleNamespace) -> None:
    text = claims_section(model_card.markdown(build.report()))

    row = next(line for line in text.splitlines() if "It is right on more than 90 %" in line)
    assert '[93.12 %](#every-measurement "performance.accuracy")' in row
    assert "**Declared** by the maintainers, 2026-11-22" in row


def test_without_claims_the_card_says_that_nothing_is_claimed(build: SimpleNamespace) -> None:
    text = model_card.markdown(build.report(assessment=build.assessment()))

    assert "The provider claims nothing of this model" in claims_section(text)


def test_the_json_card_holds_claims_and_class(build: SimpleNamespace) -> None:
    found = json.loads(model_card.data(build.report()))

    assert {claim["outcome"] for claim in found["claims"]} == {"supported", "refuted", "undecided", "untested"}
    assert found["risk"]["determined"] is False


def test_an_open_class_is_missing_and_names_its_questions(build: SimpleNamespace) -> None:
    text = model_card.markdown(build.report())

    assert "| Class under the AI Act | **Missing**: not determined" in text
    assert "- Open: Is it an AI system? Article 3\\(1\\)" in text or "- Open: Is it an AI system? Article 3(1)" in text


@pytest.mark.parametrize("use", [["III.4.a"], ["III.2"]])
def test_a_high_risk_class_is_shown_with_duties_and_dates(build: SimpleNamespace, use: list[str]) -> None:
    risk = {
        "ai_system": "yes", "union_link": "yes", "excluded": "no", "roles": ["provider"], "prohibited_practice": "no",
        "general_purpose_model": "no", "annex_i_product": "no", "annex_iii_use": use, "profiling": "yes",
        "transparency": "no",
    }  # fmt: skip

    text = model_card.markdown(build.report(assessment=build.assessment(build.declarations(risk=risk))))

    assert "**High-risk AI system (Article 6(2), Annex III)**" in text
    assert "from 2027-12-02 (before the amendment: 2026-08-02)" in text
    assert "- Duty: provider, Article 72: post-market monitoring." in text
