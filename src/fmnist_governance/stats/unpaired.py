"""Do two groups of different images differ in how often an answer is right?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from fmnist_governance.stats.interval import Interval
from fmnist_governance.stats.proportions import wilson

NEWCOMBE = "newcombe"
SMALL_CELL = 10
"""With fewer images than this in a cell, the normal approximation gives way to the exact test."""
_TIE = 1e-7
"""Relative: tables as likely as the observed one count as at least as extreme, whatever rounding makes of them."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of a group's images were answered rightly."""

    right: int
    n: int
    """All images of the group; at least 1."""

    def __post_init__(self) -> None:
        """Refuse counts that no images give."""
        if not 0 <= self.right <= self.n or self.n < 1:
            msg = f"{self.right} right of {self.n}: expected at least one image, and between 0 and all of them right"
            raise ValueError(msg)

    @property
    def share(self) -> float:
        """Return the share of right answers, in [0, 1]."""
        return self.right / self.n


def difference_test(first: Counted, second: Counted) -> float:
    """Return the two-sided p-value of equal shares: Fisher's where a cell is small, else the pooled score test's.

    Returns:
        Probability, in [0, 1], of groups at least as different were there no difference.
    """
    cells = (first.right, first.n - first.right, second.right, second.n - second.right)
    return fisher(first, second) if min(cells) < SMALL_CELL else pooled_score_test(first, second)


def pooled_score_test(first: Counted, second: Counted) -> float:
    """Return the two-sided p-value of the z test with a pooled share; 1 where all images agree."""
    pooled = (first.right + second.right) / (first.n + second.n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / first.n + 1 / second.n))
    return 1.0 if error == 0 else 2 * NormalDist().cdf(-abs(second.share - first.share) / error)


def fisher(first: Counted, second: Counted) -> float:
    """Return the two-sided p-value of Fisher's exact test: all tables that are no likelier than the observed one.

    References:
        Fisher (1935), The logic of inductive inference. Agresti (2013), Categorical Data Analysis, section 3.5.
    """
    right, whole = first.right + second.right, first.n + second.n
    least, most = max(0, right - second.n), min(right, first.n)

    def weight(k: int) -> float:
        return _log_choose(first.n, k) + _log_choose(second.n, right - k) - _log_choose(whole, right)

    edge = weight(first.right) + math.log1p(_TIE)
    return min(1.0, math.fsum(math.exp(w) for k in range(least, most + 1) if (w := weight(k)) <= edge))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def difference_interval(first: Counted, second: Counted, level: float = 0.95, family: int = 1) -> Interval:
    """Return Newcombe's interval of the second share less the first; it has a width even where all images agree.

    Args:
        first: One group.
        second: The other.
        level: Probability of covering, in (0, 1).
        family: For how many sibling intervals the level is to hold at once (Bonferroni).

    References:
        Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    one, two = (wilson(group.right, group.n, level=level, family=family) for group in (first, second))
    value = second.share - first.share
    low = value - math.hypot(second.share - two.low, one.high - first.share)
    high = value + math.hypot(two.high - second.share, first.share - one.low)
    return Interval(low=low, high=high, level=level, method=NEWCOMBE, family=family)
