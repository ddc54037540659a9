from __future__ import annotations

import re
from collections import Counter
from types import SimpleNamespace

import pytest

from fmnist_governance.evidence.answers import RiskAnswers
from fmnist_governance.evidence.declared import Declarations, file_topics, topics
from fmnist_governance.evidence.facts import FACTS
from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.evidence.required import Part, Point, State, combined
from fmnist_governance.law.catalogue import law, lists
from fmnist_governance.law.requirements import requirements
from fmnist_governance.law.risk import classify

HIGH: dict[str, object] = {
    "ai_system": "yes", "union_link": "yes", "excluded": "no", "roles": ["provider"], "prohibited_practice": "no",
    "general_purpose_model": "no", "annex_i_product": "no", "annex_iii_use": ["III.4.a"], "profiling": "yes",
    "transparency": "no",
}  # fmt: skip
LOW = HIGH | {"annex_iii_use": "no", "open_source": "no"}


def answered(
    record: EvidenceRecord, declarations: Declarations | None = None, answers: dict[str, object] | None = None
) -> tuple[Point, ...]:
    risk = classify(RiskAnswers.model_validate_json(canonical(answers)) if answers else RiskAnswers())
    return requirements(record, declarations, risk)


def parts(points: tuple[Point, ...]) -> dict[str, Part]:
    return {f"{point.list}/{part.id}": part for point in points for part in point.parts}


def own(points: tuple[Point, ...]) -> dict[str, Part]:
    """The parts but those that follow from a whole list, after a look that these do."""
    found = parts(points)
    wholes: dict[str, str] = {}
    for entry in lists():
        wholes |= {f"{entry.list}/{p.id}.{q.id}": q.whole for p in entry.points for q in p.parts if q.whole}
    for id_, name in wholes.items():
        left = any(point.state is State.MISSING for point in points if point.list == name)
        assert found[id_].state is (State.MISSING if left else State.DECLARED)
    return {id_: part for id_, part in found.items() if id_ not in wholes}


def declared(**changes: object) -> Declarations:
    every = {topic.name: f"Statement on {topic.title}." for topic in (*topics(), *file_topics())}
    many = {name: [f"Statement on {name}."] for name in every if isinstance(getattr(BARE, name), tuple)}
    return Declarations.model_validate_json(canonical({"models": ["m"], "by": "Kim", **every, **many, **changes}))


BARE = Declarations(models=("m",))
SHOWN = (
    "efficiency.multiply_adds", "efficiency.energy.joules", "data_quality.label_issue.test.rate",
    "data_quality.near_duplicate.t_0_98.rate", "integrity.package.agreement",
)  # fmt: skip


def test_every_point_of_annex_iv_is_there_once_in_the_order_of_the_law(build: SimpleNamespace) -> None:
    numbers = [p.number for p in answered(build.full()) if p.list == "annex_iv"]

    first, second = [f"1({c})" for c in "abcdefgh"], [f"2({c})" for c in "abcdefgh"]
    assert numbers == [*first, *second, *"3456789"]


def test_ids_are_unique_and_every_article_of_the_matrix_is_there(build: SimpleNamespace) -> None:
    points = answered(build.full())

    assert max(Counter(part.id for point in points for part in point.parts).values()) == 1
    assert [p.number for p in points if p.list == "articles"] == [
        f"Article {n}" for n in (9, 10, 11, 12, 13, 14, 15, 50, 72)
    ]


def test_the_catalogue_names_only_facts_and_topics_that_exist() -> None:
    entries = [part for found in lists() for point in found.points for part in point.parts]

    known = {topic.name for topic in (*topics(), *file_topics())}
    assert {name for entry in entries for name in entry.facts} <= set(FACTS)
    assert {name for entry in entries for name in entry.shown} <= {*FACTS, *SHOWN}
    assert {name for entry in entries for name in entry.declared} <= known
    assert {topic.name for topic in file_topics()} <= {name for entry in entries for name in entry.declared}
    assert all(entry.measured or entry.facts or entry.declared or entry.whole for entry in entries)


