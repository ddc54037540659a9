from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from fmnist_governance.evidence.answers import Answer, RiskAnswers
from fmnist_governance.evidence.classified import RiskClass
from fmnist_governance.law.catalogue import outcomes, questions
from fmnist_governance.law.risk import classify

NO: dict[str, Any] = {
    "ai_system": "yes", "union_link": "yes", "excluded": "no", "roles": ["provider"], "prohibited_practice": "no",
    "general_purpose_model": "no", "annex_i_product": "no", "annex_iii_use": "no", "transparency": "no",
    "open_source": "no",
}  # fmt: skip
"""The answers of a system that nothing special is asked of."""

RELIEVING = {entry.id for entry in outcomes().outcomes if entry.relieves}


def classified(**answers: object) -> RiskClass:
    return classify(
        RiskAnswers.model_validate({k: as_stored(k, v) for k, v in (NO | answers).items()}), "Kim", "2026-11-22"
    )


RELIEVED = {question.id: question.reason_for for question in questions()}


def as_stored(name: str, value: object) -> object:
    """An answer as it is stored, with a reason where one is asked for."""
    chosen = tuple(value) if isinstance(value, list) else ()
    answer = ("yes" if chosen else "unknown") if isinstance(value, list) else value
    if isinstance(answer, dict):
        return answer
    because = "The lawyer looked at it." if answer == RELIEVED[name] else None
    return {"answer": answer, "chosen": chosen, "because": because}


def use(*ids: str, profiling: str = "no", derogation: object = "no") -> dict[str, object]:
    return {"annex_iii_use": list(ids), "profiling": profiling, "derogation": derogation}


# Worked out by hand from the Regulation: the system, what was answered, what follows, and an Article on the path or a
# duty that tells it from its neighbours.
SYSTEMS: tuple[tuple[str, dict[str, object], set[str], str], ...] = (
    ("a shop's garment sorter, sold", {}, {"no_specific_requirements"}, "4(1)"),
    ("the same under Apache-2.0, free of charge", {"open_source": "yes"}, {"open_source_excluded"}, "2(12)"),
    ("a bare weights file", {"ai_system": "no"}, {"not_ai_system"}, "3(1)"),
    ("a model of general purpose as a bare file", {"ai_system": "no", "general_purpose_model": "yes"},
     {"not_ai_system", "gpai"}, "53(1)"),
    ("a system that never touches the Union", {"union_link": "no"}, {"out_of_scope"}, "2(1)"),
    ("target recognition for an army alone", {"excluded": ["2.3"]}, {"out_of_scope"}, "2(3)"),
    ("a foreign police system under an agreement", {"excluded": ["2.4"]}, {"out_of_scope"}, "2(4)"),
    ("a microscope classifier for science alone", {"excluded": ["2.6"]}, {"out_of_scope"}, "2(6)"),
    ("a prototype before the market", {"excluded": ["2.8"]}, {"out_of_scope"}, "2(8)"),
    ("a hobbyist who sorts own photographs", {"roles": ["personal_user"]}, {"out_of_scope"}, "2(10)"),
    ("a hobbyist who also publishes the system", {"roles": ["personal_user", "provider"]},
     {"no_specific_requirements"}, "4(1)"),
    ("subliminal advertising that harms", {"prohibited_practice": ["5.1.a"]}, {"prohibited"}, "5(1)"),
    ("a toy that exploits children", {"prohibited_practice": ["5.1.b"]}, {"prohibited"}, "5(1)"),
    ("an undressing app", {"prohibited_practice": ["5.1.ba"]}, {"prohibited"}, "5(1)"),
    ("a generator of abuse material", {"prohibited_practice": ["5.1.bb"]}, {"prohibited"}, "5(1)"),
    ("a citizen score", {"prohibited_practice": ["5.1.c"]}, {"prohibited"}, "5(1)"),
    ("crime prediction from personality", {"prohibited_practice": ["5.1.d"]}, {"prohibited"}, "5(1)"),
    ("a face database scraped from the web", {"prohibited_practice": ["5.1.e"]}, {"prohibited"}, "5(1)"),
    ("a smile detector for clerks", {"prohibited_practice": ["5.1.f"]}, {"prohibited"}, "5(1)"),
    ("religion from faces", {"prohibited_practice": ["5.1.g"]}, {"prohibited"}, "5(1)"),
    ("live face search by police without ground", {"prohibited_practice": ["5.1.h"], "roles": ["deployer"]},
     {"prohibited"}, "99(3)"),
    ("a lift's door guard", {"annex_i_product": ["I.A.4"], "third_party_assessment": "yes"},
     {"high_risk_annex_i_a"}, "43(3)"),
    ("a medical device that no third party assesses", {"annex_i_product": ["I.A.11"], "third_party_assessment": "no"},
     {"no_specific_requirements"}, "4(1)"),
    ("a car's brake assistant", {"annex_i_product": ["I.B.18"], "third_party_assessment": "yes"},
     {"high_risk_annex_i_b"}, "2(2)"),
    ("a machine's guard, in Section B since 2026", {"annex_i_product": ["I.B.21"], "third_party_assessment": "yes"},
     {"high_risk_annex_i_b"}, "2(2)"),
    ("a medical triage device", {"annex_i_product": ["I.A.11"], "third_party_assessment": "yes", **use("III.5.d")},
     {"high_risk_annex_i_a", "high_risk_annex_iii"}, "43(3)"),
    ("face search in archives", use("III.1.a"), {"high_risk_annex_iii"}, "43(1)"),
    ("a voltage guard of the grid", use("III.2"), {"high_risk_annex_iii"}, "49(5)"),
    ("an essay grader", use("III.3.b"), {"high_risk_annex_iii"}, "43(2)"),
    ("a screener of applicants, which profiles", use("III.4.a", profiling="yes", derogation=["6.3.a"]),
     {"high_risk_annex_iii"}, "27"),
    ("credit scoring", use("III.5.b", profiling="yes"), {"high_risk_annex_iii"}, "49(1)"),
    ("reliability of evidence", use("III.6.c"), {"high_risk_annex_iii"}, "43(2)"),
    ("visa examination", use("III.7.c"), {"high_risk_annex_iii"}, "43(2)"),
    ("an assistant of judges", use("III.8.a"), {"high_risk_annex_iii"}, "86(1)"),
    ("a de-duplicator of applications", use("III.4.a", derogation=["6.3.a"]), {"annex_iii_derogated"}, "6(4)"),
    ("a chatbot", {"transparency": ["50.1"]}, {"transparency"}, "50(1)"),
    ("a free, open chatbot", {"transparency": ["50.1"], "open_source": "yes"}, {"transparency"}, "50(1)"),
    ("an image generator", {"transparency": ["50.2"]}, {"transparency"}, "50(2)"),
    ("emotion recognition in a museum", {**use("III.1.c"), "transparency": ["50.3"]},
     {"high_risk_annex_iii", "transparency"}, "50(3)"),
    ("a deep fake studio on its own large model", {"transparency": ["50.4"], "general_purpose_model": "yes"},
     {"transparency", "gpai"}, "50(4)"),
)  # fmt: skip


