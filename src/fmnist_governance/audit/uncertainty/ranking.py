"""How well does confidence tell right answers from wrong ones?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Ranking:
    """Images by falling confidence. Of those with the same confidence, every order counts alike."""

    order: Tensor
    """(N,) int64, the row of each image, the surest first."""
    wrong: Tensor
    """(N,) float64, 1 where the answer is wrong, in that order."""
    last: Tensor
    """(G,) int64, the place of the last image of each group of the same confidence."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many images are accepted once each group of the same confidence is, and how many of them are wrong.

    Each (B, G) float64, by falling confidence, for B weightings of the images.
    """

    images: Tensor
    errors: Tensor
    added_images: Tensor
    """Images of each group alone."""
    added_errors: Tensor
    """Wrong ones of each group alone."""


def ranked(confidence: Tensor, correct: Tensor) -> Ranking:
    """Order images by confidence.

    Args:
        confidence: (N,) float64, N at least 1.
        correct: (N,) bool.
    """
    falling, order = confidence.sort(descending=True, stable=True)
    last = torch.cat([(falling[1:] != falling[:-1]).nonzero()[:, 0], torch.tensor([len(falling) - 1])])
    return Ranking(order, (~correct[order]).double(), last)


def accepted(ranking: Ranking, weights: Tensor) -> Accepted:
    """Accept images group by group.

    Args:
        ranking: The images.
        weights: (B, N) float64, how often each image counts, in the ranking's order.
    """
    wrong = weights * ranking.wrong
    images, errors = weights.cumsum(dim=1), wrong.cumsum(dim=1)
    if len(ranking.last) == images.shape[1]:
        return Accepted(images, errors, weights, wrong)
    images, errors = images[:, ranking.last], errors[:, ranking.last]
    return Accepted(images, errors, _steps(images), _steps(errors))


def _steps(sums: Tensor) -> Tensor:
    return sums.diff(dim=1, prepend=torch.zeros(len(sums), 1, dtype=sums.dtype))


def area_under_risk(found: Accepted) -> Tensor:
    """Average, over how many images are accepted (1 to N), the error rate among those accepted.

    Returns:
        (B,) in [0, 1]; the error rate itself where confidence says nothing.

    References:
        Geifman, Uziel and El-Yaniv (2019), Bias-Reduced Uncertainty Estimation for Deep Neural Classifiers, equation 1.
    """
    size = found.added_images
    share = found.added_errors / size.clamp(min=1)
    ahead = found.errors - share * found.images
    # The sum over j = 1..size of (errors before + share * j) / (images before + j).
    area = share * size + ahead * _steps(_harmonic(int(found.images[:, -1].max()))[found.images.long()])
    return area.sum(dim=1) / found.images[:, -1]


def _harmonic(n: int) -> Tensor:
    terms = 1 / torch.arange(1, n + 1, dtype=torch.float64)
    return torch.cat([torch.zeros(1, dtype=torch.float64), terms.cumsum(dim=0)])


def area_under_generalised_risk(found: Accepted) -> Tensor:
    """Average, over how many images are accepted (1 to N), the share of all images that is accepted and wrong.

    Returns:
        (B,) in [0, 1/2]; half the error rate where confidence says nothing.

    References:
        Traub et al. (2024), Overcoming Common Flaws in the Evaluation of Selective Classification Systems, section 3.
    """
    area = found.errors * found.added_images - found.added_errors * (found.added_images - 1) / 2
    return area.sum(dim=1) / found.images[:, -1] ** 2


def failure_auroc(found: Accepted) -> Tensor:
    """Return how often a right answer is surer than a wrong one; ties count half.

    Returns:
        (B,) in [0, 1]; NaN where all answers are right, or all wrong.

    References:
        Hanley and McNeil (1982), The meaning and use of the area under a receiver operating characteristic curve.
    """
    right, wrong = found.images - found.errors, found.added_errors
    surer = right - (found.added_images - wrong) / 2
    return (wrong * surer).sum(dim=1) / (found.errors[:, -1] * right[:, -1])


def risk_at(found: Accepted, count: int) -> Tensor:
    """Return the error rate among the `count` surest images, 1 to N; of images that tie at the edge, their mean.

    Returns:
        (B,) in [0, 1].
    """
    return errors_at(found, torch.tensor([count]))[:, 0] / count


def errors_at(found: Accepted, counts: Tensor) -> Tensor:
    """Return how many of the surest images are wrong; of images that tie at the edge, their share.

    Args:
        found: What is accepted.
        counts: (C,) int64, how many images are accepted, 1 to N.

    Returns:
        (B, C) float64.
    """
    wanted = counts.double().expand(len(found.images), -1).contiguous()
    group = torch.searchsorted(found.images, wanted)
    size, wrong = found.added_images.gather(1, group), found.added_errors.gather(1, group)
    over = found.images.gather(1, group) - wanted
    return found.errors.gather(1, group) - wrong / size.clamp(min=1) * over
