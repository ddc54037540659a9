"""Is a measurement at or above its floor?"""

from __future__ import annotations

from typing import Literal

from pydantic import FiniteFloat

from fmnist_governance.evidence.record import MeasurementId
from fmnist_governance.gate.bound import OUTCOMES, On, by, judge_bound
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import higher, stricter_on


class AtLeastClause(Clause):
    """A floor under a measurement."""

    kind: Literal["at_least"]
    measurement: MeasurementId
    floor: FiniteFloat
    """In the unit of the measurement (90 % is 0.9). One that no value of that unit could miss is refused."""
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
    tighter={"floor": higher},
    tighter_together={"on": stricter_on},
)