@pytest.mark.parametrize(("answers", "expected", "article"), [s[1:] for s in SYSTEMS], ids=[s[0] for s in SYSTEMS])
def test_the_system_falls_under_what_the_law_says(answers: dict[str, object], expected: set[str], article: str) -> None:
    found = classified(**answers)

    cited = {a for step in found.path for a in step.articles}
    cited |= {duty.article for outcome in found.outcomes for duty in outcome.duties}
    assert found.determined
    assert not found.open
    assert {outcome.id for outcome in found.outcomes} == expected
    assert article in cited


@pytest.mark.parametrize("question", [q.id for q in questions() if q.id in NO])
def test_an_unanswered_question_is_open_and_nothing_relieving_is_said(question: str) -> None:
    found = classified(**{question: "unknown"})

    decides = question not in {"roles", "general_purpose_model"}
    assert [o.question for o in found.open] == [question]
    assert found.determined is not decides
    assert decides is not bool({o.id for o in found.outcomes} & RELIEVING)


def test_without_any_answer_every_question_met_is_open() -> None:
    found = classify(RiskAnswers())

    assert not found.determined
    assert not found.outcomes
    assert {o.question for o in found.open} == {step.question for step in found.path}


@pytest.mark.parametrize("question", ["excluded", "prohibited_practice", "annex_iii_use", "transparency"])
def test_a_yes_that_does_not_say_which_is_open(question: str) -> None:
    found = classified(**{question: "yes"})

    assert not found.determined
    assert question in {o.question for o in found.open}


def test_an_option_that_is_not_there_settles_nothing() -> None:
    found = classified(excluded=["2.99"])

    assert not found.determined
    assert "2.99: no option of this question" in found.open[0].why


def test_what_was_reached_is_provisional_while_the_scope_is_open() -> None:
    sure, unsure = classified(**use("III.4.a")), classified(**use("III.4.a"), excluded="unknown")

    assert [o.provisional for o in sure.outcomes] == [False]
    assert [(o.id, o.provisional) for o in unsure.outcomes] == [("high_risk_annex_iii", True)]
    assert not unsure.reached("high_risk_annex_iii")


