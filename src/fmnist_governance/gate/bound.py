"""Judge a measurement against a bound: what floors and ceilings have in common."""

from __future__ import annotations

from typing import Literal

from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.lookup import Absent, look_up
from fmnist_governance.evidence.record import EvidenceRecord, Interval, Measurement
from fmnist_governance.gate.rule import Judgement
from fmnist_governance.stats.decide import Decision, decide
from fmnist_governance.stats.digits import rounded

On = Literal["interval", "value"]
"""What is compared: the whole interval, or the bare number."""

OUTCOMES = frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED, Outcome.NO_EVIDENCE})
_OPEN = "wilson"
"""The method whose interval holds neither end of its range."""
_OUTCOME = {"holds": Outcome.PASSED, "fails": Outcome.FAILED, "undecided": Outcome.UNDECIDED}


def by(on: On) -> str:
    """Say what is compared with a bound, in words that follow it."""
    return ", by its whole interval" if on == "interval" else ", by the bare value"


def judge_bound(record: EvidenceRecord, id_: str, op: Literal[">=", "<="], bound: float, on: On) -> Judgement:
    """Compare a measurement with its floor (`>=`) or ceiling (`<=`). Silence is not a pass.

    Raises:
        ConfigError: No value of that unit could fail the clause, or none could hold it.
    """
    found = look_up(record, id_)
    if isinstance(found, Absent):
        return Judgement(Outcome.NO_EVIDENCE, found.reason, (id_,))
    _refuse_senseless(found, op, bound, on)
    decision = decide(found.value, found.interval if on == "interval" else None, op, bound, found.n)
    message = f"{_measured(found, bound)}; the {_word(op)} is {rounded(bound, (bound,), found.unit)}"
    return Judgement(_OUTCOME[decision.outcome], message + _reading(found, decision, op, on), (id_,))


def _word(op: str) -> str:
    return "floor" if op == ">=" else "ceiling"


def _refuse_senseless(found: Measurement, op: str, bound: float, on: On) -> None:
    if found.unit == "score":
        return
    top = 1.0 if found.unit == "fraction" else float("inf")
    lowest = found.interval.low if found.interval else found.value
    bottom = -top if found.unit == "fraction" and min(found.value, lowest) < 0 else 0.0  # A gap can be negative.
    never_fails = bound <= bottom if op == ">=" else bound >= top
    never_holds = bound > top if op == ">=" else bound < bottom
    unreachable = bound == (1.0 if op == ">=" else 0.0)
    if unreachable and on == "interval" and found.interval and found.interval.method == _OPEN:
        msg = (
            f"{_word(op)} {bound} can never hold: the interval of {found.id} ends short of it for any n; "
            "write on: value to compare the bare number"
        )
        raise ConfigError(msg)
    if never_fails or never_holds:
        span = f"between {bottom:g} and 1" if found.unit == "fraction" else "never below 0"
        msg = f"{_word(op)} {bound} can never {'fail' if never_fails else 'hold'}: {found.id} is {span}"
        raise ConfigError(msg)


def _measured(found: Measurement, bound: float) -> str:
    text = f"{found.id} is {rounded(found.value, (bound,), found.unit)}"
    parts = [_interval(found.interval, bound, found.unit)] if found.interval else ["exact"]
    if found.n is not None:
        parts.append(f"{found.n:,} example{'s' if found.n > 1 else ''}")
    return f"{text} ({', '.join(parts)})"


def _interval(interval: Interval, bound: float, unit: str) -> str:
    low, high = (rounded(end, (bound,), unit) for end in (interval.low, interval.high))
    shared = f" for {interval.family} at once" if interval.family > 1 else ""
    return f"{interval.level * 100:.6g} % interval{shared} {low} to {high}"


def _reading(found: Measurement, decision: Decision, op: str, on: On) -> str:
    if on == "value" and found.interval is not None:
        return ", compared with the bare value: the interval was not looked at"
    if decision.outcome != "undecided":
        return ""
    if decision.more is None:
        return f"; the interval lies across the {_word(op)}, and no number of examples at this rate would decide it"
    images = "example" if decision.more == 1 else "examples"
    return f"; the interval lies across the {_word(op)}: {decision.more:,} more {images} at this rate would decide it"
