from __future__ import annotations

import pytest
from pydantic import ValidationError

from fmnist_governance.evidence.assessment import (
    Finding,
    Outcome,
    PolicyFacts,
    Severity,
    Verdict,
    Waiver,
    WaiverFinding,
    WaiverState,
)

POLICY = PolicyFacts(name="demo", digest="sha256:" + "0" * 64)


def finding(outcome: Outcome, severity: Severity = Severity.BLOCK, unwaived: Outcome | None = None) -> Finding:
    return Finding(
        clause="it", title="A title", because="A reason", severity=severity, outcome=outcome, message="So.", line=1,
        unwaived=unwaived,
    )  # fmt: skip


def waiver(state: WaiverState) -> WaiverFinding:
    granted = Waiver(
        clause="it", model=POLICY.digest, version=None, reason="A reason", approver="A. Person", granted="2026-11-01",
        expires="2026-11-30",
    )  # fmt: skip
    return WaiverFinding(waiver=granted, state=state, message="So.", line=1)


WAIVED = finding(Outcome.WAIVED, unwaived=Outcome.FAILED)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.UNDECIDED, Outcome.NO_EVIDENCE])
def test_a_stored_pass_over_a_refusing_finding_is_refused(outcome: Outcome) -> None:
    with pytest.raises(ValidationError, match="not what the findings say"):
        Verdict(passed=True, policy=POLICY, findings=(finding(Outcome.PASSED), finding(outcome)))


def test_a_stored_pass_on_nothing_or_on_warnings_alone_is_refused() -> None:
    for findings in ((), (finding(Outcome.PASSED, Severity.WARN),)):
        with pytest.raises(ValidationError, match="not what the findings say"):
            Verdict(passed=True, policy=POLICY, findings=findings)


def test_warnings_leave_a_pass_standing() -> None:
    findings = (finding(Outcome.PASSED), finding(Outcome.FAILED, Severity.WARN))

    assert Verdict(passed=True, policy=POLICY, findings=findings).passed


def test_a_waived_clause_does_not_refuse() -> None:
    assert Verdict(passed=True, policy=POLICY, findings=(finding(Outcome.PASSED), WAIVED)).passed


def test_what_is_waived_alone_passes_nothing() -> None:
    with pytest.raises(ValidationError, match="not what the findings say"):
        Verdict(passed=True, policy=POLICY, findings=(WAIVED,))


@pytest.mark.parametrize("state", WaiverState)
def test_only_an_expired_waiver_refuses(state: WaiverState) -> None:
    passed = state is not WaiverState.EXPIRED

    assert Verdict(passed=passed, policy=POLICY, findings=(finding(Outcome.PASSED),), waivers=(waiver(state),))


@pytest.mark.parametrize(
    ("outcome", "unwaived"),
    [(Outcome.WAIVED, None), (Outcome.WAIVED, Outcome.PASSED), (Outcome.FAILED, Outcome.FAILED)],
)
def test_a_waived_clause_says_what_it_would_have_been(outcome: Outcome, unwaived: Outcome | None) -> None:
    with pytest.raises(ValidationError, match="a waived clause says what it would have been"):
        finding(outcome, unwaived=unwaived)
