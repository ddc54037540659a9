from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import pytest

from fmnist_governance.evidence.assessment import PolicyException, Waiver, WaiverFinding, WaiverState
from fmnist_governance.evidence.declared import topics
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.render import known
from fmnist_governance.render.documents import model_card
from fmnist_governance.render.documents import report as report_page
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.shown import amount

SECTIONS = (
    "Model details", "Overview", "Intended use", "Inputs and outputs", "Ethical considerations",
    "Performance and limitations", "Deployment with MLflow", "EU AI Act", "Versioning and updates",
    "Contact and support", "Verdict", "What is missing",
)  # fmt: skip
PARTS = ("Risk category", "Explainability", "Auditability", "Fairness and bias", "Safety and robustness")


@pytest.mark.parametrize("section", SECTIONS)
def test_the_card_has_the_section(report: Report, section: str) -> None:
    assert f"\n## {section}\n" in model_card.markdown(report)


@pytest.mark.parametrize(
    "heading",
    ["Technical specifications", "Direct use", "Out-of-scope use", "Bias, risks, and limitations", "Training data",
     "Training procedure", "Model card contact", "Model card authors",
     "Factors", "Metrics", "Evaluation data", "Quantitative analyses",
     "Caveats and recommendations", "Environmental impact", "How to get started with the model"],
)  # fmt: skip
def test_the_card_has_the_headings_that_readers_of_model_cards_know(report: Report, heading: str) -> None:
    assert f"\n### {heading}\n" in model_card.markdown(report)


def test_caveats_follow_from_the_evidence(report: Report) -> None:
    caveats = model_card.markdown(report).partition("### Caveats and recommendations")[2].partition("\n### ")[0]

    assert "do not rely on it: No mix-up is frequent." in caveats
    assert "served no better than this: Recall of the worst class, Shirt, [78.80 %]" in caveats


def test_a_run_that_measured_nothing_has_no_caveats_and_says_so(
    reported: Callable[..., Report], assessed: Callable[..., object], report: Report
) -> None:
    empty = report.record.model_copy(update={"measurements": ()})

    text = model_card.markdown(reported(empty, assessed()))

    assert "no check of this audit measured what a caveat could rest on" in text


@pytest.mark.parametrize("part", PARTS)
def test_the_part_on_the_ai_act_has_each_of_its_subjects(report: Report, part: str) -> None:
    act = model_card.markdown(report).partition("## EU AI Act")[2].partition("## Versioning")[0]

    assert part in act


@pytest.mark.parametrize("topic", [topic.title for topic in topics()])
def test_every_topic_is_on_the_card_with_or_without_a_statement(
    reported: Callable[..., Report], assessed: Callable[..., object], topic: str
) -> None:
    card = model_card.markdown(reported(assessment=assessed()))

    assert card.count(topic) >= 2


def test_each_number_leads_to_a_measurement_with_the_same_digits(report: Report) -> None:
    text = model_card.markdown(report)

    links = re.findall(r'\[([^\]]+)\]\(#every-measurement "([^"]+)"\)', text)
    assert len(links) > len(report.record.measurements)
    for shown, id_ in links:
        measured = report.record.find(id_)
        assert measured is not None
        assert shown == amount(measured.value, measured.unit)


def test_each_measurement_has_a_row_with_value_interval_and_n(report: Report) -> None:
    appendix = model_card.markdown(report).partition("## Every measurement")[2]

    for measured in report.record.measurements:
        row = next(line for line in appendix.splitlines() if f"| `{measured.id}` |" in line)
        assert measured.interval is not None
        assert f"| {measured.value!r} | {measured.interval.low!r} |".replace("1.0 |", "1 |") in row
        assert f"{measured.n:,}" in row


def test_statements_name_who_made_them_and_when(report: Report) -> None:
    text = model_card.markdown(report)

    assert "Sorts grey pictures of garments into ten kinds. (**Declared** by the maintainers, 2026-11-22)" in text
    assert "(**Declared** by Kim, 2026-01-02; source: README)" in text


def test_missing_things_are_counted_and_listed(report: Report) -> None:
    gaps = model_card.card(report).gaps

    assert len(gaps.statements) == len(topics()) - 5
    assert gaps.counted == sum(map(len, (gaps.statements, gaps.checks, gaps.measurements, gaps.unexamined, gaps.facts)))
    assert f"| Missing | {gaps.counted} things:" in model_card.markdown(report)


