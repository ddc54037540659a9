"""On which side of a bound does a measurement lie? The one comparison behind every claim and every clause."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from fmnist_governance.stats.interval import Interval
from fmnist_governance.stats.proportions import WILSON, quantile

Op = Literal[">", ">=", "<", "<="]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the whole interval says of a bound."""

    outcome: Literal["holds", "fails", "undecided"]
    more: int | None = None
    """How many more examples would decide it, were the rate to stay; None where no number would, or none is needed."""


def decide(value: float, interval: Interval | None, op: Op, bound: float, n: int | None = None) -> Decision:
    """Compare a measurement with a bound by its whole interval.

    Args:
        value: The measured number.
        interval: Its uncertainty; None for what is exact, which is compared as it stands.
        op: What is asked of the measurement, such as `>=`.
        bound: The number that it is compared with, in the same unit.
        n: How many examples the measurement rests on; None where none was counted.

    Returns:
        `holds` when every value in the interval satisfies the comparison, `fails` when none does, else `undecided`.

    Raises:
        ValueError: A number is not finite.
    """
    if not (math.isfinite(value) and math.isfinite(bound)):
        msg = f"{value} {op} {bound}: both numbers must be finite"
        raise ValueError(msg)
    low = value if interval is None else min(value, interval.low)
    high = value if interval is None else max(value, interval.high)
    answers = {_satisfied(low, op, bound), _satisfied(high, op, bound)}
    if len(answers) == 1:
        return Decision("holds" if answers.pop() else "fails")
    return Decision("undecided", None if interval is None or n is None else _more(value, interval, bound, n))


def _satisfied(value: float, op: Op, bound: float) -> bool:
    if op == ">":
        return value > bound
    if op == ">=":
        return value >= bound
    if op == "<":
        return value < bound
    return value <= bound


def _more(value: float, interval: Interval, bound: float, n: int) -> int | None:
    """Return how many more examples would draw the interval off the bound at the same rate."""
    distance = abs(value - bound)
    if interval.method == WILSON:
        # Wilson's interval holds the bounds that a score test accepts: z^2 b (1 - b) / N >= (p - b)^2.
        reach = quantile(interval.level, interval.family) * math.sqrt(max(0.0, bound * (1 - bound)))
    else:
        reach = (value - interval.low if bound < value else interval.high - value) * math.sqrt(n)
    needed = math.inf if distance == 0 else (reach / distance) ** 2
    return max(1, math.floor(needed) + 1 - n) if math.isfinite(needed) else None
