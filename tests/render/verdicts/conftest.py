"""Verdicts for the tests of their views, with every outcome and every state of a waiver."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Literal

import pytest

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
from fmnist_governance.render.verdicts.judged import JudgedRun

HOSTILE = (
    "</testcase><script>alert(1)</script> & \"quoted\" 'too'",
    "::error file=x::pwned\r\n::set-output name=a::b",
    "a | b | `c` [link](javascript:alert(1)) ![x](http://evil) {0} {{1}} 100%",
    "\x1b[31mred\x07 \u202eabc\u200b \ufeff \x00",
    "]]> <!-- --> &#x0; 鞋子 Größe 93.12 %",
)


def finding(number: int, outcome: Outcome, severity: Severity = Severity.BLOCK, text: str = "") -> Finding:
    return Finding(
        clause=f"clause-{number}", title=f"Title {number} {text}", because=f"Reason {number} {text}",
        severity=severity, outcome=outcome,
        message=f"performance.accuracy is 90.000{number} %; the floor is 90.00 % {text}",
        measurements=("performance.accuracy",), line=number + 3, file="policies/base.yaml" if number == 2 else None,
        unwaived=Outcome.UNDECIDED if outcome is Outcome.WAIVED else None,
    )  # fmt: skip


def waiver(state: WaiverState, text: str = "") -> WaiverFinding:
    granted = Waiver(
        clause="clause-5", model=None, version="models:/m/1", reason=f"Bearable {text}", approver=f"A. Person {text}",
        granted="2026-11-01", expires="2026-11-30",
    )  # fmt: skip
    return WaiverFinding(waiver=granted, state=state, message=f"The waiver is {state} {text}", line=3)


def exception(how: Literal["dropped", "loosened"], text: str = "") -> PolicyException:
    return PolicyException(
        clause=f"old-{how}", how=how, title=f"Old title {text}", message=f"company asks 0.99; here 0.60 {text}",
        because=f"Reason to have it {how} {text}", line=7, file="policies/base.yaml" if how == "dropped" else None,
    )  # fmt: skip


def verdict(
    *findings: Finding, waivers: tuple[WaiverFinding, ...] = (), exceptions: tuple[PolicyException, ...] = ()
) -> Verdict:
    policy = PolicyFacts(name="demo", digest="sha256:" + "ab" * 32, exceptions=exceptions)
    return Verdict(
        passed=passes(findings, waivers), policy=policy, findings=findings, waivers=waivers,
        waivers_digest="sha256:" + "cd" * 32, baseline="sha256:" + "ef" * 32,
    )  # fmt: skip


def everything(text: str = "") -> Verdict:
    return verdict(
        finding(0, Outcome.PASSED, text=text),
        finding(1, Outcome.FAILED, text=text),
        finding(2, Outcome.UNDECIDED, text=text),
        finding(3, Outcome.NO_EVIDENCE, text=text),
        finding(4, Outcome.FAILED, Severity.WARN, text=text),
        finding(5, Outcome.WAIVED, text=text),
        waivers=tuple(waiver(state, text) for state in WaiverState),
        exceptions=(exception("dropped", text), exception("loosened", text)),
    )


VERDICTS = {
    "every outcome": everything(),
    "passed": verdict(finding(0, Outcome.PASSED), finding(1, Outcome.PASSED)),
    "passed with a warning": verdict(finding(0, Outcome.PASSED), finding(1, Outcome.FAILED, Severity.WARN)),
    "nothing checked": verdict(),
    "all waived": verdict(finding(5, Outcome.WAIVED)),
    "expired alone": verdict(finding(0, Outcome.PASSED), waivers=(waiver(WaiverState.EXPIRED),)),
    **{f"hostile {number}": everything(text) for number, text in enumerate(HOSTILE)},
}


@pytest.fixture(params=list(VERDICTS.values()), ids=list(VERDICTS))
def judged(request: pytest.FixtureRequest, build: SimpleNamespace) -> JudgedRun:
    return seen(build, request.param)


@pytest.fixture
def judging(build: SimpleNamespace) -> Callable[[Verdict], JudgedRun]:
    return lambda found: seen(build, found)


@pytest.fixture
def every_outcome(build: SimpleNamespace) -> JudgedRun:
    return seen(build, VERDICTS["every outcome"])


def seen(build: SimpleNamespace, found: Verdict) -> JudgedRun:
    return JudgedRun(
        verdict=found, record=build.record(), run="4f56", seal="sha256:" + "12" * 32, as_of="2026-11-22T21:05:00Z",
        policy_path="configs/my policy.yaml",
    )  # fmt: skip
