from __future__ import annotations

from types import SimpleNamespace

import pytest

from fmnist_governance.config import strict_yaml
from fmnist_governance.evidence.answers import RiskAnswers
from fmnist_governance.evidence.declared import Declarations, Statement, Topic, file_topics, topics
from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.evidence.required import State
from fmnist_governance.law.completeness import Gap, Kind, gaps
from fmnist_governance.law.requirements import requirements
from fmnist_governance.law.risk import classify
from fmnist_governance.law.starting_file import starting_file

EVERY = (*topics(), *file_topics())


TODAY = "2026-11-22"


def found(text: str) -> tuple[Gap, ...]:
    document = strict_yaml.load(text, "system.yaml")
    return gaps(document, strict_yaml.validate(document, Declarations), TODAY)


def at(text: str, name: str) -> list[tuple[int, Kind]]:
    return [(gap.line, gap.kind) for gap in found(text) if gap.what.startswith(f"{name}:")]


def test_the_starting_file_is_read_and_declares_nothing() -> None:
    text = starting_file()

    kinds = [gap.kind for gap in found(text)]
    assert kinds.count(Kind.MISSING) == len(EVERY) + len(("by", "on"))
    assert set(kinds) == {Kind.MISSING, Kind.OPEN, Kind.PLACEHOLDER}
    assert at(text, "models") == [(5, Kind.PLACEHOLDER)]


def test_the_starting_file_explains_every_topic_and_question() -> None:
    lines = starting_file().splitlines()

    for topic in EVERY:
        place = next(k for k, line in enumerate(lines) if line.startswith(f"{topic.name}:"))
        assert lines[place - 1].startswith("# ")
    assert max(map(len, lines)) <= 120


def test_each_gap_of_the_starting_file_is_on_its_own_line() -> None:
    text = starting_file()

    for gap in found(text):
        name = gap.what.partition(":")[0].removeprefix("risk.")
        assert text.splitlines()[gap.line - 1].strip().startswith(f"{name}:")


@pytest.mark.parametrize("word", ["TODO", "TBD", "lorem ipsum dolor", "x", "example text", "<your name>", "..."])
def test_a_placeholder_is_named_with_its_line(word: str) -> None:
    assert at(f'models: [m]\noverview: "{word}"\n', "overview") == [(2, Kind.PLACEHOLDER)]


def test_a_placeholder_in_a_list_is_named_with_the_line_of_its_item() -> None:
    text = "models: [m]\nout_of_scope:\n  - Weapons.\n  - TODO\n"

    assert at(text, "out_of_scope") == [(4, Kind.PLACEHOLDER)]


@pytest.mark.parametrize("topic", EVERY, ids=lambda topic: topic.name)
def test_the_guidance_is_no_answer_to_itself(topic: object) -> None:
    name = getattr(topic, "name", "")
    field = Declarations.model_fields[name]
    said = f'["{field.description}"]' if field.default == () else f'"{field.description}"'

    assert at(f"models: [m]\n{name}: {said}\n", name) == [(2, Kind.COPIED)]


@pytest.mark.parametrize("topic", EVERY, ids=lambda topic: topic.name)
def test_copied_guidance_counts_as_missing(topic: Topic) -> None:
    said = Declarations.model_fields[topic.name].description
    text = [said] if Declarations.model_fields[topic.name].default == () else said

    declared = Declarations.model_validate_json(canonical({"models": ["m"], topic.name: text}))

    assert declared.stated(topic.name) == ()


def test_what_a_point_asks_for_is_no_answer_to_it(build: SimpleNamespace) -> None:
    asked = "the intended purpose, the name of the provider, and the version with its relation to earlier ones"
    declared = Declarations(models=("m",), provider=Statement(text=asked))

    found = requirements(build.full(), declared, classify(RiskAnswers()))

    part = next(p for point in found for p in point.parts if p.id == "IV.1.a.provider")
    assert (part.state, part.why) == (State.MISSING, "nobody stated: Provider")


@pytest.mark.parametrize(
    ("head", "expected"),
    [("", {("by", Kind.MISSING), ("on", Kind.MISSING)}), ("by: x\non: 2026-11-22\n", {("by", Kind.PLACEHOLDER)}),
     ("by: Kim\non: 2026-11-22\n", set())],
)  # fmt: skip
def test_who_states_and_when_is_asked_for(head: str, expected: set[tuple[str, Kind]]) -> None:
    gaps_found = found(f"models: [m]\n{head}overview: Sorts pictures.\n")

    names = {(gap.what.partition(":")[0], gap.kind) for gap in gaps_found}
    assert {name for name in names if name[0] in {"by", "on"}} == expected


def test_a_placeholder_names_nobody() -> None:
    declared = Declarations(models=("m",), by="TODO", overview=Statement(text="Sorts pictures.", by="x"))

    assert [said.by for said in declared.stated("overview")] == [None]