def test_open_profiling_does_not_matter_where_the_derogation_is_denied() -> None:
    assert classified(**use("III.4.a", profiling="unknown", derogation="no")).determined
    assert not classified(**use("III.4.a", profiling="unknown", derogation=["6.3.a"])).determined


def test_dates_before_and_after_the_amendment_are_both_given() -> None:
    (outcome,) = classified(**use("III.4.a")).outcomes

    chapter, public, formal, rights = outcome.applies
    assert (chapter.since, chapter.originally) == ("2027-12-02", "2026-08-02")
    assert (formal.since, formal.originally) == ("2026-08-02", "2026-08-02")
    assert "in practice together with Article 6" in formal.what
    assert (public.since, "Article 111(2)" in public.what) == ("2030-08-02", True)
    assert rights.what.startswith("Article 86(1)")


def test_critical_infrastructure_owes_no_explanation_of_decisions() -> None:
    (outcome,) = classified(**use("III.2")).outcomes

    assert not any("86" in text for text in (*(r.what for r in outcome.applies), *(d.article for d in outcome.duties)))


def test_earlier_models_of_general_purpose_have_their_own_day() -> None:
    gpai = next(o for o in classified(general_purpose_model="yes").outcomes if o.id == "gpai")

    assert [rule.since for rule in gpai.applies] == ["2025-08-02", "2027-08-02"]
    assert "53(2)" in {duty.article for duty in gpai.duties}


def test_acts_of_both_sections_give_both_outcomes() -> None:
    def ids(*acts: str) -> set[str]:
        return {o.id for o in classified(annex_i_product=list(acts), third_party_assessment="yes").outcomes}

    assert ids("I.A.11", "I.B.21") == {"high_risk_annex_i_a", "high_risk_annex_i_b"}
    assert ids("I.A.11") == {"high_risk_annex_i_a"}
    assert ids("I.B.21") == {"high_risk_annex_i_b"}


def test_an_act_that_left_the_annex_gives_no_class() -> None:
    found = classified(annex_i_product=["I.A.1"], third_party_assessment="yes")

    assert not found.determined
    assert not {o.id for o in found.outcomes} & {"high_risk_annex_i_a", "high_risk_annex_i_b"}


@pytest.mark.parametrize(
    ("chosen", "since"),
    [(["5.1.b"], ["2025-02-02"]), (["5.1.ba"], ["2026-12-02"]), (["5.1.a", "5.1.bb"], ["2025-02-02", "2026-12-02"])],
)
def test_new_prohibitions_apply_later(chosen: list[str], since: list[str]) -> None:
    (outcome,) = classified(prohibited_practice=chosen).outcomes

    assert [rule.since for rule in outcome.applies] == since


def test_use_alone_is_forbidden_under_point_h() -> None:
    (outcome,) = classified(prohibited_practice=["5.1.h"], roles=["deployer"]).outcomes

    assert {(d.role, d.article) for d in outcome.duties if d.article == "5(1)"} == {("deployer", "5(1)")}


def test_critical_infrastructure_is_not_registered_in_the_database_of_the_union() -> None:
    (alone,) = classified(**use("III.2")).outcomes
    (both,) = classified(**use("III.2", "III.4.a")).outcomes

    assert {d.article for d in both.duties} - {d.article for d in alone.duties} == {"49(1)", "27", "49(3)", "86(1)"}


def test_duties_are_ours_by_role_and_all_are_while_the_role_is_open() -> None:
    (provider,) = classified(**use("III.4.a")).outcomes
    (anybody,) = classified(**use("III.4.a"), roles="unknown").outcomes

    assert {d.role for d in provider.duties if d.ours} == {"provider"}
    assert all(d.ours for d in anybody.duties)


def test_each_step_says_who_answered_and_when() -> None:
    found = classified(open_source={"answer": "yes", "by": "Lee", "on": "2026-01-02"})

    assert (found.path[0].by, found.path[0].on) == ("Kim", "2026-11-22")
    assert next((s.by, s.on) for s in found.path if s.question == "open_source") == ("Lee", "2026-01-02")


def test_no_label_is_a_class_that_the_act_does_not_have() -> None:
    words = " ".join(f"{o.label} {o.note or ''}" for o in outcomes().outcomes).lower()

    assert not any(term in words for term in ("low-risk", "low risk", "minimal risk", "limited risk"))


def test_every_question_has_an_answer_field_and_every_edge_leads_somewhere() -> None:
    ids, given = {q.id for q in questions()}, {o.id for o in outcomes().outcomes}

    assert ids == set(RiskAnswers.model_fields)
    for question in questions():
        edges = [
            question.yes,
            question.no,
            question.unknown,
            *([question.yes_section_a] if question.yes_section_a else []),
        ]
        assert all((e.to in ids if e.to else True) and (e.gives in given if e.gives else True) for e in edges)
        assert set(question.skipped_after) <= given


