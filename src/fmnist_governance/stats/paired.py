"""Do two models differ on the same images, and by how much?"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fmnist_governance.stats.interval import Interval
from fmnist_governance.stats.proportions import quantile

TANGO = "tango"
_STEPS = 200


@dataclass(frozen=True, slots=True)
class Discordance:
    """On how many of the same images two models differ in being right."""

    gained: int
    """Images that only the later model gets right."""
    lost: int
    """Images that only the earlier model gets right."""
    n: int
    """All images; at least 1."""

    def __post_init__(self) -> None:
        """Refuse counts that no images give."""
        if min(self.gained, self.lost) < 0 or self.n < max(1, self.gained + self.lost):
            msg = f"{self.gained} gained and {self.lost} lost of {self.n} images: expected counts within at least one"
            raise ValueError(msg)

    @property
    def difference(self) -> float:
        """Return how much more often the later model is right, in [-1, 1]."""
        return (self.gained - self.lost) / self.n


def discordance(before: str, after: str) -> Discordance:
    """Count where two models differ.

    Args:
        before: (N,) text of 0 and 1, whether the earlier model was right, in the order of the images.
        after: (N,) the same of the later model.

    Raises:
        ValueError: The texts are empty, or not about equally many images.
    """
    if len(before) != len(after) or not before:
        msg = f"{len(before)} and {len(after)} images: expected equally many, and at least one"
        raise ValueError(msg)
    pairs = list(zip(before, after, strict=True))
    return Discordance(gained=pairs.count(("0", "1")), lost=pairs.count(("1", "0")), n=len(pairs))


def mcnemar(found: Discordance) -> float:
    """Return the exact two-sided p-value of McNemar's test.

    Returns:
        Probability, in (0, 1], of counts at least as uneven if each discordant image fell to either side alike.

    References:
        McNemar (1947), Note on the sampling error of the difference between correlated proportions or percentages.
    """
    discordant, fewer = found.gained + found.lost, min(found.gained, found.lost)
    term = tail = 1
    for k in range(fewer):
        term = term * (discordant - k) // (k + 1)
        tail += term
    return min(1.0, 2 * tail / (1 << discordant))


def difference_interval(found: Discordance, level: float = 0.95, family: int = 1) -> Interval:
    """Return Tango's score interval of the difference; it stays honest where no image is discordant.

    Args:
        found: The counts.
        level: Probability of covering, in (0, 1).
        family: For how many sibling intervals the level is to hold at once (Bonferroni).

    Returns:
        An interval within [-1, 1] that contains the observed difference.

    Raises:
        ValueError: Level or family are out of range.

    References:
        Tango (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
        design, section 4.
    """
    z = quantile(level, family)
    mirrored = Discordance(gained=found.lost, lost=found.gained, n=found.n)
    low, high = _lowest(found, z), -_lowest(mirrored, z)
    observed = found.difference
    return Interval(low=min(low, observed), high=max(high, observed), level=level, method=TANGO, family=family)


def _lowest(found: Discordance, z: float) -> float:
    """Return by bisection the least difference that the score test does not reject."""
    rejected, kept = -1.0, found.difference
    for _ in range(_STEPS):
        middle = (rejected + kept) / 2
        if middle in {rejected, kept}:
            break
        if _score(found, middle) > z:
            rejected = middle
        else:
            kept = middle
    return kept


def _score(found: Discordance, difference: float) -> float:
    """Return by how many standard errors the counts lie above a supposed difference."""
    n, lost = found.n, found.lost
    excess = found.gained - lost - n * difference
    b = -found.gained - lost + (2 * n - found.gained + lost) * difference
    c = -lost * difference * (1 - difference)
    share = max(0.0, (math.sqrt(max(0.0, b * b - 8 * n * c)) - b) / (4 * n))
    variance = n * (2 * share + difference * (1 - difference))
    return excess / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, excess) if excess else 0.0
