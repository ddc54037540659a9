from __future__ import annotations

import json
import re
from types import SimpleNamespace

import pytest

from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Verdict
from fmnist_governance.evidence.claimed import ClaimOutcome
from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.evidence.required import Point, State, combined
from fmnist_governance.pipeline.documenting import rendered
from fmnist_governance.render.catalog import RENDERERS
from fmnist_governance.render.documents import (
    coverage_matrix,
    data_sheet,
    declaration_of_conformity,
    instructions_for_use,
    post_market_plan,
    technical_documentation,
)
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.shown import amount

DOCUMENTS = (
    coverage_matrix, technical_documentation, instructions_for_use, data_sheet, declaration_of_conformity,
    post_market_plan,
)  # fmt: skip
LOW: dict[str, object] = {
    "ai_system": "yes", "union_link": "yes", "excluded": "no", "roles": ["provider"], "prohibited_practice": "no",
    "general_purpose_model": "no", "annex_i_product": "no", "annex_iii_use": "no", "transparency": "no",
    "open_source": "no",
}  # fmt: skip
HIGH = LOW | {"annex_iii_use": ["III.4.a"], "profiling": "yes"}

WAITING = ("V.8.signature", "IV.8.declaration", "A.11.points")

every = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.__name__.rpartition(".")[2])


def reported(build: SimpleNamespace, risk: object = None, **changes: object) -> Report:
    found: Report = build.report(
        assessment=build.assessment(build.declarations(**({"risk": risk} if risk else {}), **changes))
    )
    return found


def test_every_point_of_annex_iv_has_one_heading_in_the_order_of_the_law(build: SimpleNamespace) -> None:
    text = technical_documentation.markdown(reported(build))

    numbers = re.findall(r"^## (\d(?:\([a-h]\))?) ", text, re.MULTILINE)
    assert numbers == [*(f"1({c})" for c in "abcdefgh"), *(f"2({c})" for c in "abcdefgh"), *"3456789"]


@every
def test_each_number_leads_to_a_measurement_with_the_same_digits(
    document: SimpleNamespace, build: SimpleNamespace
) -> None:
    report = reported(build)

    for shown, id_ in re.findall(r'\[([^\]]+)\]\(#every-measurement "([^"]+)"\)', document.markdown(report)):
        measured = report.record.find(id_)
        assert measured is not None
        assert shown == amount(measured.value, measured.unit)


@every
def test_a_number_that_is_in_no_record_cannot_be_rendered(document: SimpleNamespace, build: SimpleNamespace) -> None:
    report = reported(build)
    emptied = build.report(report.record.model_copy(update={"measurements": ()}), report.assessment)

    text = document.markdown(emptied)

    assert "#every-measurement" not in text
    assert "93.12" not in text


@every
def test_a_run_without_declarations_renders_and_counts_what_is_missing(
    document: SimpleNamespace, build: SimpleNamespace
) -> None:
    text = document.markdown(build.report(assessment=build.assessment()))

    assert re.search(r"\| Parts of points \| \d+ evidenced, 0 declared, [1-9]\d* missing, 0 not applicable \|", text)
    assert "no declarations file names this model" in text


@every
def test_an_assessment_that_answers_no_points_says_so(document: SimpleNamespace, build: SimpleNamespace) -> None:
    old = build.assessment().model_copy(update={"requirements": (), "risk": None, "law": None})

    text = document.markdown(build.report(assessment=old))

    assert "answers no points of the law; run `fmnist-audit gate " in text


@every
def test_each_document_says_whether_the_policy_was_met(document: SimpleNamespace, build: SimpleNamespace) -> None:
    judged = document.markdown(build.report(assessment=build.assessment(None, build.verdict())))
    open_ = document.markdown(build.report(assessment=build.assessment()))

    assert "| Verdict of the policy | **Refused** by the policy default: 1 passed, 1 failed |" in judged
    assert "| Verdict of the policy | **Missing**: not judged yet with these declarations; run `fmnist-audit g" in open_


@pytest.mark.parametrize("document", [d for d in DOCUMENTS if d is not declaration_of_conformity])
def test_whether_it_is_a_duty_follows_from_the_class(document: SimpleNamespace, build: SimpleNamespace) -> None:
    low, high, unclear = (document.markdown(reported(build, risk)) for risk in (LOW, HIGH, None))

    assert re.search(r"This (document|page) is voluntary", low)
    assert "in the spirit of Article 95(1)" in low
    assert re.search(r"the provider of this system has to (draw up this document|meet): .* from 20", high)
    assert "it is open whether this document is a duty" in unclear