def test_praise_is_named_and_a_plain_statement_is_not() -> None:
    assert at("models: [m]\noverview: A state-of-the-art model.\n", "overview") == [(2, Kind.PRAISE)]
    assert at("models: [m]\noverview: Sorts pictures.\n", "overview") == []


@pytest.mark.parametrize(
    ("line", "named"),
    [("excluded: yes", "does not name what applies"), ("excluded: [2.99x]", "2.99x: no option"),
     ("ai_system: unknown", "nobody answered it")],
)  # fmt: skip
def test_an_answer_that_settles_nothing_is_named(line: str, named: str) -> None:
    text = f"models: [m]\nrisk:\n  {line}\n"

    name = line.partition(":")[0]
    assert [(g.line, named in g.what) for g in found(text) if g.what.startswith(f"risk.{name}")] == [(3, True)]


@pytest.mark.parametrize(
    ("entry", "kind"),
    [("IV.1.z.what: So.", Kind.WRONG), ("IV.1.a.purpose: We have none.", Kind.WRONG),
     ("IV.1.f.illustrations: TODO", Kind.PLACEHOLDER)],
)  # fmt: skip
def test_what_cannot_be_set_aside_is_named(entry: str, kind: Kind) -> None:
    text = f"models: [m]\nnot_applicable:\n  {entry}\n"

    assert [(g.line, g.kind) for g in found(text) if g.what.startswith("not_applicable")] == [(3, kind)]


def test_what_the_class_does_not_ask_for_is_not_missing() -> None:
    answers = (
        "ai_system: yes, union_link: yes, excluded: no, roles: [provider], prohibited_practice: no, "
        "general_purpose_model: no, annex_i_product: no, transparency: no, open_source: no"
    )

    def missing(use: str) -> set[str]:
        text = f"models: [m]\nrisk: {{{answers}, {use}}}\nnot_applicable: {{IV.1.b.interaction: It stands alone.}}\n"
        return {gap.what.partition(":")[0] for gap in found(text) if gap.kind is Kind.MISSING}

    low, high = missing("annex_iii_use: no"), missing("annex_iii_use: [III.4.a], profiling: yes")
    assert {"signature", "sole_responsibility", "conformity_statement"} <= high - low
    assert "interaction" not in high | low


@pytest.mark.parametrize("reason", ["No.", "Not applicable."])
def test_a_bare_no_is_no_reason(reason: str) -> None:
    assert at(
        f"models: [m]\nnot_applicable:\n  IV.1.f.illustrations: {reason}\n", "not_applicable.IV.1.f.illustrations"
    ) == [(3, Kind.PLACEHOLDER)]


def test_the_words_that_the_law_demands_are_no_praise() -> None:
    said = "The system is in conformity with Regulation (EU) 2024/1689."

    assert at(f"models: [m]\nconformity_statement: {said}\n", "conformity_statement") == []
    assert at(f"models: [m]\noverview: {said}\n", "overview") == [(2, Kind.PRAISE)]


def test_an_answer_that_is_not_asked_for_is_named_and_leaves_the_file_complete() -> None:
    text = "models: [m]\nrisk:\n  ai_system: yes\n  annex_i_product: no\n  third_party_assessment: yes\n"

    assert at(text, "risk.third_party_assessment") == [(5, Kind.UNUSED)]
    assert at(text.replace("assessment: yes", "assessment: no"), "risk.third_party_assessment") == []
    assert at(text, "risk.annex_i_product") == []


def test_a_part_is_not_set_aside_and_stated_at_once() -> None:
    text = (
        "models: [m]\nproduct_illustrations: See the drawings of 2026.\n"
        "not_applicable:\n  IV.1.f.illustrations: It is no part of a product.\n"
    )

    assert at(text, "not_applicable.IV.1.f.illustrations") == [(4, Kind.WRONG)]


def test_one_sentence_does_not_answer_topic_after_topic() -> None:
    many = "".join(f"{name}: As the management decided.\n" for name in ("overview", "provider", "contact", "support"))

    def told(text: str) -> list[Kind]:
        return [gap.kind for gap in found(f"models: [m]\n{text}") if "the same text stands under" in gap.what]

    assert told(many) == [Kind.WRONG]
    assert told(many.partition("contact")[0]) == []


@pytest.mark.parametrize("text", ["intended_purpose", "Intended purpose", "intended purpose."])
def test_the_name_of_a_topic_is_no_statement_on_it(text: str) -> None:
    assert Declarations(models=("m",), intended_purpose=Statement(text=text)).stated("intended_purpose") == ()


def test_a_pattern_names_no_model() -> None:
    assert at("models: [m, 'm*']\n", "models") == [(1, Kind.WRONG)]


