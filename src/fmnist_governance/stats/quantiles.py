"""How sure can one be of a quantile, without knowing how the values are distributed?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from fmnist_governance.stats.interval import Interval

METHOD = "order statistics"


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed.

    Args:
        values: At least one, in any order.
        share: In (0, 1].

    Raises:
        ValueError: There are no values, or the share is out of range.
    """
    if not values or not 0 < share <= 1:
        msg = f"{len(values)} values and a share of {share}: expected at least one, and a share in (0, 1]"
        raise ValueError(msg)
    return sorted(values)[max(1, math.ceil(share * len(values) - 1e-9)) - 1]


def quantile_interval(values: Sequence[float], share: float, level: float = 0.95) -> Interval | None:
    """Return an interval of a quantile that ends at two of the values, whatever their distribution.

    How many of n independent values lie below the quantile is binomial with that share, so the counts that hold its
    middle give the two ranks.

    Args:
        values: In any order.
        share: Which quantile, in (0, 1); 0.5 is the median.
        level: Least probability of covering, in (0, 1).

    Returns:
        The interval; None where the values are too few for one: even all of them do not reach the level.

    References:
        David and Nagaraja (2003), Order Statistics, section 7.1.
    """
    ordered, n = sorted(values), len(values)
    tail = (1 - level) / 2
    below, low, high, found = 0.0, 0, n + 1, False
    for count in range(n + 1):
        if below + _binomial(count, n, share) <= tail:
            low = count + 1
        below += _binomial(count, n, share)
        if not found and below >= 1 - tail:
            high, found = count + 1, True
    if low < 1 or high > n:
        return None
    return Interval(low=ordered[low - 1], high=ordered[high - 1], level=level, method=METHOD)


def fewest(share: float, level: float = 0.95) -> int:
    """Return how many values an interval of that quantile needs at least."""
    n = 1
    while quantile_interval(range(n), share, level) is None:
        n += 1
    return n


def _binomial(count: int, n: int, share: float) -> float:
    logarithm = math.lgamma(n + 1) - math.lgamma(count + 1) - math.lgamma(n - count + 1)
    return math.exp(logarithm + count * math.log(share) + (n - count) * math.log1p(-share))
