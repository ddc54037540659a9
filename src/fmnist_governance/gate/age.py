"""Is the evidence recent enough?"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import PositiveInt

from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import lower

_DAY = 86_400


class EvidenceAgeClause(Clause):
    """A limit on the time between the audit and the judgement."""

    kind: Literal["evidence_no_older_than"]
    days: PositiveInt
    """How many days the audit may lie back."""


def judge(case: Case, clause: EvidenceAgeClause) -> Judgement:
    """Compare the start of the audit with now. An audit from the future tells no age."""
    started = case.record.audit.started
    seconds = _seconds(started, case.as_of)
    if seconds is None:
        return Judgement(Outcome.NO_EVIDENCE, f"audited at {started!r}, judged at {case.as_of!r}: not two moments")
    if seconds < 0:
        message = f"audited {started}, which is after the judgement ({case.as_of}): a clock was wrong"
        return Judgement(Outcome.NO_EVIDENCE, message)
    message = f"audited {started}, {seconds / _DAY:,.1f} days before the judgement; at most {clause.days} are allowed"
    return Judgement(Outcome.PASSED if seconds <= clause.days * _DAY else Outcome.FAILED, message)


def _seconds(started: str, as_of: str) -> float | None:
    try:
        return (datetime.fromisoformat(as_of) - datetime.fromisoformat(started)).total_seconds()
    except ValueError:  # The pattern of a timestamp admits a thirteenth month.
        return None


EVIDENCE_NO_OLDER_THAN = Rule(
    kind="evidence_no_older_than",
    clause=EvidenceAgeClause,
    judge=judge,
    demands=lambda clause: f"the audit is at most {clause.days} days old",
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
    tighter={"days": lower},
)