def test_the_catalogue_praises_nothing_and_says_which_law_it_follows() -> None:
    assert law().regulation.startswith("Regulation (EU) 2024/1689")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", law().as_of)


def test_without_declarations_what_was_measured_counts_and_the_rest_is_missing(build: SimpleNamespace) -> None:
    states = Counter(part.state for part in parts(answered(build.full())).values())

    assert states[State.DECLARED] == states[State.NOT_APPLICABLE] == 0
    assert states[State.EVIDENCED] > 20
    assert states[State.MISSING] > 50


def test_with_everything_declared_and_measured_nothing_is_missing(build: SimpleNamespace) -> None:
    points = answered(build.full(), declared(), HIGH | {"transparency": ["50.1"]})

    assert {part.state for part in parts(points).values()} == {State.EVIDENCED, State.DECLARED}


def test_without_any_check_no_part_with_a_measurement_stands(build: SimpleNamespace) -> None:
    found = own(answered(build.record(), declared()))
    resting = {f"{e.list}/{p.id}.{q.id}" for e in lists() for p in e.points for q in p.parts if q.measured}

    assert {id_ for id_, part in found.items() if part.state is State.MISSING} == resting


def test_removing_any_measurement_makes_each_part_on_it_missing_and_changes_no_other(build: SimpleNamespace) -> None:
    record = build.full()
    whole = parts(answered(record, declared()))
    beside = {f"{e.list}/{p.id}.{q.id}": q.shown for e in lists() for p in e.points for q in p.parts}

    for lost in record.measurements:
        left = tuple(m for m in record.measurements if m is not lost)
        points = answered(record.model_copy(update={"measurements": left}), declared())
        for id_, part in own(points).items():
            rests = lost.id in whole[id_].measurements and lost.id not in beside[id_]
            assert part.state is (State.MISSING if rests else whole[id_].state)
            assert not rests or lost.id in (part.why or "")
        assert all(p.state is combined(part.state for part in p.parts) for p in points)


def test_taking_back_any_statement_makes_each_part_on_it_missing(build: SimpleNamespace) -> None:
    record, everything = build.full(), declared()
    whole = parts(answered(record, everything))

    for topic in (*topics(), *file_topics()):
        empty = () if isinstance(getattr(BARE, topic.name), tuple) else None
        found = own(answered(record, everything.model_copy(update={topic.name: empty})))
        for id_, part in found.items():
            rests = topic.name in whole[id_].topics
            assert part.state is (State.MISSING if rests else whole[id_].state)


@pytest.mark.parametrize("text", ["TODO", "TBD", "lorem ipsum", "x", "<provider>", ""])
def test_a_placeholder_declares_nothing(build: SimpleNamespace, text: str) -> None:
    found = parts(answered(build.full(), declared(provider=text)))

    assert found["annex_iv/IV.1.a.provider"].state is State.MISSING


def test_a_digest_does_not_answer_the_purpose(build: SimpleNamespace) -> None:
    found = parts(answered(build.full()))

    assert found["annex_iv/IV.1.a.purpose"].state is State.MISSING
    assert found["annex_iv/IV.1.a.purpose"].owner == "provider"


def test_what_the_record_does_not_know_is_missing_by_name(build: SimpleNamespace) -> None:
    found = parts(answered(build.full().model_copy(update={"training": None}), declared()))

    assert "the record does not know: Training run" in (found["annex_iv/IV.2.a.run"].why or "")


