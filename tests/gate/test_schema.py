from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # It ships no types.

from fmnist_governance.config.problems import FORMS
from fmnist_governance.config.shipped import shipped
from fmnist_governance.config.strict_yaml import load, read_text
from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.schema import policy_schema
from fmnist_governance.gate.waivers import WaiversFile

CONFIGS = shipped("configs")
SHIPPED = [CONFIGS / "policy.yaml", *sorted((CONFIGS / "policies").glob("*.yaml"))]


def problems(value: object) -> list[str]:
    return [error.message for error in Draft202012Validator(policy_schema()).iter_errors(value)]


def policy(**clause: Any) -> dict[str, Any]:  # noqa: ANN401 - as a file may say
    said = {"id": "it", "title": "A title", "because": "A reason", **clause}
    return {"name": "demo", "title": "A policy", "clauses": [said]}


def patterns(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("pattern"), str):
            yield node["pattern"]
        for value in node.values():
            yield from patterns(value)
    elif isinstance(node, list):
        for value in node:
            yield from patterns(value)


@pytest.mark.parametrize("schema", [policy_schema(), WaiversFile.model_json_schema()], ids=["policy", "waivers"])
def test_each_regular_expression_is_put_into_words_for_people(schema: dict[str, Any]) -> None:
    found = set(patterns(schema))

    assert found
    assert found <= FORMS.keys()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(policy_schema())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_policies_fit_the_schema(path: Path) -> None:
    assert problems(load(read_text(path), str(path)).value) == []


def test_the_schema_knows_every_kind() -> None:
    members = policy_schema()["properties"]["clauses"]["items"]["discriminator"]["mapping"]

    assert list(members) == [rule.kind for rule in RULES]


@pytest.mark.parametrize(
    "clause",
    [
        {"kind": "at_least", "measurement": "performance.accuracy"},
        {"kind": "at_least", "measurement": "performance.accuracy", "floor": "0.9"},
        {"kind": "at_least", "measurement": "performance.accuracy", "floor": 0.9, "flor": 1},
        {"kind": "at_lest", "measurement": "performance.accuracy", "floor": 0.9},
        {"kind": "suite_at_least", "suite": "none"},
        {"kind": "dataset_is_one_of", "digests": []},
    ],
)
def test_an_editor_sees_a_wrong_clause(clause: dict[str, Any]) -> None:
    assert problems(policy(**clause))


def test_every_setting_of_a_clause_that_needs_words_has_some() -> None:
    definitions = policy_schema()["$defs"]

    assert definitions["GroupClause"]["properties"]["of"]["description"].startswith("How many must hold")
