"""How sure can one be of a difference between two groups of other examples each?"""

from __future__ import annotations

import math

from fmnist_governance.stats.interval import Interval
from fmnist_governance.stats.proportions import quantile, wilson

NEWCOMBE, WELCH = "newcombe", "welch, normal"


def newcombe(first: tuple[int, int], second: tuple[int, int], level: float = 0.95) -> Interval:
    """Return the hybrid score interval of a difference of two independent shares.

    Args:
        first: How many had the property, and of how many.
        second: Likewise; its share is taken off the first one's.
        level: Probability of covering, in (0, 1).

    Returns:
        An interval within [-1, 1] that contains the observed difference; it has a width even where all are alike.

    Raises:
        ValueError: A group is empty, or holds more with the property than there are.

    References:
        Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    one, other = wilson(*first, level), wilson(*second, level)
    p, q = first[0] / first[1], second[0] / second[1]
    low = p - q - math.hypot(p - one.low, other.high - q)
    high = p - q + math.hypot(one.high - p, q - other.low)
    return Interval(low=max(-1.0, low), high=min(1.0, high), level=level, method=NEWCOMBE)


def welch(
    first: tuple[float, float, int], second: tuple[float, float, int], level: float = 0.95, least: float = 0.0
) -> Interval:
    """Return the interval of a difference of two means, whatever the spread of each group.

    Args:
        first: Mean, variance (of the sample, unbiased) and number of examples.
        second: Likewise; its mean is taken off the first one's.
        level: Probability of covering, in (0, 1).
        least: How far the interval reaches at least, for groups without any spread.

    Raises:
        ValueError: A group is empty, or a variance is negative.

    References:
        Welch (1938), The significance of the difference between two means when the population variances are unequal.
    """
    (mean, variance, n), (other, other_variance, m) = first, second
    if min(n, m) < 1 or min(variance, other_variance) < 0:
        msg = f"{n} and {m} examples with variances {variance} and {other_variance}: expected some, and none below 0"
        raise ValueError(msg)
    reach = max(least, quantile(level) * math.sqrt(variance / n + other_variance / m))
    return Interval(low=mean - other - reach, high=mean - other + reach, level=level, method=WELCH)