def test_of_very_many_classes_the_first_are_named(build: SimpleNamespace) -> None:
    few, many = (build.record(tuple(f"c{k}" for k in range(count))) for count in (20, 21))

    assert known.classes(few).endswith("c18, c19")
    assert known.classes(many).endswith("c19, and 1 more")


def test_gaps_of_one_kind_are_counted_once(report: Report) -> None:
    gaps = model_card.card(report).gaps
    alone = replace(gaps, checks=(), measurements=(), unexamined=(), facts=())

    assert gaps.told == f"{gaps.counted} things: {gaps.summary}"
    assert alone.told == f"{len(gaps.statements)} statements"
    assert alone.foremost == "; ".join(alone.statements[:3])


def test_without_declarations_every_topic_is_missing(
    reported: Callable[..., Report], assessed: Callable[..., object]
) -> None:
    report = reported(assessment=assessed())

    assert len(model_card.card(report).gaps.statements) == len(topics())
    assert "no declarations file names this model" in model_card.markdown(report)


def test_a_clause_on_every_number_counts_them(build: SimpleNamespace, report: Report) -> None:
    verdict = build.verdict()
    ids = tuple(measured.id for measured in report.record.measurements)
    findings = tuple(f.model_copy(update={"measurements": ids}) for f in verdict.findings)
    assessment = build.assessment(None, verdict.model_copy(update={"findings": findings}))

    text = model_card.markdown(build.report(assessment=assessment)).partition("## Verdict")[2].partition("\n## ")[0]

    assert text.count("#every-measurement") == 0
    assert text.count(f"It rests on {len(ids)} numbers") == len(findings)


def test_a_stated_class_that_the_answers_contradict_is_flagged(build: SimpleNamespace) -> None:
    risk = {"ai_system": "yes", "union_link": "yes", "excluded": "no", "roles": ["provider"],
            "prohibited_practice": ["5.1.c"]}  # fmt: skip
    low, true = (
        model_card.markdown(
            build.report(assessment=build.assessment(build.declarations(risk_category=said, risk=risk)))
        )
        for said in ("Not classified as high-risk.", "It is prohibited.")
    )

    assert "**Flagged**: the statement says 'Not classified as high-risk', and the answers lead to: Prohibited" in low
    assert "and the answers lead to" not in true


def test_praise_is_flagged_where_gaps_are_listed(build: SimpleNamespace) -> None:
    declarations = build.declarations(overview="A state-of-the-art sorter.")

    text = model_card.markdown(build.report(assessment=build.assessment(declarations)))

    listed = text.partition("## What is missing")[2].partition("\n## ")[0]
    assert "**Flagged**: statements that judge quality" in listed
    assert "Overview (state-of-the-art)" in listed


def test_a_lost_measurement_is_missing_by_name(reported: Callable[..., Report], report: Report) -> None:
    record = report.record
    left = tuple(m for m in record.measurements if m.id != "performance.class.shirt.recall")

    lost = reported(record.model_copy(update={"measurements": left}))

    assert model_card.card(lost).gaps.measurements == ("performance.class.shirt.recall",)
    assert "`performance.class.shirt.recall` was owed and not measured" in model_card.markdown(lost)


def test_a_check_that_did_not_run_gives_its_reason(reported: Callable[..., Report], report: Report) -> None:
    entry = report.record.checks[1].model_copy(update={"status": "not_run", "reason": "no labels"})
    kept: tuple[Measurement, ...] = tuple(m for m in report.record.measurements if m.id.startswith("performance"))

    text = model_card.markdown(
        reported(report.record.model_copy(update={"checks": (report.record.checks[0], entry), "measurements": kept}))
    )

    assert "this check has no result (not run: no labels)" in text


def test_what_stands_beside_the_clauses_is_told(reported: Callable[..., Report], build: SimpleNamespace) -> None:
    told = PolicyException(
        clause="old", how="dropped", title="Old title", message="company asks 0.99; here nothing is",
        because="It is measured elsewhere", line=7,
    )  # fmt: skip
    waiver = Waiver(
        clause="balance", model=None, version="models:/m/1", reason="Bearable until then", approver="Kim",
        granted="2026-11-01", expires="2026-11-10",
    )  # fmt: skip
    expired = WaiverFinding(waiver=waiver, state=WaiverState.EXPIRED, message="it counted until 2026-11-10", line=3)
    whole = build.verdict(passed=True)
    policy = whole.policy.model_copy(update={"exceptions": (told,)})
    verdict = whole.model_copy(update={"policy": policy, "waivers": (expired,), "passed": False})

    for page in (model_card.markdown, report_page.html):
        text = page(reported(assessment=build.assessment(None, verdict)))
        for words in ("clause dropped", "waiver expired", "It is measured elsewhere", "it counted until 2026-11-10"):
            assert words in text
    assert "No clause refuses, and 1 expired waiver does." in model_card.markdown(
        reported(assessment=build.assessment(None, verdict))
    )


