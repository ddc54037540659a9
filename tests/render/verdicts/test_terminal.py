from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.evidence.assessment import (
    Finding,
    Outcome,
    PolicyException,
    PolicyFacts,
    Severity,
    Verdict,
    Waiver,
    WaiverFinding,
    WaiverState,
    passes,
)
from fmnist_governance.render.verdicts.as_json import render
from fmnist_governance.render.verdicts.judged import NEXT, JudgedRun
from fmnist_governance.render.verdicts.safe_text import columns, safe, wrapped
from fmnist_governance.render.verdicts.terminal import lines


def finding(clause: str, outcome: Outcome, severity: Severity = Severity.BLOCK, message: str = "It is so.") -> Finding:
    unwaived = Outcome.FAILED if outcome is Outcome.WAIVED else None
    return Finding(
        clause=clause, title=f"Title of {clause}", because=f"Reason of {clause}", severity=severity, outcome=outcome,
        message=message, line=7, unwaived=unwaived,
    )  # fmt: skip


def verdict(*findings: Finding, waivers: tuple[WaiverFinding, ...] = ()) -> Verdict:
    policy = PolicyFacts(name="demo", digest="sha256:" + "ab" * 32)
    return Verdict(passed=passes(findings, waivers), policy=policy, findings=findings, waivers=waivers)


def waiver(state: WaiverState, reason: str = "It is bearable") -> WaiverFinding:
    granted = Waiver(
        clause="bad", model=None, version="models:/m/1", reason=reason, approver="A. Person",
        granted="2026-11-01", expires="2026-11-30",
    )  # fmt: skip
    return WaiverFinding(waiver=granted, state=state, message=f"The waiver is {state}.", line=3)


@pytest.mark.parametrize(
    ("outcomes", "says"),
    [([Outcome.FAILED], "1 of 1 clause refuses."), ([Outcome.FAILED, Outcome.PASSED], "1 of 2 clauses refuses."),
     ([Outcome.FAILED, Outcome.UNDECIDED], "2 of 2 clauses refuse.")],
)  # fmt: skip
def test_refusing_clauses_are_counted_in_grammar(outcomes: list[Outcome], says: str) -> None:
    text = lines(verdict(*(finding(f"c{k}", outcome) for k, outcome in enumerate(outcomes))))

    assert text.splitlines()[1].startswith(says)


def test_what_refuses_comes_first_then_warnings_then_what_passed() -> None:
    text = lines(
        verdict(
            finding("fine", Outcome.PASSED),
            finding("told", Outcome.FAILED, Severity.WARN),
            finding("bad", Outcome.FAILED),
            finding("unsure", Outcome.UNDECIDED),
        )
    )

    heads = [line for line in text.splitlines() if "(line 7)" in line]
    assert text.startswith("REFUSED by policy demo (sha256:abababababab)\n2 of 4 clauses refuse.")
    assert heads == [
        "REFUSES: failed  bad (line 7)".replace("  ", " "),
        "REFUSES: undecided unsure (line 7)",
        "WARNS: failed told (line 7)",
        "PASSED fine (line 7)",
    ]


def test_what_was_judged_stands_below_the_answer() -> None:
    text = lines(verdict(finding("fine", Outcome.PASSED)), judged_as="models:/m/1, run 4f56, judged by policy.yaml")

    assert text.splitlines()[:3] == [
        "PASSED by policy demo (sha256:abababababab)",
        "No clause refuses. Clauses: 1 passed.",
        "models:/m/1, run 4f56, judged by policy.yaml",
    ]


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
def test_each_refusal_says_why_it_is_asked_and_what_to_do(outcome: Outcome) -> None:
    flat = " ".join(lines(verdict(finding("bad", outcome))).split())

    assert "Because: Reason of bad" in flat
    assert f"Next: {NEXT[outcome]}" in flat


def test_a_pass_says_so_in_one_word() -> None:
    assert lines(verdict(finding("fine", Outcome.PASSED))).startswith("PASSED by policy demo")


def test_a_verdict_on_nothing_is_a_refusal() -> None:
    assert "Nothing was checked" in lines(verdict())


def test_a_verdict_on_waived_clauses_alone_says_why_it_refuses() -> None:
    assert "No blocking clause passed" in lines(verdict(finding("bad", Outcome.WAIVED)))