@pytest.mark.parametrize("part", ["by", "source"])
def test_a_placeholder_signs_for_nothing(part: str) -> None:
    text = f"models: [m]\nout_of_scope:\n  - Weapons.\n  - text: Faces.\n    {part}: T.B.D.\n"

    assert at(text, "out_of_scope") == [(5, Kind.PLACEHOLDER)]
    assert at(text.replace("T.B.D.", "Kim Lee"), "out_of_scope") == []
    declared = Declarations(models=("m",), overview=Statement.model_validate({"text": "Sorts.", part: "TODO"}))
    assert [getattr(said, part) for said in declared.stated("overview")] == [None]


@pytest.mark.parametrize(("day", "wrong"), [("2099-01-01", 1), ("2026-11-23", 1), ("0001-01-01", 1), (TODAY, 0)])
@pytest.mark.parametrize(
    ("text", "line"),
    [("on: {}\n", 2), ("overview: {{text: Sorts pictures., on: {}}}\n", 2),
     ("risk:\n  ai_system:\n    answer: yes\n    on: {}\n", 5),
     ("not_applicable:\n  IV.1.f.illustrations:\n    text: No product.\n    on: {}\n", 5)],
)  # fmt: skip
def test_nobody_stated_anything_after_today(text: str, line: int, day: str, wrong: int) -> None:
    gaps_found = [gap for gap in found("models: [m]\n" + text.format(day)) if day in gap.what]

    assert [(gap.line, gap.kind) for gap in gaps_found] == [(line, Kind.WRONG)] * wrong


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("\\u202Egnitros", "U+202E"),
        ("a \\e[31m red one", "U+001B"),
        ("a\\u2066b", "U+2066"),
        ("\u05e9\u05dc\u05d5\u05dd", ""),
    ],
)
def test_characters_that_steer_what_is_shown_are_named(text: str, named: str) -> None:
    gaps_found = [gap for gap in found(f'models: [m]\nout_of_scope: ["{text}"]\n') if gap.kind is Kind.WRONG]

    assert [gap.line for gap in gaps_found] == [2] * bool(named)
    assert all(gap.what.startswith("out_of_scope.0: ") and named in gap.what for gap in gaps_found)


@pytest.mark.parametrize(
    ("category", "use", "named"),
    [
        ("Low-risk.", "annex_iii_use: [III.4.a], profiling: yes", "High-risk AI system (Article 6(2), Annex III)"),
        ("Not a high-risk system.", "annex_iii_use: [III.4.a], profiling: yes", "High-risk AI system"),
        ("High-risk (Annex III, point 4(a)).", "annex_iii_use: [III.4.a], profiling: yes", ""),
        ("High-risk.", "annex_iii_use: no", "other than a high-risk AI system"),
        ("Not high-risk.", "annex_iii_use: no", ""),
        ("Not classified as high-risk.", "annex_i_product: [I.B.21], third_party_assessment: yes", "sectoral law"),
        ("Not classified as high-risk.", "prohibited_practice: [5.1.c]", "Prohibited practice"),
        ("This system is high-risk under Annex III, point 4(a).", "annex_iii_use: no", "other than a high-risk AI"),
        ("High-risk (Annex III).", "prohibited_practice: [5.1.c]", "Prohibited practice"),
        ("None of the uses of Annex III is intended.", "annex_iii_use: [III.4.a], profiling: yes", "name III.4.a"),
        ("Outside the scope of the Act.", "annex_iii_use: [III.4.a], profiling: yes", "High-risk AI system"),
        ("Minimal risk; no obligations apply.", "transparency: ['50.1']", "transparency obligations"),
        ("Not classified as high-risk.", "annex_iii_use: unknown", "the class is not determined"),
        ("It is other than high-risk; rules for high-risk systems do not apply.", "annex_iii_use: no", ""),
    ],
)
def test_a_stated_class_that_the_answers_contradict_is_named(category: str, use: str, named: str) -> None:
    answers = {
        "ai_system": "yes", "union_link": "yes", "excluded": "no", "roles": "[provider]", "prohibited_practice": "no",
        "general_purpose_model": "no", "annex_i_product": "no", "annex_iii_use": "no", "transparency": "no",
        "open_source": "no",
    } | dict(one.split(": ") for one in use.split(", "))  # fmt: skip
    flow = ", ".join(f"{name}: {answer}" for name, answer in answers.items())
    text = f'models: [m]\nrisk_category: "{category}"\nrisk: {{{flow}}}\n'

    gaps_found = [gap for gap in found(text) if gap.what.startswith("risk_category:")]

    assert [(gap.line, gap.kind) for gap in gaps_found] == [(2, Kind.WRONG)] * bool(named)
    assert all(named in gap.what for gap in gaps_found)
