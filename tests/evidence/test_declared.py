from __future__ import annotations

import pytest
from pydantic import ValidationError

from fmnist_governance.evidence.declared import Declarations, Statement, is_placeholder, topics
from fmnist_governance.evidence.manifest import canonical


def declared(**fields: object) -> Declarations:
    return Declarations.model_validate_json(canonical({"models": ["m"], **fields}))


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "xxxx", "...", "-", "?", "TODO", "todo: ask Kim", "TBD", "Provider: TBD", "lorem ipsum dolor sit",
     "<provider>", "[name of the provider]", "{{ provider }}", "n/a", "Unknown", "to be determined",
     "Your name here", "insert address here", "example text"],
)  # fmt: skip
def test_a_placeholder_states_nothing(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["None.", "none", "MIT", "Kim", "图像", "A todo list application.", "<b> is a tag that we strip", "No."]
)
def test_a_short_or_odd_answer_is_still_an_answer(text: str) -> None:
    assert not is_placeholder(text)


def test_a_plain_text_and_a_mapping_are_the_same_statement() -> None:
    assert declared(contact="Kim").contact == declared(contact={"text": "Kim"}).contact == Statement(text="Kim")


def test_a_statement_without_author_takes_that_of_the_file_and_keeps_its_own() -> None:
    found = declared(
        by="us", on="2026-11-22", overview="Words.", contact={"text": "Kim", "by": "Kim", "on": "2026-01-02"}
    )

    assert found.stated("overview") == (Statement(text="Words.", by="us", on="2026-11-22"),)
    assert found.stated("contact") == (Statement(text="Kim", by="Kim", on="2026-01-02"),)


def test_what_is_absent_or_a_placeholder_is_missing() -> None:
    found = declared(overview="TODO", intended_users=["...", "TBD"], contact="Write to Kim.")

    assert len(found.missing()) == len(topics()) - 1
    assert {"overview", "intended_users"} < {topic.name for topic in found.missing()}


def test_one_real_statement_among_placeholders_counts_alone() -> None:
    assert [s.text for s in declared(out_of_scope=["TBD", "Weapons."]).stated("out_of_scope")] == ["Weapons."]


def test_an_unknown_topic_is_a_programmers_mistake() -> None:
    with pytest.raises(KeyError):
        declared().stated("models")


def test_statements_cover_only_the_models_they_name() -> None:
    assert declared().cover("m")
    assert not declared().cover("m2")


def test_a_file_that_names_no_model_is_refused() -> None:
    with pytest.raises(ValidationError):
        Declarations.model_validate_json(canonical({"models": []}))


@pytest.mark.parametrize("day", ["2026-13-01", "2026-02-30", "22.11.2026", ""])
def test_a_date_that_is_none_is_refused(day: str) -> None:
    with pytest.raises(ValidationError):
        declared(contact={"text": "Kim", "on": day})


def test_declarations_come_back_from_their_bytes() -> None:
    found = declared(by="us", intended_users=["A.", "B."], contact="Kim")

    assert Declarations.model_validate_json(found.model_dump_json()) == found
