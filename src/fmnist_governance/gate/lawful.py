"""Is what the law asks for answered, and is the system of a class that may go on?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from fmnist_governance.config.problems import did_you_mean, shown
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.required import Point, State
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import fewer, more, rising
from fmnist_governance.law.catalogue import lists, outcomes

_NAMED = 5


def _known_class(id_: str) -> str:
    known = [outcome.id for outcome in outcomes().outcomes]
    if id_ not in known:
        msg = f"{id_!r} is not one of {', '.join(known)}{did_you_mean(id_, known)}"
        raise ValueError(msg)
    return id_


def _known_point(id_: str) -> str:
    known = [point.id for entry in lists() for point in entry.points]
    if id_ not in known:
        msg = f"{shown(id_)} is no point of the law's lists{did_you_mean(id_, known)}"
        raise ValueError(msg)
    return id_


class RequirementNotMissingClause(Clause):
    """Points of the law's lists that must be answered."""

    kind: Literal["requirement_not_missing"]
    points: Annotated[
        tuple[
            Annotated[
                str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+$", max_length=60), AfterValidator(_known_point)
            ],
            ...,
        ],
        Field(min_length=1),
    ]
    """Ids of points, such as `IV.2.g`."""
    evidenced: bool = False
    """Whether a person's word is not enough."""


class RiskClassIsOneOfClause(Clause):
    """The outcomes of the risk classification with which a system may go on."""

    kind: Literal["risk_class_is_one_of"]
    classes: Annotated[tuple[Annotated[str, AfterValidator(_known_class)], ...], Field(min_length=1)]
    """Ids of outcomes, such as `high_risk_annex_iii`; every outcome that was reached must be among them."""

    @model_validator(mode="after")
    def _can_fail(self) -> RiskClassIsOneOfClause:
        if {outcome.id for outcome in outcomes().outcomes} <= set(self.classes):
            msg = "classes: every class is allowed, so the clause can never fail; leave out one, such as prohibited"
            raise ValueError(msg)
        return self


def judge_points(case: Case, clause: RequirementNotMissingClause) -> Judgement:
    """Ask of each point whether it is answered. A point that the law's lists do not hold is no evidence."""
    known = {point.id: point for point in case.requirements}
    unknown = [id_ for id_ in clause.points if id_ not in known]
    points = [known[id_] for id_ in clause.points if id_ in known]
    bad = {State.MISSING, State.DECLARED} if clause.evidenced else {State.MISSING}
    lacking = [point for point in points if point.state in bad]
    if unknown and not lacking:
        message = f"not among the points of the law that were looked at: {', '.join(unknown)}"
        return Judgement(Outcome.NO_EVIDENCE, message + did_you_mean(unknown[0], known))
    measurements = tuple(dict.fromkeys(id_ for point in points for part in point.parts for id_ in part.measurements))
    if lacking:
        more_ = f"; and {len(lacking) - _NAMED} more" if len(lacking) > _NAMED else ""
        return Judgement(Outcome.FAILED, "; ".join(map(_lack, lacking[:_NAMED])) + more_, measurements)
    return Judgement(Outcome.PASSED, "; ".join(f"{point.id} is {point.state}" for point in points), measurements)


def _lack(point: Point) -> str:
    parts = [part for part in point.parts if part.state is point.state]
    reasons = ", ".join(f"{part.title}: {part.why}" if part.why else part.title for part in parts[:_NAMED])
    return f"{point.id} is {point.state} ({reasons})"


def judge_class(case: Case, clause: RiskClassIsOneOfClause) -> Judgement:
    """Compare the outcomes that were reached with those that are allowed. An open question decides nothing."""
    risk = case.risk
    if risk is None or all(step.reply == "unknown" for step in risk.path):
        why = "" if case.declarations else ", for no declarations name this model; add it to models in system.yaml"
        return Judgement(Outcome.NO_EVIDENCE, f"nobody answered the questions of the risk classification{why}")
    foreign = [o.id for o in risk.outcomes if o.id not in clause.classes and not o.provisional]
    if foreign:
        return Judgement(Outcome.FAILED, f"the system is of class {', '.join(foreign)}, which is not allowed here")
    if not risk.determined or not risk.outcomes:
        open_ = ", ".join(question.question for question in risk.open if question.decides_class)
        return Judgement(Outcome.UNDECIDED, f"the class is not determined; open: {open_ or 'the whole path'}")
    return Judgement(Outcome.PASSED, f"the system is of class {', '.join(o.id for o in risk.outcomes)}")


REQUIREMENT_NOT_MISSING = Rule(
    kind="requirement_not_missing",
    remedy="Close the gaps that the technical documentation names, by statements or by checks, then judge again.",
    clause=RequirementNotMissingClause,
    judge=judge_points,
    demands=lambda clause: (
        f"{', '.join(clause.points)} {'evidenced' if clause.evidenced else 'answered'}, as far as the law asks it"
    ),
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
    tighter={"points": more, "evidenced": rising(False, True)},  # noqa: FBT003 - the values that a policy gives
)
RISK_CLASS_IS_ONE_OF = Rule(
    kind="risk_class_is_one_of",
    remedy="Answer what is open under risk in the declarations, then judge again; that needs no new audit.",
    clause=RiskClassIsOneOfClause,
    judge=judge_class,
    demands=lambda clause: f"the system is of class {' or '.join(clause.classes)}",
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED, Outcome.NO_EVIDENCE}),
    tighter={"classes": fewer},
)
