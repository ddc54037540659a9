"""Is a measurement at or below its ceiling?"""

from __future__ import annotations

from typing import Literal

from pydantic import FiniteFloat

from fmnist_governance.evidence.record import MeasurementId
from fmnist_governance.gate.bound import OUTCOMES, On, by, judge_bound
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import lower, stricter_on


class AtMostClause(Clause):
    """A ceiling over a measurement."""

    kind: Literal["at_most"]
    measurement: MeasurementId
    ceiling: FiniteFloat
    """In the unit of the measurement (5 % is 0.05). One that no value of that unit could pass is refused."""
    on: On = "interval"


def judge(case: Case, clause: AtMostClause) -> Judgement:
    """Compare a measurement with its ceiling."""
    return judge_bound(case.record, clause.measurement, "<=", clause.ceiling, clause.on)


AT_MOST = Rule(
    kind="at_most",
    clause=AtMostClause,
    judge=judge,
    demands=lambda clause: f"{clause.measurement} is at most {clause.ceiling:g}{by(clause.on)}",
    outcomes=OUTCOMES,
    tighter={"ceiling": lower},
    tighter_together={"on": stricter_on},
)
