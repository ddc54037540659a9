"""Do the measurements of a group, such as the recall of each class, hold a floor or a ceiling?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from pydantic import FiniteFloat, PositiveInt, model_validator

from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.lookup import Absent
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.gate.bound import OUTCOMES, On, by, judge_bound
from fmnist_governance.gate.pattern import Pattern, members
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import higher, lower, stricter_on

_NAMED = 3
_WORST_FIRST = (Outcome.FAILED, Outcome.NO_EVIDENCE, Outcome.UNDECIDED, Outcome.PASSED)

Which = Literal["every", "any", "worst"]


class GroupClause(Clause):
    """A floor or a ceiling for all ids that fit a pattern and that their check promised, measured or not."""

    kind: Literal["group"]
    pattern: Pattern
    of: Which | PositiveInt = "every"
    """How many must hold: `every`, `any`, at least so many, or `worst`: the one with the worst value."""
    members: PositiveInt | None = None
    """How many ids must have been promised at least, so that a group that shrank is noticed."""
    floor: FiniteFloat | None = None
    """In the unit of the measurements (90 % is 0.9)."""
    ceiling: FiniteFloat | None = None
    """In the unit of the measurements (5 % is 0.05)."""
    on: On = "interval"

    @model_validator(mode="after")
    def _one_bound(self) -> GroupClause:
        if (self.floor is None) is (self.ceiling is None):
            msg = "give either a floor or a ceiling"
            raise ValueError(msg)
        return self


def judge(case: Case, clause: GroupClause) -> Judgement:
    """Judge each member by the bound, then the group by its members. A lost member is no evidence."""
    found = members(case.record, clause.pattern)
    if isinstance(found, Absent):
        return Judgement(Outcome.NO_EVIDENCE, found.reason)
    judged = {id_: _member(case.record, id_, clause) for id_ in found}
    whole = _worst(case.record, judged, clause) if clause.of == "worst" else _counted(judged, clause)
    if clause.members is None or len(found) >= clause.members:
        return whole
    message = f"{clause.pattern} stands for {len(found)} promised measurements; {clause.members} are asked for"
    outcome = _graver(clause, whole.outcome, Outcome.NO_EVIDENCE)
    return Judgement(outcome, message if outcome is Outcome.NO_EVIDENCE else f"{whole.message}; {message}", found)


def _graver(clause: GroupClause, *found: Outcome) -> Outcome:
    """Return the outcome that tells: one that refuses by this clause before one that only warns."""
    lenient = {Outcome.UNDECIDED: clause.when_undecided, Outcome.NO_EVIDENCE: clause.when_no_evidence}
    ranked = sorted(found, key=lambda outcome: (lenient.get(outcome) == "warn", _WORST_FIRST.index(outcome)))
    return next((outcome for outcome in ranked if outcome is not Outcome.PASSED), Outcome.PASSED)


def _member(record: EvidenceRecord, id_: str, clause: GroupClause) -> Judgement:
    if clause.floor is not None:
        return judge_bound(record, id_, ">=", clause.floor, clause.on)
    return judge_bound(record, id_, "<=", 0.0 if clause.ceiling is None else clause.ceiling, clause.on)


def _worst(record: EvidenceRecord, judged: Mapping[str, Judgement], clause: GroupClause) -> Judgement:
    lost = [id_ for id_, judgement in judged.items() if judgement.outcome is Outcome.NO_EVIDENCE]
    if lost and all(judgement.outcome is not Outcome.FAILED for judgement in judged.values()):
        return Judgement(Outcome.NO_EVIDENCE, f"the worst is not known: {judged[lost[0]].message}", tuple(judged))
    values = {id_: found.value for id_ in judged if (found := record.find(id_))}
    pick: Callable[..., str] = min if clause.floor is not None else max
    worst = judged[pick(values, key=values.__getitem__)]
    return Judgement(worst.outcome, f"the worst of {len(judged)}: {worst.message}", tuple(judged))


def _counted(judged: Mapping[str, Judgement], clause: GroupClause) -> Judgement:
    needed = {"every": len(judged), "any": 1}.get(str(clause.of), clause.of)
    if not isinstance(needed, int) or needed > len(judged):
        msg = f"{clause.of} of {clause.pattern} can never hold: it stands for {len(judged)} measurements"
        raise ConfigError(msg)
    held, undecided, lost = (
        sum(judgement.outcome is outcome for judgement in judged.values())
        for outcome in (Outcome.PASSED, Outcome.UNDECIDED, Outcome.NO_EVIDENCE)
    )
    if held >= needed:
        outcome = Outcome.PASSED
    elif held + undecided + lost < needed:
        outcome = Outcome.FAILED
    else:
        can_hold = held + undecided >= needed
        open_ = ([] if can_hold else [Outcome.NO_EVIDENCE]) + ([Outcome.UNDECIDED] if undecided else [])
        outcome = _graver(clause, *open_)
    asked = f"{needed} must" if needed < len(judged) else "all must"
    message = f"{held} of {len(judged)} measurements of {clause.pattern} hold; {asked}{_others(judged)}"
    return Judgement(outcome, message, tuple(judged))


def _others(judged: Mapping[str, Judgement]) -> str:
    others = [judgement for judgement in judged.values() if judgement.outcome is not Outcome.PASSED]
    if not others:
        lowest = next(iter(judged.values()))
        return f", such as {lowest.message}"
    others.sort(key=lambda judgement: _WORST_FIRST.index(judgement.outcome))
    shown = "; ".join(f"{judgement.outcome}: {judgement.message}" for judgement in others[:_NAMED])
    return f": {shown}" + (f"; and {len(others) - _NAMED} more" if len(others) > _NAMED else "")


def _demands(clause: GroupClause) -> str:
    which = {"every": "every measurement", "any": "some measurement", "worst": "the worst measurement"}
    who = which.get(str(clause.of), f"at least {clause.of} measurements")
    bound = f"at most {clause.ceiling:g}" if clause.floor is None else f"at least {clause.floor:g}"
    size = f", of which there are {clause.members} or more" if clause.members else ""
    return f"{who} of {clause.pattern}{size}: {bound}{by(clause.on)}"


def _no_less(new: GroupClause, old: GroupClause) -> bool:
    """Whether no fewer must hold; every one of a group that shrank can be fewer than a number."""
    least = new.members or 1 if new.of == "every" else new.of
    if isinstance(old.of, int):
        return isinstance(least, int) and least >= old.of and _sound(new)
    return new.of == "every" or (isinstance(new.of, int) and old.of == "any" and _sound(new))


def _sound(clause: GroupClause) -> bool:
    """Whether more demands cannot end in a warning: where some need not hold, a lost one leaves open what failed."""
    return clause.of in {"every", "worst"} or clause.when_no_evidence == "refuse"


GROUP = Rule(
    kind="group",
    clause=GroupClause,
    judge=judge,
    demands=_demands,
    outcomes=OUTCOMES,
    tighter={"members": higher},
    tighter_together={
        "floor": lambda new, old: higher(new.floor, old.floor) and _sound(new),
        "ceiling": lambda new, old: lower(new.ceiling, old.ceiling) and _sound(new),
        "of": _no_less,
        "on": lambda new, old: stricter_on(new, old) and _sound(new),
    },
)
