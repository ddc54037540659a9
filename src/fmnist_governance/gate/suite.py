"""Was the model asked enough?"""

from __future__ import annotations

from typing import Literal

from fmnist_governance.config.suite import CUSTOM, STRENGTH
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import rising


class SuiteAtLeastClause(Clause):
    """The least thorough of the shipped suites that will do."""

    kind: Literal["suite_at_least"]
    suite: Literal["quick", "standard", "full"]


def judge(case: Case, clause: SuiteAtLeastClause) -> Judgement:
    """Compare the suite of the audit with the least one. Only a shipped suite has a place in the order."""
    asked = case.record.audit.suite.name
    if asked not in STRENGTH:
        what = "a suite with settings of its own" if asked == CUSTOM else f"suite {asked}, which is not shipped"
        message = f"the audit ran {what}; whether it asks as much as {clause.suite} is not known"
        return Judgement(Outcome.NO_EVIDENCE, message)
    enough = STRENGTH.index(asked) >= STRENGTH.index(clause.suite)
    message = f"the audit ran suite {asked}; at least {clause.suite} is asked for"
    return Judgement(Outcome.PASSED if enough else Outcome.FAILED, message)


SUITE_AT_LEAST = Rule(
    kind="suite_at_least",
    clause=SuiteAtLeastClause,
    judge=judge,
    demands=lambda clause: f"the audit ran the shipped suite {clause.suite} or a more thorough one",
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
    tighter={"suite": rising(*STRENGTH)},
)
