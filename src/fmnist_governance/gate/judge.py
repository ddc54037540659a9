"""Apply every clause of a policy to a case. Nothing is skipped, and silence passes nothing."""

from __future__ import annotations

from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Finding, Outcome, Severity, Verdict, passes
from fmnist_governance.gate.entry import Entry
from fmnist_governance.gate.policy import Policy
from fmnist_governance.gate.rule import Case, Clause
from fmnist_governance.gate.waivers import Waivers, apply, weigh


def judge_policy(policy: Policy, case: Case, waivers: Waivers | None = None) -> Verdict:
    """Judge every clause, also after one failed, then look at the waivers.

    Args:
        policy: What is demanded.
        case: All that is known of the model.
        waivers: Which clauses a model may go on without; None for no such file.

    Raises:
        ConfigError: The record shows that a clause can never fail or never hold; each such clause is named.
    """
    findings = _judged(policy, case)
    fixed = frozenset(entry.clause.id for entry in policy.entries if not entry.clause.waivable)
    weighed = weigh(waivers, findings, case, fixed) if waivers else ()
    findings = apply(findings, weighed)
    return Verdict(
        passed=passes(findings, weighed),
        policy=policy.facts,
        findings=findings,
        waivers=weighed,
        waivers_digest=waivers.digest if waivers else None,
        baseline=case.baseline.seal if case.baseline else None,
    )


def _judged(policy: Policy, case: Case) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    senseless: list[str] = []
    for entry in policy.entries:
        try:
            findings.append(_finding(entry, case))
        except ConfigError as err:
            senseless.append(f"{entry.source}:{entry.line}: clause {entry.clause.id}: {err}")
    if senseless:
        raise ConfigError("\n".join(senseless))
    return tuple(findings)


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
        file=entry.file,
        remedy=None if judgement.outcome is Outcome.PASSED else entry.rule.remedy,
    )


def _only_warns(clause: Clause, outcome: Outcome) -> bool:
    leniency = {Outcome.UNDECIDED: clause.when_undecided, Outcome.NO_EVIDENCE: clause.when_no_evidence}
    return clause.severity is Severity.BLOCK and leniency.get(outcome) == "warn"
