"""How does a group of images fare against the others, and against the others of the same classes?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.slicing.groups import Slice
from fmnist_governance.audit.subject import Examples
from fmnist_governance.evidence.record import Interval
from fmnist_governance.stats.families import holm
from fmnist_governance.stats.proportions import wilson
from fmnist_governance.stats.unpaired import Counted, difference_interval, difference_test

SIGNIFICANT = 0.05
MOVER = "newcombe in each class, put together by mover"


@dataclass(frozen=True, slots=True)
class Gap:
    """By how much fewer answers are right in a group than elsewhere."""

    value: float
    """In [-1, 1]; above 0 the group is worse."""
    interval: Interval


@dataclass(frozen=True, slots=True)
class Compared:
    """One group against the others."""

    slice: Slice
    own: Counted
    accuracy: Interval
    gap: Gap
    """Accuracy of all other images less that of the group."""
    p: float
    adjusted: float
    """By Holm, over all groups that were compared."""
    within: Gap | None
    """The same within classes, averaged over them; None where no class has images both in and outside of the group."""

    @property
    def worse(self) -> bool:
        """Whether the group is worse than the others, by the test."""
        return self.adjusted < SIGNIFICANT and self.gap.value > 0

    @property
    def worse_within(self) -> bool:
        """Whether it is worse than images of its own classes, by the simultaneous interval."""
        return self.within is not None and self.within.interval.low > 0


def compared(test: Examples, slices: Sequence[Slice], smallest: int, smallest_in_class: int) -> tuple[Compared, ...]:
    """Compare every group that is large enough with the images outside of it.

    Args:
        test: The answers.
        slices: The groups.
        smallest: Fewest images in a group and outside of it.
        smallest_in_class: Fewest images in a group within a class.
    """
    n, tested = len(test), []
    for each in slices:
        size, least = int(each.member.sum()), smallest_in_class if each.look and each.label is not None else smallest
        if size >= max(1, least) and n - size >= max(1, smallest):
            tested.append(each)
    pairs = [(_counted(test.correct[~s.member]), _counted(test.correct[s.member])) for s in tested]
    p_values = [difference_test(*pair) for pair in pairs]
    family = max(1, len(tested))
    return tuple(
        Compared(
            slice=each,
            own=own,
            accuracy=wilson(own.right, own.n, family=family),
            gap=Gap(rest.share - own.share, difference_interval(own, rest, family=family)),
            p=p,
            adjusted=adjusted,
            within=within_classes(test.labels, test.correct, each.member, family),
        )
        for each, (rest, own), p, adjusted in zip(tested, pairs, p_values, holm(p_values), strict=True)
    )


def _counted(correct: Tensor) -> Counted:
    return Counted(int(correct.sum()), len(correct))


def within_classes(labels: Tensor, correct: Tensor, member: Tensor, family: int = 1) -> Gap | None:
    """Compare a group with other images of the same class, class by class, and average.

    A group may be bad only because it holds many images of a hard class; this gap does not count that.

    Args:
        labels: (N,) int64.
        correct: (N,) bool, whether each image was answered rightly.
        member: (N,) bool, which images are in the group.
        family: For how many sibling intervals the level holds at once.

    Returns:
        The Mantel-Haenszel difference of accuracy, outside less inside; None where no class has images on both sides.

    References:
        Mantel and Haenszel (1959), Statistical aspects of the analysis of data from retrospective studies of disease.
        Greenland and Robins (1985), Estimation of a common effect parameter from sparse follow-up data. Zou and Donner
        (2008), Construction of confidence limits about effect measures: a general approach (for the interval).
    """
    kinds = int(labels.max()) + 1 if len(labels) else 0
    inside, outside = (
        [torch.bincount(labels[which & kept], minlength=kinds).tolist() for kept in (correct, torch.ones_like(correct))]
        for which in (member, ~member)
    )
    strata = [
        (Counted(*own), Counted(*rest))
        for own, rest in zip(zip(*inside, strict=True), zip(*outside, strict=True), strict=True)
        if own[1] and rest[1]
    ]
    if not strata:
        return None
    weights = [own.n * rest.n / (own.n + rest.n) for own, rest in strata]
    whole = sum(weights)
    value, below, above = 0.0, 0.0, 0.0
    for weight, (own, rest) in zip(weights, strata, strict=True):
        share, apart = weight / whole, rest.share - own.share
        held = difference_interval(own, rest, family=family)
        value += share * apart
        below, above = math.hypot(below, share * (apart - held.low)), math.hypot(above, share * (held.high - apart))
    return Gap(value, Interval(low=value - below, high=value + above, level=0.95, method=MOVER, family=family))
