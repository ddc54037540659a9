"""How sure can one be of a share that was counted?"""

from __future__ import annotations

import math
from statistics import NormalDist

from fmnist_governance.stats.interval import Interval

WILSON = "wilson"


def quantile(level: float, family: int = 1) -> float:
    """Return how many standard deviations a two-sided interval spans on each side.

    Args:
        level: Probability of covering, in (0, 1).
        family: For how many intervals the level is to hold at once (Bonferroni); at least 1.

    Raises:
        ValueError: An argument is out of range.
    """
    if not 0 < level < 1 or family < 1:
        msg = f"level {level} and family {family}: expected a level in (0, 1) and at least one interval"
        raise ValueError(msg)
    return -NormalDist().inv_cdf((1 - level) / (2 * family))


def wilson(successes: int, n: int, level: float = 0.95, family: int = 1) -> Interval:
    """Return Wilson's score interval of a share.

    Args:
        successes: How many of the examples had the property, 0 to n.
        n: How many examples were counted; at least 1.
        level: Probability of covering, in (0, 1).
        family: For how many sibling intervals the level is to hold at once.

    Returns:
        An interval within [0, 1] that contains the observed share.

    Raises:
        ValueError: There are no examples, or more successes than examples.

    References:
        Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    if not 0 <= successes <= n or n < 1:
        msg = f"{successes} of {n}: expected at least one example, and between 0 and all of them"
        raise ValueError(msg)
    z = quantile(level, family)
    share, weight = successes / n, z * z / n
    centre = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    low = 0.0 if successes == 0 else max(0.0, centre - reach)
    high = 1.0 if successes == n else min(1.0, centre + reach)
    return Interval(low=low, high=high, level=level, method=WILSON, family=family)