@pytest.mark.parametrize(
    ("document", "basis", "since"),
    [
        (
            technical_documentation,
            "By Articles 11(1), 18(1), the provider",
            "2027-12-02 (before the amendment: 2026-08-02)",
        ),
        (instructions_for_use, "By Article 13(2), the provider", "2027-12-02 (before the amendment: 2026-08-02)"),
        (post_market_plan, "By Article 72(3), the provider", "together with Article 6) from 2026-08-02"),
        (data_sheet, "serves Article 10(2), Annex IV 2(d), which", "2027-12-02 (before the amendment: 2026-08-02)"),
        (coverage_matrix, "serves Articles 9 to 15, 72, which", "together with Article 6) from 2026-08-02"),
    ],
    ids=lambda d: d.__name__.rpartition(".")[2] if hasattr(d, "__name__") else None,
)
def test_a_duty_names_its_article_and_no_date_of_another(
    document: SimpleNamespace, basis: str, since: str, build: SimpleNamespace
) -> None:
    (sentence,) = [line for line in document.markdown(reported(build, HIGH)).splitlines() if basis in line]

    assert since in sentence
    assert "86(1)" not in sentence
    assert ("43, 47" in sentence) == (document in (post_market_plan, coverage_matrix))


@every
def test_a_class_without_dates_invents_none(document: SimpleNamespace, build: SimpleNamespace) -> None:
    known = reported(build, HIGH).assessment
    assert known.risk
    older = [
        outcome.model_copy(update={"applies": tuple(r.model_copy(update={"covers": ()}) for r in outcome.applies)})
        for outcome in known.risk.outcomes
    ]
    risk = known.risk.model_copy(update={"outcomes": tuple(older)})

    text = document.markdown(build.report(assessment=known.model_copy(update={"risk": risk})))

    assert "from 20" not in text


def test_documents_of_a_system_say_that_a_general_purpose_model_has_its_own(build: SimpleNamespace) -> None:
    of_the_model, none = (
        technical_documentation.markdown(reported(build, LOW | {"general_purpose_model": answer}))
        for answer in ("yes", "no")
    )

    assert "(Article 53(1)(a), Annex XI) is another document than those made here" in of_the_model
    assert "Annex XI" not in none


@pytest.mark.parametrize(
    "answers",
    [{"prohibited_practice": ["5.1.c"]}, {"annex_i_product": ["I.B.21"], "third_party_assessment": "yes"}],
    ids=["prohibited", "machinery"],
)
def test_a_prohibited_or_sectoral_system_is_not_called_voluntary(
    build: SimpleNamespace, answers: dict[str, object]
) -> None:
    text = technical_documentation.markdown(reported(build, LOW | answers))

    assert "no document makes up for what it does ask" in text
    assert "This document is voluntary" not in text


@every
def test_the_law_and_the_date_of_the_catalogue_stand_on_it(document: SimpleNamespace, build: SimpleNamespace) -> None:
    text = document.markdown(reported(build))

    assert "as amended by Regulation (EU) 2026/1744, catalogue of 2026-11-22" in text
    assert "days old" not in text


@every
def test_an_old_catalogue_is_warned_of(document: SimpleNamespace, build: SimpleNamespace) -> None:
    later = reported(build).assessment.model_copy(update={"as_of": "2027-12-02T00:00:00Z"})

    assert "The catalogue is 375 days old" in document.markdown(build.report(assessment=later))


def test_no_declaration_is_offered_for_a_system_that_is_not_high_risk(build: SimpleNamespace) -> None:
    low, high, unclear = (rendered(RENDERERS, reported(build, risk)) for risk in (LOW, HIGH, None))

    assert "declaration_of_conformity.md" in high
    assert not {"declaration_of_conformity.md", "declaration_of_conformity.html"} & {*low, *unclear}
    assert "No declaration of conformity" in declaration_of_conformity.markdown(reported(build, LOW))


def test_asking_for_a_declaration_alone_that_is_not_offered_says_why(build: SimpleNamespace) -> None:
    with pytest.raises(ConfigError, match=r"not offered for a system of this class \(AI system other than"):
        rendered(declaration_of_conformity.DECLARATION_OF_CONFORMITY, reported(build, LOW))


def test_a_declaration_with_a_gap_is_not_to_be_signed(build: SimpleNamespace) -> None:
    text = declaration_of_conformity.markdown(reported(build, HIGH))

    assert "DRAFT of a declaration of conformity, not to be signed" in text
    assert "points of this page that are not answered" in text


def answered(point: Point, of: frozenset[str]) -> Point:
    """Answer a point; of one that is named, leave open what waits for the signature, or all where nothing does."""
    waits = {part.id for part in point.parts if part.id in WAITING} or {part.id for part in point.parts}
    states = {part.id: State.MISSING if point.id in of and part.id in waits else State.DECLARED for part in point.parts}
    parts = tuple(part.model_copy(update={"state": states[part.id], "why": None}) for part in point.parts)
    return point.model_copy(update={"state": combined(states.values()), "parts": parts})


def nearly_whole(
    build: SimpleNamespace,
    *,
    without: str | None = None,
    unanswered: tuple[str, ...] = (),
    verdict: Verdict | None = None,
    outcomes: tuple[ClaimOutcome, ...] = (),
) -> str:
    """Render the draft where all points are answered but those of one list, and no claim is refuted but on demand."""
    report = reported(build, HIGH)
    points = tuple(
        p if p.list == without else answered(p, of=frozenset(unanswered)) for p in report.assessment.requirements
    )
    claims = tuple(c for c in report.assessment.claims if c.outcome in (ClaimOutcome.SUPPORTED, *outcomes))
    whole = report.assessment.model_copy(update={"requirements": points, "verdict": verdict, "claims": claims})
    return declaration_of_conformity.markdown(build.report(assessment=whole))


