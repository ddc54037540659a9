"""Every verdict, hostile texts among them, fits the schemas that others published for its format."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from xsd import Schema

from fmnist_governance.render.verdicts import in_toto, junit, sarif
from fmnist_governance.render.verdicts.judged import JudgedRun

SCHEMAS = Path(__file__).parents[2] / "schemas"
Json = dict[str, Any]


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


SARIF = validator("sarif-2.1.0.json")
STATEMENT = validator("in-toto-test-result-v0.1.json")
JUNIT = Schema(SCHEMAS / "junit-10.xsd")


def problems(checked: Draft202012Validator, document: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in checked.iter_errors(document)]


def test_sarif_fits_its_schema(judged: JudgedRun) -> None:
    assert problems(SARIF, json.loads(sarif.render(judged))) == []


def test_junit_fits_the_schema_that_jenkins_reads(judged: JudgedRun) -> None:
    assert JUNIT.problems(junit.render(judged)) == []


def test_the_statement_fits_the_rules_of_in_toto(judged: JudgedRun) -> None:
    assert problems(STATEMENT, json.loads(in_toto.render(judged))) == []


def changed(document: Json, change: Callable[[Json], object]) -> Json:
    copied = copy.deepcopy(document)
    change(copied)
    return copied


SARIF_CHANGES: dict[str, Callable[[Json], object]] = {
    "another version": lambda log: log.update(version="2.0.0"),
    "no tool": lambda log: log["runs"][0].pop("tool"),
    "unknown key": lambda log: log["runs"][0]["results"][0].update(why="so"),
    "unknown level": lambda log: log["runs"][0]["results"][0].update(level="grave"),
    "line 0": lambda log: _region(log).update(startLine=0),
    "line as text": lambda log: _region(log).update(startLine="4"),
    "no message": lambda log: log["runs"][0]["results"][0].pop("message"),
    "unknown suppression": lambda log: log["runs"][0]["results"][0].update(suppressions=[{"kind": "granted"}]),
    "exit code as text": lambda log: log["runs"][0]["invocations"][0].update(exitCode="1"),
}


def _region(log: Json) -> Json:
    region = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert isinstance(region, dict)
    return region


@pytest.mark.parametrize("change", SARIF_CHANGES.values(), ids=SARIF_CHANGES)
def test_the_schema_of_sarif_refuses_what_is_not_sarif(
    change: Callable[[Json], object], every_outcome: JudgedRun
) -> None:
    assert problems(SARIF, changed(json.loads(sarif.render(every_outcome)), change))


STATEMENT_CHANGES: dict[str, Callable[[Json], object]] = {
    "another type": lambda found: found.update(_type="https://in-toto.io/Statement/v0.1"),
    "subject without a digest": lambda found: found["subject"][0].pop("digest"),
    "digest with its name": lambda found: found["subject"][0]["digest"].update(sha256="sha256:" + "0" * 64),
    "unknown result": lambda found: found["predicate"].update(result="OK"),
    "no configuration": lambda found: found["predicate"].pop("configuration"),
    "tests that are no names": lambda found: found["predicate"].update(failedTests=[1]),
}


@pytest.mark.parametrize("change", STATEMENT_CHANGES.values(), ids=STATEMENT_CHANGES)
def test_the_rules_of_in_toto_refuse_what_breaks_them(
    change: Callable[[Json], object], every_outcome: JudgedRun
) -> None:
    assert problems(STATEMENT, changed(json.loads(in_toto.render(every_outcome)), change))


JUNIT_CHANGES = {
    "unknown attribute": ("<testcase ", '<testcase colour="red" '),
    "no name": ("<testcase name=", "<testcase group="),
    "unknown element": ("<skipped ", "<waived "),
    "property without a value": (" value=", " worth="),
    "counts left out": (" tests=", " log="),
    "time that is none": ('" time="0"', '" time="soon"'),
    "text between cases": ("</properties>", "</properties>also"),
    "another top": ("testsuites>", "suites>"),
}


@pytest.mark.parametrize(("old", "new"), JUNIT_CHANGES.values(), ids=JUNIT_CHANGES)
def test_the_schema_of_junit_refuses_what_is_not_junit(old: str, new: str, every_outcome: JudgedRun) -> None:
    text = junit.render(every_outcome)

    assert old in text
    assert JUNIT.problems(text.replace(old, new))
