from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError, GovernanceError
from fmnist_governance.evidence.assessment import Severity
from fmnist_governance.gate.policy import load_policy, parse_policy
from fmnist_governance.law.catalogue import outcomes

GOOD = """\
name: demo
title: A policy
clauses:
  - id: accuracy
    kind: at_least
    title: Right often enough
    because: It is sold so
    measurement: performance.accuracy
    floor: 0.9
"""


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def other(kind: str, settings: str) -> str:
    return (
        changed("at_least", kind)[: -len("    measurement: performance.accuracy\n    floor: 0.9\n")]
        + f"    {settings}\n"
    )


GROUP = changed("at_least", "group").replace("measurement: performance.accuracy", "pattern: performance.*")

HOSTILE = {
    "empty file": ("", 1, "the file is empty"),
    "no clauses": (GOOD[: GOOD.index("clauses")] + "clauses: []\n", 3, "clauses: is empty; expected at least 1"),
    "clauses left out": (GOOD[: GOOD.index("clauses")], 1, "clauses: is missing"),
    "two documents": (GOOD + "---\n" + GOOD, 10, "a second document"),
    "duplicate key": (GOOD + "    floor: 0.1\n", 10, "key 'floor' is given twice, first on line 9"),
    "duplicate clause": (GOOD + GOOD[GOOD.index("  - id") :], 10, "has the id of the one on line 4"),
    "unknown key": (GOOD + "    flor: 0.1\n", 10, "clauses[0].flor: unknown key; did you mean 'floor'?"),
    "unknown key on top": (
        "waive: all\n" + GOOD,
        1,
        "waive: unknown key; known are name, title, extends",
    ),
    "unknown kind": (changed("at_least", "at_lest"), 5, "'at_lest' is not one of at_least, at_most, group"),
    "kind of the wrong type": (changed("at_least", "[at_least]"), 5, "a list of 1 is not one of"),
    "no kind": (changed("    kind: at_least\n", ""), 4, "clauses[0].kind: is missing; one of at_least"),
    "nan": (changed("0.9", ".nan"), 9, ".nan is not a finite number"),
    "infinity": (changed("0.9", "-.inf"), 9, "-.inf is not a finite number"),
    "text for a number": (changed("0.9", "'0.9'"), 9, "'0.9' is a text; expected a number"),
    "boolean for a number": (changed("0.9", "true"), 9, "is true; expected a number"),
    "percent": (changed("0.9", "90 %"), 9, "'90 %' is a text; expected a number"),
    "infinite floor": (changed("0.9", ".inf"), 9, ".inf is not a finite number"),
    "no reason": (changed("    because: It is sold so\n", ""), 4, "clauses[0].because: is missing"),
    "stock reason": (changed("It is sold so", "TODO"), 7, "clauses[0].because: states nothing"),
    "pattern for an id": (changed("performance.accuracy", "performance.*"), 8, "clauses[0].measurement"),
    "pattern without a check": (GROUP.replace("performance.*", "'*.recall'"), 8, "clauses[0].pattern"),
    "pattern that is an id": (GROUP.replace("performance.*", "performance.accuracy"), 8, "clauses[0].pattern"),
    "two bounds": (GROUP + "    ceiling: 0.9\n", 4, "give either a floor or a ceiling"),
    "no bound": (GROUP.replace("    floor: 0.9\n", ""), 4, "give either a floor or a ceiling"),
    "of none": (GROUP + "    of: 0\n", 10, "clauses[0].of"),
    "of some": (GROUP + "    of: some\n", 10, "clauses[0].of"),
    "unknown topic": (other("declaration_present", "topics: [contacts]"), 8, "did you mean 'contact'?"),
    "no topics": (other("declaration_present", "topics: []"), 8, "is empty"),
    "short digest": (other("dataset_is_one_of", "digests: ['sha256:12']"), 8, "clauses[0].digests[0]"),
    "no digests": (other("dataset_is_one_of", "digests: []"), 8, "is empty"),
    "unknown suite": (other("suite_at_least", "suite: standart"), 8, "did you mean 'standard'?"),
    "any version": (other("library_versions", "packages: {torch: ''}"), 8, "names no versions"),
    "no version": (other("library_versions", "packages: {torch: new}"), 8, "names no versions"),
    "no packages": (other("library_versions", "packages: {}"), 8, "is empty"),
    "age of nothing": (other("evidence_no_older_than", "days: 0"), 8, "should be greater than 0"),
    "no margin": (other("no_regression", "margin: 0"), 8, "should be greater than 0"),
    "senseless margin": (other("no_regression", "margin: 1"), 8, "should be less than 1"),
    "unknown class": (other("risk_class_is_one_of", "classes: [high_risk]"), 8, "'high_risk' is not one of"),
    "no points": (other("requirement_not_missing", "points: []"), 8, "is empty"),
    "wrong severity": (changed("    floor", "    severity: blok\n    floor"), 9, "'blok' is not one of block, warn"),
    "only warnings": (changed("    floor", "    severity: warn\n    floor"), 3, "can never refuse"),
    "billion laughs": ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "anchor &a is not allowed"),
    "merge key": (changed("    floor", "    <<: {severity: warn}\n    floor"), 9, "merge key"),
    "python object": (changed("0.9", "!!python/name:os.system"), 9, "is not allowed"),
    "deep nesting": (changed("0.9", "[" * 500), 9, "nested more than"),
    "binary garbage": ("\x00\x01\x02\x7f", 1, "is not allowed in a text file"),
    "clause that is a text": (changed("  - id", "  - all good\n  - id"), 4, "expected a mapping"),
    "list at the top": ("- a\n- b\n", 1, "top level"),
}


