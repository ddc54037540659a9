"""The verdict, as a page prints it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fmnist_governance.evidence.assessment import Finding, Outcome, Severity, Verdict
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.render.required import MOST_NUMBERS
from fmnist_governance.render.verdicts.judged import reason, told
from fmnist_governance.render.view import Aside, Clause, Decision, Number


def decision(verdict: Verdict, record: EvidenceRecord) -> Decision:
    """Return the verdict with the clauses that refused first, then warnings, then what passed."""
    findings = sorted(verdict.findings, key=_weight)
    counted = Counter(finding.outcome for finding in findings)
    summary = ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome if counted[outcome])
    if waived := [finding.clause for finding in findings if finding.outcome is Outcome.WAIVED]:
        summary += f" ({', '.join(waived)})"
    return Decision(
        passed=verdict.passed,
        policy=verdict.policy.name,
        policy_digest=verdict.policy.digest,
        summary=summary or "the policy has no clauses",
        clauses=tuple(_clause(finding, record) for finding in findings),
        asides=tuple(_asides(verdict)),
        reason=reason(verdict),
    )


def _asides(verdict: Verdict) -> Iterator[Aside]:
    for found in told(verdict):
        waiver = found.waiver
        yield Aside(waiver.clause, f"waiver {found.state}", f"Waiver of {waiver.clause}", found.message, waiver.reason)
    for one in verdict.policy.exceptions:
        yield Aside(one.clause, f"clause {one.how}", one.title, one.message, one.because)


def _weight(finding: Finding) -> tuple[bool, bool]:
    return finding.outcome is Outcome.PASSED, finding.severity is not Severity.BLOCK


def _severity(finding: Finding) -> str:
    if finding.severity is not Severity.BLOCK:
        return "warns"
    return "would refuse" if finding.outcome is Outcome.WAIVED else "refuses"


def _clause(finding: Finding, record: EvidenceRecord) -> Clause:
    found = {id_: record.find(id_) for id_ in finding.measurements}
    numbers = [Number.of(measured) for measured in found.values() if measured]
    lost = tuple(id_ for id_, measured in found.items() if measured is None)
    many = len(numbers) > MOST_NUMBERS
    return Clause(
        name=finding.clause,
        title=finding.title,
        because=finding.because,
        severity=_severity(finding),
        outcome=finding.outcome.value,
        message=finding.message,
        measurements=() if many else tuple(numbers),
        many=f"{len(numbers):,}" if many else None,
        unmeasured=lost[:MOST_NUMBERS],
        more_unmeasured=f"{len(lost) - MOST_NUMBERS:,}" if len(lost) > MOST_NUMBERS else None,
    )
