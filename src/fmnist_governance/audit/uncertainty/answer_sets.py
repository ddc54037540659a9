"""Sets of classes that hold the label as often as was asked for (split-conformal prediction)."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def lac_scores(probabilities: Tensor) -> Tensor:
    """Return how unlikely each class is: the smallest sets on the average.

    Args:
        probabilities: (N, K) float64, rows sum to 1.

    Returns:
        (N, K) in [0, 1]; a class is in the set where its score is at most the fitted level.

    References:
        Sadinle, Lei and Wasserman (2019), Least Ambiguous Set-Valued Classifiers with Bounded Error Levels.
    """
    return 1 - probabilities


def aps_scores(probabilities: Tensor, chance: Tensor) -> Tensor:
    """Return how much probability must be gathered, the likeliest class first, to reach each class.

    Sets adapt to the image: hard images get larger ones. Of the class's own probability a random part is left out,
    so that coverage is exact; a set may therefore be empty.

    Args:
        probabilities: (N, K) float64, rows sum to 1.
        chance: (N,) in [0, 1), the part of the class's own probability that is left out.

    Returns:
        (N, K) in [0, 1].

    References:
        Romano, Sesia and Candes (2020), Classification with Valid and Adaptive Coverage, equation 8 and section 2.
    """
    falling, order = probabilities.sort(dim=1, descending=True, stable=True)
    gathered = falling.cumsum(dim=1) - chance[:, None] * falling
    return torch.zeros_like(gathered).scatter_(1, order, gathered)


def level(scores: Tensor, alpha_percent: int) -> float:
    """Return the score up to which classes belong into a set, so that sets miss the label in alpha of the cases.

    Args:
        scores: (n,) float64, the score of the label of each image that it is fitted on.
        alpha_percent: Share of the sets that may miss the label, in percent.

    Returns:
        The ceil((n + 1) (1 - alpha))-th smallest score; infinity, and so sets of all classes, where n is too small.

    References:
        Vovk, Gammerman and Shafer (2005), Algorithmic Learning in a Random World, chapter 4.
    """
    rank = -(-(len(scores) + 1) * (100 - alpha_percent) // 100)
    return float(scores.kthvalue(rank).values) if rank <= len(scores) else math.inf