def test_what_passed_can_be_counted_and_not_told() -> None:
    whole = verdict(finding("fine", Outcome.PASSED), finding("bad", Outcome.FAILED))

    short = lines(whole, passed=False)

    assert "bad" in short
    assert "fine" not in short
    assert "1 passed" in short
    assert "fine" in lines(whole)


def test_a_waived_clause_is_told_before_what_passed_with_what_it_would_have_been() -> None:
    text = lines(verdict(finding("fine", Outcome.PASSED), finding("bad", Outcome.WAIVED)))

    assert text.startswith("PASSED")
    assert text.index("WAIVED: failed bad (line 7)") < text.index("PASSED fine (line 7)")


def test_an_expired_waiver_is_told_first_and_one_that_was_used_by_its_clause() -> None:
    told = (waiver(WaiverState.USED), waiver(WaiverState.UNUSED), waiver(WaiverState.EXPIRED))

    text = lines(verdict(finding("fine", Outcome.PASSED), waivers=told))

    assert "No clause refuses, and 1 expired waiver does." in text
    assert text.index("REFUSES: expired waiver of bad (waivers line 3)") < text.index("TELLS: unused waiver of bad")
    assert "used waiver" not in text.replace("unused", "")


def test_what_a_policy_takes_back_is_told_with_its_reason() -> None:
    told = PolicyException(
        clause="old", how="dropped", title="Old title", message="company asks 0.99; here nothing is",
        because="It is measured elsewhere", line=7, file="../company.yaml",
    )  # fmt: skip
    whole = verdict(finding("one", Outcome.PASSED))
    policy = whole.policy.model_copy(update={"exceptions": (told,)})

    text = lines(whole.model_copy(update={"policy": policy}))

    assert "TELLS: dropped old (../company.yaml line 7)" in text
    assert "company asks 0.99; here nothing is" in text
    assert "Because: It is measured elsewhere" in text


def test_a_clause_of_an_extended_policy_names_its_file() -> None:
    below = finding("bad", Outcome.FAILED).model_copy(update={"file": "policies/base.yaml"})

    assert "REFUSES: failed bad (policies/base.yaml line 7)" in lines(verdict(below))


@given(st.text(), st.text(), st.integers(24, 120))
def test_no_text_leaves_its_line_or_acts_on_the_terminal(title: str, message: str, width: int) -> None:
    hostile = finding("bad", Outcome.FAILED, message=message).model_copy(update={"title": title})

    shown = lines(verdict(hostile), width).split("\n")

    assert all(line.isprintable() for line in shown)
    assert max(columns(line) for line in shown) <= width


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\u202eb", r"a\u202eb"),
        ("a\nb\tc", r"a\nb\tc"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("\u00a0x", " x"),
        ("\ufeff", r"\ufeff"),
        ("Größe 93 %", "Größe 93 %"),
        ("ein\ud800", r"ein\ud800"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(text: str, expected: str) -> None:
    assert safe(text) == expected


def test_wide_characters_count_twice() -> None:
    assert wrapped("鞋子" * 3, 8) == ["鞋子鞋子", "鞋子"]


def test_long_names_break_after_their_parts() -> None:
    assert wrapped("see robustness-is-not-an-illusion", 22) == ["see", "robustness-is-not-an-", "illusion"]
    assert wrapped("data_quality.label_issue.test.rate", 20) == ["data_quality.label_", "issue.test.rate"]
    assert wrapped("a" * 9, 4) == ["aaaa", "aaaa", "a"]


def test_the_json_view_says_what_it_is_about_and_reads_back_as_the_verdict(
    judging: Callable[[Verdict], JudgedRun],
) -> None:
    whole = verdict(finding("b\u202ead", Outcome.FAILED, message="\x1b[31m"))
    judged = judging(whole)

    text = render(judged)
    found = json.loads(text)

    assert text.isascii()
    assert Verdict.model_validate_json(json.dumps(found["verdict"])) == whole
    assert (found["model"], found["run"], found["seal"]) == (judged.record.subject.uri, judged.run, judged.seal)
    assert found["dataset_digest"] == judged.record.dataset.digest