def test_refusals_stand_before_what_passed(report: Report) -> None:
    verdict = model_card.card(report).decision

    assert verdict is not None
    assert [clause.outcome for clause in verdict.clauses] == ["failed", "passed"]
    assert "**Refused** by the policy default: 1 passed, 1 failed" in model_card.markdown(report)


def test_without_a_policy_there_is_no_verdict(reported: Callable[..., Report], assessed: Callable[..., object]) -> None:
    report = reported(assessment=assessed())
    text = model_card.markdown(report)

    assert text.count(f"not judged yet with these declarations; run `fmnist-audit gate {report.run} --config DIR`") == 1
    assert "**Missing**: not judged yet. No policy was applied" in text
    assert "**Passed**" not in text


def test_limits_of_each_check_are_printed(report: Report) -> None:
    text = model_card.markdown(report)

    assert all(text.count(limit) == len(report.record.checks) for limit in report.record.checks[0].limits)


def test_the_snippet_names_the_audited_model_and_is_python(report: Report) -> None:
    snippet = model_card.markdown(report).partition("```python\n")[2].partition("```")[0]

    compile(snippet, "snippet", "exec")
    assert 'load_model("models:/FashionMNIST_PyTorch/1")' in snippet
    assert "torch.rand(1, 1, 28, 28)" in snippet


def test_the_json_card_has_facts_statements_and_numbers(report: Report) -> None:
    text = model_card.data(report)

    found = json.loads(text)
    assert text.endswith("}\n")
    assert len(found["declared"]) == len(topics())
    assert found["missing"]["count"] == model_card.card(report).gaps.counted
    assert [m["id"] for m in found["measured"]] == [m.id for m in report.record.measurements]


def test_the_page_shows_charts_and_pictures_in_itself(report: Report) -> None:
    page = model_card.html(report)

    assert page.count("<svg") == 2
    assert page.count('src="data:image/png;base64,') == 1
    assert len(page.encode()) < 400_000


def test_a_picture_that_is_no_png_is_not_put_on_the_page(reported: Callable[..., Report]) -> None:
    page = model_card.html(reported(files={"evidence/confusion/pairs.png": b"<svg onload=alert(1)>"}))

    assert "the stored file is no PNG" in page
    assert "onload" not in page


def environmental(report: Report) -> str:
    return model_card.markdown(report).partition("### Environmental impact")[2].partition("\n## ")[0]


def test_energy_that_nobody_measured_is_missing_and_not_guessed(report: Report) -> None:
    text = environmental(report)

    assert "| Duration of the training | 412.3 s |" in text
    assert "| Processor of the audit | x86\\_64 |" in text
    assert "| Energy of the training, as the processor counts it for the whole machine | **Missing**" in text
    assert "**Missing**: the energy of an answer" in text
    assert "| Emissions | **Missing**" in text


def test_energy_that_was_measured_stands_with_its_interval(reported: Callable[..., Report], report: Report) -> None:
    held = Interval(low=0.01, high=0.02, method="order statistics", level=0.95)
    measured = report.record.measurements[0].model_copy(
        update={"id": "efficiency.energy.joules", "title": "Energy an image", "value": 0.015, "unit": "joules",
                "interval": held}
    )  # fmt: skip
    assert report.record.training is not None
    training = report.record.training.model_copy(update={"joules": 1234.4, "processor": "A processor"})
    measurements = (*report.record.measurements, measured)

    text = environmental(
        reported(report.record.model_copy(update={"measurements": measurements, "training": training}))
    )

    assert '[0.0150 J](#every-measurement "efficiency.energy.joules") | 0.0100 J to 0.0200 J |' in text
    assert "| 1,234 J |" in text
    assert "| Processor of the training | A processor |" in text
    assert "the energy of an answer" not in text