replies = st.one_of(
    st.none(),
    st.sampled_from(["yes", "no", "unknown"]),
    st.sampled_from(["x", "2.6", "III.4.a", "III.6.e", "6.3.a", "I.A.4"]),
)


@given(st.fixed_dictionaries({q.id: replies for q in questions()}))
def test_taking_an_answer_away_never_relieves(answers: dict[str, str | None]) -> None:
    def answer(reply: str | None) -> Answer | None:
        if reply is None or reply in {"yes", "no", "unknown"}:
            return Answer.model_validate({"answer": reply or "unknown"})
        return Answer(answer="yes", chosen=(reply,))

    whole = RiskAnswers(**{name: answer(reply) for name, reply in answers.items()})
    found = classify(whole)

    for step in found.path:
        less = classify(whole.model_copy(update={step.question: None}))
        gained = {o.id for o in less.outcomes} - {o.id for o in found.outcomes}
        assert not gained & RELIEVING


def test_a_practice_of_use_alone_leaves_a_provider_open() -> None:
    found = classified(prohibited_practice=["5.1.h"], roles=["provider"])

    assert not found.determined
    assert any(
        "5.1.h forbids a use alone" in question.why and "add deployer to roles" in question.why
        for question in found.open
    )


@pytest.mark.parametrize(
    ("answers", "determined"),
    [
        (use("III.6.e", profiling="no", derogation=["6.3.d"]), False),
        (use("III.6.e", profiling="yes"), True),
        (use("III.6.e", profiling="no", derogation="no"), True),
        (use("III.6.d", profiling="no", derogation=["6.3.d"]), True),
        (use("III.1.c", profiling="yes"), False),
        (use("III.1.b", profiling="yes") | {"transparency": {"answer": "no", "because": "No."}}, False),
        (use("III.1.c", profiling="yes")
         | {"transparency": {"answer": "no", "because": "The law permits it to detect criminal offences."}}, True),
        (use("III.1.c", profiling="yes") | {"transparency": ["50.3"]}, True),
    ],
)  # fmt: skip
def test_a_use_that_is_profiling_or_recognition_by_name_is_not_denied_elsewhere(
    answers: dict[str, object],
    determined: bool,  # noqa: FBT001 - a table of cases
) -> None:
    found = classified(**answers)

    assert found.determined is determined
    assert determined or any("the answer is no, and annex_iii_use names III." in one.why for one in found.open)
    assert not found.reached("annex_iii_derogated") or determined


@pytest.mark.parametrize("because", [None, "No.", "TBD", "Not applicable."])
@pytest.mark.parametrize("question", [name for name, answer in RELIEVED.items() if answer])
def test_an_answer_that_relieves_of_duties_settles_nothing_without_a_reason(question: str, because: str | None) -> None:
    chosen = {"excluded": ("2.6",), "derogation": ("6.3.a",)}.get(question, ())
    answer = {"answer": RELIEVED[question], "chosen": chosen, "because": because}
    before = use("III.4.a") if question == "derogation" else {}

    found = classified(**(before | {question: answer}))

    assert not found.determined
    assert not RELIEVING & {outcome.id for outcome in found.outcomes}
    assert any(one.question == question and "gives no reason under because" in one.why for one in found.open)


def test_recognition_of_emotions_is_no_use_of_annex_iii_only_with_a_reason() -> None:
    without = classified(transparency=["50.3"])
    reasoned = classified(
        transparency=["50.3"],
        annex_iii_use={"answer": "no", "because": "Union law permits it to detect criminal offences."},
    )

    assert not without.determined
    assert any("points 1(b) and 1(c) are about such use" in question.why for question in without.open)
    assert reasoned.determined


def test_contrary_answers_are_those_of_options_that_exist() -> None:
    options = {question.id: {option.id for option in question.options} for question in questions()}

    for question in questions():
        for rule in question.no_beside:
            assert rule.choices
            assert set(rule.choices) <= options[rule.question]


def test_answers_as_yaml_reads_them() -> None:
    assert RiskAnswers.model_validate({"ai_system": True}) == RiskAnswers.model_validate({"ai_system": "yes"})
    for value in ([50.3], {"answer": "yes", "chosen": [50.3]}):
        with pytest.raises(ValidationError, match=r"write the id of an option in quotes, as in '50.3'"):
            RiskAnswers.model_validate({"transparency": value})
    with pytest.raises(ValidationError, match=r"'provider' is no answer; expected yes, no, unknown, or a list"):
        RiskAnswers.model_validate({"roles": "provider"})
