"""Values as text: percent, counts, seconds; never rounded to what they are not."""

from __future__ import annotations

import re

from fmnist_governance.evidence.record import Interval, Measurement, Unit
from fmnist_governance.stats.digits import rounded

_EXACT_FLOATS = 1e15
"""Below this, a whole number that is stored as a float is written as one."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def amount(value: float, unit: Unit | None, *beside: float) -> str:
    """Return a value with its unit, as a reader expects it; a mean of counts keeps its decimals.

    Args:
        value: In the unit of the record; fractions between 0 and 1.
        unit: None where the value has none.
        beside: Numbers that rounding must not take it to or across.
    """
    if unit is None:
        return f"{value:,}"
    return rounded(value, beside, unit)


def span(interval: Interval | None, unit: Unit) -> str:
    """Return an interval such as `92.61 % to 93.60 %`, or the word for its absence."""
    if interval is None:
        return "exact"
    low, high = interval.low, interval.high
    return f"{amount(low, unit, high)} to {amount(high, unit, low)}"


def moment(stamp: str) -> str:
    """Return a time such as `2026-11-22T21:00:00Z` as `2026-11-22, 21:00 UTC`; another text as it is."""
    return f"{stamp[:10]}, {stamp[11:16]} UTC" if _STAMP.fullmatch(stamp) else stamp


def counted(n: int | None) -> str:
    """Return how many examples a number rests on."""
    return "not counted" if n is None else f"{n:,}"


def basis(measured: Measurement) -> str:
    """Return interval and n on one line, as they follow a number in a narrow cell."""
    held = span(measured.interval, measured.unit)
    return held if measured.n is None else f"{held}, n = {measured.n:,}"


def full(value: float) -> str:
    """Return every digit of a stored value."""
    return f"{int(value)}" if float(value).is_integer() and abs(value) < _EXACT_FLOATS else repr(float(value))
