"""Hold each claim against the evidence, by the same comparison that the gate uses."""

from __future__ import annotations

from dataclasses import dataclass

from fmnist_governance.claims.claims_file import ClaimEntry, ClaimsFile
from fmnist_governance.claims.predicate import Term, parse
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.claimed import Claim, ClaimOutcome
from fmnist_governance.evidence.lookup import Absent, look_up
from fmnist_governance.evidence.record import EvidenceRecord, Measurement
from fmnist_governance.stats.decide import Decision, decide
from fmnist_governance.stats.digits import rounded

_NAMED = 3
_WORD = {"holds": "supported", "fails": "refuted", "undecided": "undecided"}


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the evidence says of one term."""

    outcome: ClaimOutcome
    message: str
    measurements: tuple[str, ...]
    more: int | None = None


def judge_claims(file: ClaimsFile, record: EvidenceRecord) -> tuple[Claim, ...]:
    """Judge every claim of a file.

    Raises:
        ConfigError: A claim compares with a number that no measurement of its unit could miss, or reach.
    """
    return tuple(judge(claim, file, record) for claim in file.claims)


def judge(entry: ClaimEntry, file: ClaimsFile, record: EvidenceRecord) -> Claim:
    """Judge one claim: untested as soon as one measurement is lacking, else refuted as soon as one term fails.

    Raises:
        ConfigError: As for `judge_claims`.
    """
    answers = [_judged(term, record, entry.id) for term in parse(entry.predicate)]
    order = (ClaimOutcome.UNTESTED, ClaimOutcome.REFUTED, ClaimOutcome.UNDECIDED, ClaimOutcome.SUPPORTED)
    outcome = next(candidate for candidate in order if any(a.outcome is candidate for a in answers))
    return Claim(
        id=entry.id,
        text=entry.text,
        predicate=entry.predicate,
        by=entry.by or file.by,
        on=entry.on or file.on,
        outcome=outcome,
        message="; ".join(answer.message for answer in answers),
        measurements=tuple(dict.fromkeys(id_ for answer in answers for id_ in answer.measurements)),
        more=_most(answers) if outcome is ClaimOutcome.UNDECIDED else None,
    )


def _most(answers: list[_Answer]) -> int | None:
    needed = [answer.more for answer in answers if answer.outcome is ClaimOutcome.UNDECIDED]
    return None if None in needed else max(more for more in needed if more is not None)


def _judged(term: Term, record: EvidenceRecord, claim: str) -> _Answer:
    ids = tuple(dict.fromkeys(id_ for id_ in record.promised() if term.covers(id_))) if term.quantifier else ()
    if term.quantifier and not ids:
        check = term.pattern.partition(".")[0]
        return _Answer(ClaimOutcome.UNTESTED, f"no check promised {term.pattern} (check {check})", ())
    found = {id_: look_up(record, id_) for id_ in ids or (term.pattern,)}
    if lost := [absent.reason for absent in found.values() if isinstance(absent, Absent)]:
        more = f"; and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        return _Answer(ClaimOutcome.UNTESTED, "; ".join(lost[:_NAMED]) + more, tuple(found))
    measured = [value for value in found.values() if isinstance(value, Measurement)]
    for value in measured:
        _refuse_senseless(value, term, claim)
    return _compared(term, measured)


def _compared(term: Term, measured: list[Measurement]) -> _Answer:
    decisions = [decide(m.value, m.interval, term.op, term.bound, m.n) for m in measured]
    outcomes = [decision.outcome for decision in decisions]
    first, last = ("fails", "holds") if term.quantifier != "any" else ("holds", "fails")
    outcome = first if first in outcomes else "undecided" if "undecided" in outcomes else last
    deciding = sorted(
        ((m, d) for m, d in zip(measured, decisions, strict=True) if d.outcome == outcome),
        key=lambda pair: abs(pair[0].value - term.bound),
        reverse=outcome == "fails",
    )
    shown = "; ".join(_shown(m, d, term.bound) for m, d in deciding[: 1 if outcome == "holds" else _NAMED])
    return _Answer(
        ClaimOutcome(_WORD[outcome]), _message(term.pattern, shown, outcome, len(deciding), len(measured)),
        tuple(m.id for m in measured), _more(outcome, [d for _, d in deciding]),
    )  # fmt: skip


def _more(outcome: str, decisions: list[Decision]) -> int | None:
    needed = [decision.more for decision in decisions]
    return max(n for n in needed if n is not None) if outcome == "undecided" and None not in needed else None


def _message(pattern: str, shown: str, outcome: str, deciding: int, measured: int) -> str:
    """Say of several measurements how many decide, and show the tightest ones that hold or the worst that fail."""
    if measured == 1:
        return shown
    verb = {"holds": "on the right side", "fails": "on the wrong side", "undecided": "across the bound"}[outcome]
    nearest = "the furthest off" if outcome == "fails" else "the closest"
    return f"{deciding:,} of {measured:,} measurements {pattern} are {verb}, {nearest} first: {shown}"


def _shown(found: Measurement, decision: Decision, bound: float) -> str:
    text = f"{found.id} is {rounded(found.value, (bound,), found.unit)}"
    if found.interval is None:
        text += " (exact)"
    else:
        low, high = (rounded(end, (bound,), found.unit) for end in (found.interval.low, found.interval.high))
        text += f" ({found.interval.level * 100:.6g} % interval {low} to {high})"
    text += f"; the bound is {rounded(bound, (bound,), found.unit)}"
    if decision.outcome != "undecided":
        return text
    if decision.more is None:
        return f"{text}, and no number of images at this rate would decide it"
    return f"{text}; {decision.more:,} more image{'s' if decision.more > 1 else ''} at this rate would decide it"


def _refuse_senseless(found: Measurement, term: Term, claim: str) -> None:
    if found.unit == "score":
        return
    top = 1.0 if found.unit == "fraction" else float("inf")
    useless = (
        term.bound < 0 or (term.bound == 0 and term.op in {">=", "<"}) or term.bound > top
        or (term.bound == top and term.op in {">", "<="})
    )  # fmt: skip
    if useless:
        span = "between 0 and 1 (90 % is 0.9)" if found.unit == "fraction" else "never below 0"
        msg = f"claim {claim}: {found.id} {term.op} {term.bound:g} is always or never true: the number is {span}"
        raise ConfigError(msg)