def test_energy_stands_beside_the_resources_where_it_was_measured_and_nothing_rests_on_it(
    build: SimpleNamespace,
) -> None:
    record = build.full()
    energy = record.measurements[0].model_copy(update={"id": "efficiency.energy.joules", "unit": "joules"})
    training = record.training.model_copy(update={"joules": 5_000.0})
    counted = record.model_copy(update={"training": training, "measurements": (*record.measurements, energy)})

    without, with_it = (parts(answered(known, declared())) for known in (record, counted))

    assert "training.energy" in with_it["annex_iv/IV.2.c.resources"].facts
    assert "efficiency.energy.joules" in with_it["annex_iv/IV.2.c.efficiency"].measurements
    assert "training.energy" not in without["annex_iv/IV.2.c.resources"].facts
    assert "efficiency.energy.joules" not in without["annex_iv/IV.2.c.efficiency"].measurements
    assert without["annex_iv/IV.2.c.efficiency"].state is State.EVIDENCED


def test_what_another_class_owes_does_not_apply_and_says_which_class_it_is(build: SimpleNamespace) -> None:
    low, high = parts(answered(build.full(), None, LOW)), parts(answered(build.full(), None, HIGH))

    assert low["annex_iv/IV.8.declaration"].state is State.NOT_APPLICABLE
    assert "other than a high-risk" in (low["annex_iv/IV.8.declaration"].why or "")
    assert high["annex_iv/IV.8.declaration"].state is State.MISSING


def test_transparency_is_set_aside_by_the_answer_to_its_question(build: SimpleNamespace) -> None:
    because = "It converses with nobody."
    answers = LOW | {"transparency": {"answer": "no", "because": because, "by": "Kim", "on": "2026-11-21"}}

    part = parts(answered(build.full(), None, answers))["articles/A.50.information"]

    assert part.state is State.NOT_APPLICABLE
    assert part.why == f"Does one of the four situations of Article 50 apply? The answer is no: {because}"
    assert part.owner == "Kim, 2026-11-21"


def test_transparency_stays_open_where_the_law_leaves_it_open(build: SimpleNamespace) -> None:
    sectoral = LOW | {"annex_i_product": ["I.B.18"], "third_party_assessment": "yes"}

    assert parts(answered(build.full(), None, sectoral))["articles/A.50.information"].state is State.MISSING


def test_no_check_answers_for_measures_against_poisoning(build: SimpleNamespace) -> None:
    found = parts(answered(build.full(), declared(cybersecurity="")))

    assert found["articles/A.15.poisoning"].state is State.MISSING
    assert "integrity.package.agreement" in found["articles/A.15.poisoning"].measurements


@pytest.mark.parametrize("reason", ["No.", "none", "Not applicable.", "Does not apply", "n/a", "irrelevant"])
def test_a_bare_no_sets_nothing_aside(reason: str, build: SimpleNamespace) -> None:
    said = declared(product_illustrations="", not_applicable={"IV.1.f.illustrations": reason})

    assert parts(answered(build.full(), said))["annex_iv/IV.1.f.illustrations"].state is State.MISSING


def test_while_the_class_is_open_nothing_is_left_out_for_it(build: SimpleNamespace) -> None:
    found = parts(answered(build.full()))

    assert found["annex_iv/IV.8.declaration"].state is State.MISSING
    assert found["articles/A.50.information"].state is State.MISSING


def test_a_person_can_say_with_a_reason_that_a_part_does_not_apply(build: SimpleNamespace) -> None:
    aside = {"IV.1.f.illustrations": "It is no part of a product.", "IV.1.a.purpose": "We have none.",
             "IV.1.b.interaction": "TODO"}  # fmt: skip

    found = parts(answered(build.full(), declared(intended_purpose="TODO", interaction="", not_applicable=aside)))

    assert found["annex_iv/IV.1.f.illustrations"].state is State.NOT_APPLICABLE
    assert found["annex_iv/IV.1.f.illustrations"].owner == "Kim"
    assert found["annex_iv/IV.1.a.purpose"].state is State.MISSING
    assert found["annex_iv/IV.1.b.interaction"].state is State.MISSING


def test_a_point_rests_on_its_weakest_part() -> None:
    evidenced, said, gone, aside = State

    assert combined((evidenced, evidenced)) is evidenced
    assert combined((evidenced, said, aside)) is said
    assert combined((evidenced, said, gone)) is gone
    assert combined((aside, aside)) is aside
