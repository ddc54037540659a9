from __future__ import annotations

import pytest
from pydantic import ValidationError

from fmnist_governance.evidence.assessment import Finding, Outcome, PolicyFacts, Severity, Verdict

POLICY = PolicyFacts(name="demo", digest="sha256:" + "0" * 64)


def finding(outcome: Outcome, severity: Severity = Severity.BLOCK) -> Finding:
    return Finding(
        clause="it", title="A title", because="A reason", severity=severity, outcome=outcome, message="So.", line=1
    )


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.PASSED])
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
