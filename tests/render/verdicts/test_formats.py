"""What each format's specification asks, stated here in a few lines, so that a change which breaks it is noticed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.evidence.assessment import Verdict
from fmnist_governance.render.verdicts import github, gitlab, in_toto, junit, markdown, sarif
from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, remarks

Judging = Callable[[Verdict], JudgedRun]


def test_the_counts_of_junit_are_those_of_its_cases(judged: JudgedRun) -> None:
    suite = ET.fromstring(junit.render(judged)).find("testsuite")  # noqa: S314 - it was just written

    assert suite is not None
    cases = suite.findall("testcase")
    assert [int(suite.attrib[key]) for key in ("tests", "failures", "errors", "skipped")] == [
        len(cases),
        len(suite.findall("testcase/failure")),
        0,
        len(suite.findall("testcase/skipped")),
    ]
    assert [child.tag for child in suite if child.tag != "testcase"] == ["properties", "system-out", "system-err"]
    assert len({case.attrib["name"] for case in cases}) == len(cases)


def test_junit_gives_the_time_without_a_zone(every_outcome: JudgedRun) -> None:
    assert 'timestamp="2026-11-22T21:05:00"' in junit.render(every_outcome)


def sarif_run(judged: JudgedRun) -> dict[str, Any]:
    log = json.loads(sarif.render(judged))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


def test_each_result_names_its_rule_and_its_line(judged: JudgedRun) -> None:
    run = sarif_run(judged)

    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


def test_a_result_points_at_the_file_that_states_the_clause(every_outcome: JudgedRun) -> None:
    places = {
        result["ruleId"]: (location["artifactLocation"]["uri"], location["region"]["startLine"])
        for result in sarif_run(every_outcome)["results"]
        for location in [result["locations"][0]["physicalLocation"]]
    }

    assert places["clause-1"] == ("configs/my%20policy.yaml", 4)
    assert places["clause-2"] == ("configs/policies/base.yaml", 5)
    assert places["waiver.2.clause-5"] == ("configs/waivers.yaml", 3)


@pytest.mark.parametrize(
    ("here", "uri", "line"), [("configs", "configs/policies/base.yaml", 5), (None, "configs/my%20policy.yaml", 9)]
)
def test_a_clause_of_a_shipped_policy_points_at_a_file_that_is_there(
    here: str | None, uri: str, line: int, every_outcome: JudgedRun
) -> None:
    verdict = every_outcome.verdict
    findings = tuple(f.model_copy(update={"file": "shipped:policies/base.yaml", "line": 5}) for f in verdict.findings)
    shown = verdict.model_copy(
        update={"findings": findings, "waivers": (), "policy": verdict.policy.model_copy(update={"exceptions": ()})}
    )

    run = sarif_run(replace(every_outcome, verdict=shown, shipped_path=here, extends_line=9))

    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    assert {(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places} == {(uri, line)}


def test_a_waived_clause_is_a_suppressed_result_and_what_passed_is_none(every_outcome: JudgedRun) -> None:
    run = sarif_run(every_outcome)

    suppressed = [result["ruleId"] for result in run["results"] if "suppressions" in result]
    assert suppressed == ["clause-5"]
    (waived,) = [result for result in run["results"] if "suppressions" in result]
    assert waived["message"]["text"].startswith("waived (undecided): ")
    assert "clause-0" not in {result["ruleId"] for result in run["results"]}
    assert run["invocations"][0]["exitCode"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {0} b", "a {{0}} b"),
        ("[a](b)", "\\[a\\](b)"),
        ("a[0] stays", "a[0] stays"),
        ("\x1b[0m", "\\x1b[0m"),
    ],
)
def test_nothing_in_a_sarif_message_is_a_placeholder_or_a_link(text: str, expected: str) -> None:
    assert sarif.message(text) == expected


def test_a_fingerprint_stays_when_a_clause_moves(judging: Judging, every_outcome: JudgedRun) -> None:
    verdict = every_outcome.verdict
    moved = verdict.model_copy(
        update={"findings": tuple(f.model_copy(update={"line": f.line + 9}) for f in verdict.findings)}
    )

    before, after = (json.loads(gitlab.render(run)) for run in (every_outcome, judging(moved)))

    assert [row["fingerprint"] for row in before] == [row["fingerprint"] for row in after]
    assert len({row["fingerprint"] for row in before}) == len(before)


def test_every_line_for_github_is_one_command(judged: JudgedRun) -> None:
    lines = github.render(judged).splitlines()

    assert all(re.match(r"^::(error|warning|notice) [^:]*::", line) for line in lines)
    assert len(lines) == 1 + sum(remark.effect is not Effect.PASSED for remark in remarks(judged))


@pytest.mark.parametrize(
    ("text", "as_data", "as_property"),
    [("50 %", "50 %25", "50 %25"), ("a:b,c", "a:b,c", "a%3Ab%2Cc"), ("a\r\nb", r"a\r\nb", r"a\r\nb")],
)
def test_a_text_for_github_is_escaped_as_documented(text: str, as_data: str, as_property: str) -> None:
    assert github._data(text) == as_data
    assert github._property(text) == as_property


def test_github_is_given_no_more_annotations_than_it_shows(judging: Judging, every_outcome: JudgedRun) -> None:
    (failed,) = [f for f in every_outcome.verdict.findings if f.clause == "clause-1"]
    findings = tuple(failed.model_copy(update={"clause": f"clause-{k}", "line": k + 1}) for k in range(15))
    verdict = every_outcome.verdict.model_copy(update={"findings": findings, "waivers": ()})

    lines = github.render(judging(verdict)).splitlines()

    assert sum(line.startswith("::error") for line in lines) == 10
    assert "::error title=Gate::7 more; the other formats have each" in lines


def test_each_row_for_gitlab_has_what_it_requires(judged: JudgedRun) -> None:
    for row in json.loads(gitlab.render(judged)):
        assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert row["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not row["location"]["path"].startswith(("./", "/"))
        assert row["location"]["lines"]["begin"] >= 1


def test_the_statement_is_about_the_model_and_tells_every_clause_once(judged: JudgedRun) -> None:
    statement = json.loads(in_toto.render(judged))

    predicate = statement["predicate"]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert f"sha256:{statement['subject'][0]['digest']['sha256']}" == judged.record.subject.digest
    told = predicate["passedTests"] + predicate["warnedTests"] + predicate["failedTests"]
    assert sorted(told) == sorted(remark.name for remark in remarks(judged))
    assert (predicate["result"] == "FAILED") is bool(predicate["failedTests"])
    assert all(re.fullmatch(r"[0-9a-f]{64}", row["digest"]["sha256"]) for row in predicate["configuration"])


def test_a_forge_finds_no_name_and_no_number_to_link_in_markdown(judging: Judging, every_outcome: JudgedRun) -> None:
    hostile = "see @org/team, #12, !3 and a@b.c, 93 % of #"
    findings = tuple(
        f.model_copy(update={"message": hostile, "because": hostile}) for f in every_outcome.verdict.findings
    )

    text = markdown.render(judging(every_outcome.verdict.model_copy(update={"findings": findings})))

    assert not re.search(r"[@#!]\w", text)
    assert "@<wbr>org/team" in text


def test_the_markdown_tells_what_to_do_about_each_clause_that_did_not_pass(every_outcome: JudgedRun) -> None:
    text = markdown.render(every_outcome)

    assert text.startswith("## REFUSED by policy demo\n\n3 of 6 clauses refuse.")
    assert "**clause-1**: because Reason 1" in text
    assert text.count("*Next:*") == len(remarks(every_outcome)) - 1
