"""What does a policy ask, in words?"""

from __future__ import annotations

from fmnist_governance.evidence.assessment import Outcome, PolicyException, Severity
from fmnist_governance.evidence.record import Record
from fmnist_governance.gate.entry import Entry
from fmnist_governance.gate.policy import Policy
from fmnist_governance.gate.rule import Clause


class ExplainedClause(Record):
    """One clause in words."""

    id: str
    kind: str
    title: str
    demands: str
    because: str
    refuses_when: tuple[str, ...]
    """The outcomes that keep a model back; none for a clause that only warns."""
    waivable: bool
    """Whether a waiver can let a model go on without it."""
    line: int
    file: str | None
    """The extended policy that states it, seen from the policy's folder; None for the policy itself."""


class ExplainedPolicy(Record):
    """A policy in words."""

    name: str
    title: str
    digest: str
    extends: tuple[str, ...]
    exceptions: tuple[PolicyException, ...]
    """Clauses of these that it leaves out, or in which it asks for less."""
    clauses: tuple[ExplainedClause, ...]


def explain(policy: Policy) -> ExplainedPolicy:
    """Put a policy into words, clause by clause."""
    return ExplainedPolicy(
        name=policy.name,
        title=policy.title,
        digest=policy.digest,
        extends=policy.extends,
        exceptions=policy.exceptions,
        clauses=tuple(_clause(entry) for entry in policy.entries),
    )


def _clause(entry: Entry) -> ExplainedClause:
    clause = entry.clause
    return ExplainedClause(
        id=clause.id,
        kind=clause.kind,
        title=clause.title,
        demands=entry.rule.demands(clause),
        because=clause.because,
        refuses_when=tuple(
            str(outcome) for outcome in Outcome if outcome in entry.rule.outcomes and _refuses(clause, outcome)
        ),
        waivable=clause.waivable,
        line=entry.line,
        file=entry.file,
    )


def _refuses(clause: Clause, outcome: Outcome) -> bool:
    lenient = {Outcome.UNDECIDED: clause.when_undecided, Outcome.NO_EVIDENCE: clause.when_no_evidence}
    return (
        clause.severity is Severity.BLOCK
        and outcome is not Outcome.PASSED
        and lenient.get(outcome, "refuse") == "refuse"
    )
