"""Apply every clause of a policy to a case. Nothing is skipped, and silence passes nothing."""

from __future__ import annotations

from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Finding, Outcome, Severity, Verdict, passes
from fmnist_governance.gate.policy import Entry, Policy
from fmnist_governance.gate.rule import Case, Clause


def judge_policy(policy: Policy, case: Case) -> Verdict:
    """Judge every clause, also after one failed.

    Raises:
        ConfigError: The record shows that a clause can never fail or never hold; each such clause is named.
    """
    findings: list[Finding] = []
    senseless: list[str] = []
    for entry in policy.entries:
        try:
            findings.append(_finding(entry, case))
        except ConfigError as err:
            senseless.append(f"{policy.source}:{entry.line}: clause {entry.clause.id}: {err}")
    if senseless:
        raise ConfigError("\n".join(senseless))
    return Verdict(passed=passes(findings), policy=policy.facts, findings=tuple(findings))


def _finding(entry: Entry, case: Case) -> Finding:
    clause = entry.clause
    judgement = entry.rule.judge(case, clause)
    lenient = _only_warns(clause, judgement.outcome)
    return Finding(
        clause=clause.id,
        title=clause.title,
        because=clause.because,
        severity=Severity.WARN if lenient else clause.severity,
        outcome=judgement.outcome,
        message=judgement.message + ("; the clause says that this only warns" if lenient else ""),
        measurements=judgement.measurements,
        line=entry.line,
    )


def _only_warns(clause: Clause, outcome: Outcome) -> bool:
    leniency = {Outcome.UNDECIDED: clause.when_undecided, Outcome.NO_EVIDENCE: clause.when_no_evidence}
    return clause.severity is Severity.BLOCK and leniency.get(outcome) == "warn"
