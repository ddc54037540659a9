"""Is a measurement at or above its floor?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat

from fmnist_governance.evidence.record import MeasurementId
from fmnist_governance.gate.bound import OUTCOMES, On, by, judge_bound
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import higher, rising


class AtLeastClause(Clause):
    """A floor under a measurement."""

    kind: Literal["at_least"]
    measurement: MeasurementId
    floor: Annotated[FiniteFloat, Field(gt=0)]
    """In the unit of the measurement (90 % is 0.9). Above 0: nothing is less than that, so 0 could never fail."""
    on: On = "interval"


def judge(case: Case, clause: AtLeastClause) -> Judgement:
    """Compare a measurement with its floor."""
    return judge_bound(case.record, clause.measurement, ">=", clause.floor, clause.on)


AT_LEAST = Rule(
    kind="at_least",
    clause=AtLeastClause,
    judge=judge,
    demands=lambda clause: f"{clause.measurement} is at least {clause.floor:g}{by(clause.on)}",
    outcomes=OUTCOMES,
    tighter={"floor": higher, "on": rising("value", "interval")},
)