@pytest.mark.parametrize(("text", "line", "words"), HOSTILE.values(), ids=HOSTILE)
def test_an_unusable_policy_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_policy(text, "policy.yaml")

    assert any(
        told.startswith(f"policy.yaml:{line}: ") and words in told for told in str(refused.value).splitlines()
    ), str(refused.value)


def test_the_problems_of_all_clauses_are_told_at_once() -> None:
    second = GOOD[GOOD.index("  - id") :].replace("accuracy\n    kind", "second\n    kind").replace("0.9", "much")

    with pytest.raises(ConfigError) as refused:
        parse_policy(changed("0.9", ".5e").replace("It is sold so", "x") + second, "p.yaml")

    assert [told.split(": ")[0:2] for told in str(refused.value).splitlines()] == [
        ["p.yaml:7", "clauses[0].because"],
        ["p.yaml:9", "clauses[0].floor"],
        ["p.yaml:15", "clauses[1].floor"],
    ]


def test_two_megabytes_are_no_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(GOOD + "# padding\n" * 200_000)

    with pytest.raises(ConfigError, match="larger than"):
        load_policy(file)


def test_layout_and_comments_do_not_change_the_digest(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xef\xbb\xbf# mine\r\n" + GOOD.replace("\n", "\r\n").encode())

    found = load_policy(file)

    assert found.digest == parse_policy(GOOD, "policy.yaml").digest
    assert [entry.line for entry in found.entries] == [5]


@pytest.mark.parametrize(("old", "new"), [("0.9", "0.91"), ("sold", "told"), ("A policy", "The policy")])
def test_another_demand_has_another_digest(old: str, new: str) -> None:
    assert parse_policy(changed(old, new), "p").digest != parse_policy(GOOD, "p").digest


def test_a_clause_blocks_unless_it_says_otherwise() -> None:
    assert parse_policy(GOOD, "p").entries[0].clause.severity is Severity.BLOCK


def test_the_shipped_policy_asks_for_the_floor_claim() -> None:
    policy = load_policy(shipped("configs") / "policy.yaml")

    clauses = {entry.clause.id: entry.clause for entry in policy.entries}
    assert clauses["accuracy"].model_dump()["floor"] == 0.90
    assert clauses["accuracy"].severity is Severity.BLOCK


@given(st.data())
def test_a_mangled_policy_is_read_or_refused_by_name(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 12)))
    text = GOOD[:start] + data.draw(st.text(max_size=8)) + GOOD[end:]

    assert read_or_refused(text)


def read_or_refused(text: str) -> bool:
    try:
        return bool(parse_policy(text, "p.yaml").entries)
    except GovernanceError as err:
        return str(err).startswith("p.yaml:")


def test_two_clauses_of_one_id_on_one_line_are_still_two() -> None:
    clause = "{id: it, kind: check_measured, title: A title, because: A reason}"

    with pytest.raises(ConfigError, match="has the id of the one on line 3"):
        parse_policy(f"name: demo\ntitle: A policy\nclauses: [{clause}, {clause}]\n", "p.yaml")


@pytest.mark.parametrize("name", ["minimal-risk", "high-risk"])
def test_the_policies_for_a_class_of_system_forbid_what_the_law_forbids(name: str) -> None:
    policy = load_policy(shipped("configs") / "policies" / f"{name}.yaml")

    (clause,) = [entry.clause for entry in policy.entries if entry.clause.kind == "risk_class_is_one_of"]
    assert clause.severity is Severity.BLOCK
    assert "prohibited" not in clause.classes  # type: ignore[attr-defined] # as above


def test_a_clause_that_allows_every_class_is_refused() -> None:
    every = ", ".join(outcome.id for outcome in outcomes().outcomes)
    text = (
        "name: p\ntitle: A policy\nclauses:\n  - {id: it, title: A title, because: A reason, "
        f"kind: risk_class_is_one_of, classes: [{every}]}}\n"
    )

    with pytest.raises(ConfigError, match=r"policy.yaml:4: .*every class is allowed, so the clause can never fail"):
        parse_policy(text, "policy.yaml")
