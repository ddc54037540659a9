"""How well does a score tell two groups apart? Intervals without drawing again, and without a width of zero."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.evidence.record import Interval
from fmnist_governance.stats.proportions import quantile, wilson

LEVEL = 0.95
_ROUNDING = 1e-9
"""0.01 * 2,900 is a little less than 29 in floating point."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its interval."""

    value: float
    interval: Interval


def auroc(positive: Tensor, negative: Tensor, family: int = 1) -> Rate:
    """Return how often a positive example scores above a negative one; ties count half.

    Args:
        positive: (M,) scores, M at least 1.
        negative: (N,) scores, N at least 1.
        family: For how many sibling intervals the level holds at once.

    Returns:
        The area under the ROC curve with DeLong's interval on the scale of log-odds. Where all pairs agree, that has no
        width: then Wilson's of as many pairs as the smaller group has examples, which is never too narrow.

    References:
        DeLong, DeLong and Clarke-Pearson (1988), Comparing the areas under two or more correlated receiver operating
        characteristic curves. Birnbaum and Klose (1957), Bounds for the variance of the Mann-Whitney statistic.
    """
    above, below = _beaten(positive, negative), 1 - _beaten(negative, positive)
    value = min(1.0, max(0.0, float(above.mean())))
    variance = _variance(above) + _variance(below)
    if variance > 0 and 0 < value < 1:
        centre, reach = math.log(value / (1 - value)), quantile(LEVEL, family) * math.sqrt(variance)
        reach /= value * (1 - value)
        low, high = (1 / (1 + math.exp(-min(700.0, max(-700.0, centre + end)))) for end in (-reach, reach))
        return Rate(value, Interval(low=min(low, value), high=max(high, value), method="delong, logit", family=family))
    pairs = min(len(positive), len(negative))
    around = wilson(round(value * pairs), pairs, LEVEL, family)
    low, high = min(value, around.low), max(value, around.high)
    return Rate(value, Interval(low=low, high=high, method="wilson of the smaller group", family=family))


def _beaten(scores: Tensor, others: Tensor) -> Tensor:
    """Return for each score the share of the others that lie below it; equal ones count half."""
    ranked = others.double().sort().values
    wanted = scores.double().contiguous()
    places = torch.searchsorted(ranked, wanted) + torch.searchsorted(ranked, wanted, right=True)
    return places.double() / (2 * len(others))


def _variance(parts: Tensor) -> float:
    """Return the variance of a mean; 0 for one part alone, of which nothing is known."""
    return float(parts.var()) / len(parts) if len(parts) > 1 else 0.0


def kept(reference: Tensor, others: Tensor, tail: float, family: int = 1) -> Rate:
    """Return the share of others at or above the score below which at most a tail of the reference lies.

    With a reference of positive examples and a tail of 5 % this is the false positive rate at 95 % true positives.

    Args:
        reference: (M,) scores, M at least 1.
        others: (N,) scores, N at least 1.
        tail: In (0, 1).
        family: For how many sibling intervals the level holds at once.

    Returns:
        The share. Its interval holds whatever the distributions are: half of what it may miss goes to the threshold
        (order statistics of the reference), half to the share of the others beyond it (Wilson).
    """
    ranked, n = reference.double().sort().values, len(reference)
    miss = (1 - LEVEL) / family / 4
    fewest, most = (binomial_quantile(n, tail, q) for q in (miss, 1 - miss))
    threshold = float(ranked[int(tail * n + _ROUNDING)])
    lowest = float(ranked[fewest - 1]) if fewest else -math.inf
    highest = float(ranked[most]) if most < n else math.inf
    count, least, largest = (int((others >= edge).sum()) for edge in (threshold, highest, lowest))
    value, size = count / len(others), len(others)
    low = wilson(least, size, LEVEL, 2 * family).low
    high = wilson(largest, size, LEVEL, 2 * family).high
    interval = Interval(low=min(low, value), high=max(high, value), method="order statistics, wilson", family=family)
    return Rate(value, interval)


def caught(positive: Tensor, negative: Tensor, tail: float) -> Rate:
    """Return the share of positive examples above the score that at most a tail of the negative ones exceeds.

    Args:
        positive: (M,) scores, M at least 1.
        negative: (N,) scores, N at least 1.
        tail: The false positive rate, in (0, 1).

    Returns:
        The true positive rate, with an interval as in `kept`.
    """
    left = kept(-negative, -positive, tail)
    low, high = 1 - left.interval.high, 1 - left.interval.low
    return Rate(1 - left.value, left.interval.model_copy(update={"low": low, "high": high}))


def binomial_quantile(n: int, share: float, probability: float) -> int:
    """Return the least number of n that is not exceeded with a probability, each counting with a chance of `share`."""
    k = torch.arange(n + 1, dtype=torch.float64)
    ways = math.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)
    chances = (ways + k * math.log(share) + (n - k) * math.log1p(-share)).exp().cumsum(dim=0)
    return min(n, int(torch.searchsorted(chances, torch.tensor(probability, dtype=torch.float64))))