def test_even_a_whole_declaration_is_a_draft_until_a_person_signs(build: SimpleNamespace) -> None:
    text = nearly_whole(build, verdict=build.verdict(passed=True))

    assert "# DRAFT of a declaration of conformity, for signature by the provider" in text
    assert "this page declares nothing until a person signs it" in text
    assert "not to be signed" not in text


@pytest.mark.parametrize("outcome", [ClaimOutcome.UNDECIDED, ClaimOutcome.UNTESTED])
def test_a_claim_that_nothing_settles_keeps_a_declaration_from_being_signed(
    outcome: ClaimOutcome, build: SimpleNamespace
) -> None:
    text = nearly_whole(build, verdict=build.verdict(passed=True), outcomes=(outcome,))

    assert "not to be signed" in text
    assert "of them are undecided or untested" in text


def test_praise_keeps_a_declaration_from_being_signed(build: SimpleNamespace) -> None:
    report = reported(build, HIGH)
    points = tuple(answered(p, of=frozenset()) for p in report.assessment.requirements)
    praised = build.declarations(risk=HIGH, robustness="It is robust and fully compliant.")
    whole = report.assessment.model_copy(
        update={"requirements": points, "verdict": build.verdict(passed=True), "claims": (), "declarations": praised}
    )

    text = declaration_of_conformity.markdown(build.report(assessment=whole))

    assert "not to be signed" in text
    assert "**Flagged**: statements that judge quality, with no evidence behind them: 1." in text


def test_no_declaration_is_offered_to_who_only_uses_the_system(build: SimpleNamespace) -> None:
    offered = {
        role: declaration_of_conformity.offered(reported(build, HIGH | {"roles": [role]}))
        for role in ("provider", "deployer", "importer")
    }

    assert offered == {"provider": True, "deployer": False, "importer": False}


def test_the_signature_is_not_waited_for_by_the_page_that_is_to_be_signed(build: SimpleNamespace) -> None:
    unsigned = nearly_whole(build, verdict=build.verdict(passed=True), unanswered=("V.8", "IV.8", "A.11"))
    unnamed = nearly_whole(build, verdict=build.verdict(passed=True), unanswered=("V.8", "IV.8", "A.11", "V.2"))

    assert "for signature by the provider" in unsigned
    assert "**missing** (Article 47(1))" in unsigned
    assert "points of this page that are not answered: 1." in unnamed


@pytest.mark.parametrize(
    ("without", "met", "says"),
    [
        ("declaration", "yes", "points of this page that are not answered"),
        ("annex_iv", "yes", "points of the technical documentation that are not answered"),
        ("instructions", "yes", "points of the instructions for use that are not answered"),
        ("monitoring_plan", "yes", "points of the plan for monitoring that are not answered"),
        ("articles", "yes", "points of the Articles on high-risk systems that are not answered"),
        (None, "no", "the policy default was not met"),
        (None, "not judged", "the policy was not applied"),
    ],
)
def test_a_draft_does_not_look_finished_while_anything_stands_against_it(
    build: SimpleNamespace, without: str | None, met: str, says: str
) -> None:
    text = nearly_whole(
        build, without=without, verdict=None if met == "not judged" else build.verdict(passed=met == "yes")
    )

    assert "# DRAFT of a declaration of conformity, not to be signed" in text
    assert says in text


def test_a_refuted_claim_keeps_a_draft_from_looking_finished(build: SimpleNamespace) -> None:
    text = nearly_whole(build, verdict=build.verdict(passed=True), outcomes=(ClaimOutcome.REFUTED,))

    assert "not to be signed" in text
    assert "claims of the provider that the evidence refutes" in text


def test_praise_in_a_statement_is_flagged(build: SimpleNamespace) -> None:
    text = technical_documentation.markdown(reported(build, provider="Acme, whose system is robust."))

    assert "**Flagged**: the statement judges quality (robust)" in text


def test_the_json_file_holds_every_point_and_what_is_missing(build: SimpleNamespace) -> None:
    report = reported(build, HIGH)

    found = json.loads(technical_documentation.data(report))

    assert len(found["requirements"]) == len(report.assessment.requirements)
    assert set(found["missing"]) == {p.id for p in report.assessment.requirements if p.state.value == "missing"}
    assert found["risk"]["outcomes"][0]["id"] == "high_risk_annex_iii"
    assert canonical(found).decode() == technical_documentation.data(report)


def test_the_matrix_counts_what_its_parts_say(build: SimpleNamespace) -> None:
    report = reported(build)
    text = coverage_matrix.markdown(report)

    for point in (p for p in report.assessment.requirements if p.list == "articles"):
        row = next(line for line in text.splitlines() if line.startswith(f"| [{point.number}]("))
        states = [part.state.value for part in point.parts]
        counts = [states.count(s) for s in ("evidenced", "declared", "missing", "not applicable")]
        assert f"| {' | '.join(map(str, counts))} |" in row
