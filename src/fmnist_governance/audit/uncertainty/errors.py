"""How far confidence and accuracy lie apart, as measures that can be resampled.

The measures of gaps give (B, 2): the error of each resample, and its noise: the size of what the resample moved the
gaps by. An error is a norm of its gaps, so that the true one is never below the measured one less the noise.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from fmnist_governance.audit.uncertainty.bins import equal_width, spread
from fmnist_governance.audit.uncertainty.resampling import Measure, once


def calibration_error(confidence: Tensor, correct: Tensor, place: Tensor) -> Measure:
    """Average the gap between confidence and accuracy over bins, weighted by their size.

    Args:
        confidence: (N,) float64, probability of the predicted class.
        correct: (N,) bool, whether the prediction was right.
        place: (N,) int64, the bin of each image.

    Returns:
        A measure in [0, 1], and its noise; 0 is perfectly calibrated.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, equation 3.
    """
    gaps = spread(correct.double() - confidence, place)
    return _sized(lambda weights: weights @ gaps, _sum, len(place), len(place))


def _sum(gaps: Tensor) -> Tensor:
    return gaps.abs().sum(dim=1)


def _largest(gaps: Tensor) -> Tensor:
    return gaps.abs().amax(dim=1)


def _sized(gaps: Measure, norm: Callable[[Tensor], Tensor], n: int, whole: int = 1) -> Measure:
    still = once(gaps, n)

    def measure(weights: Tensor) -> Tensor:
        drawn = gaps(weights)
        return torch.stack([norm(drawn), norm(drawn - still)], dim=1) / whole

    return measure


def largest_error(confidence: Tensor, correct: Tensor, place: Tensor, fewest: int) -> Measure | None:
    """Take the largest gap of all bins with enough images.

    Args:
        confidence: (N,) float64, probability of the predicted class.
        correct: (N,) bool, whether the prediction was right.
        place: (N,) int64, the bin of each image.
        fewest: Images that a bin must hold to count.

    Returns:
        A measure in [0, 1], and its noise; None where no bin holds so many.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, equation 5.
    """
    held = spread(torch.ones(len(place)), place)
    kept = held.sum(dim=0) >= fewest
    if not kept.any():
        return None
    held, gaps = held[:, kept], spread(correct.double() - confidence, place)[:, kept]
    return _sized(lambda weights: weights @ gaps / (weights @ held).clamp(min=1), _largest, len(place))


def debiased_error(confidence: Tensor, correct: Tensor, place: Tensor) -> Measure:
    """Return the root of the mean squared gap, less what the bins' own noise adds to it; never below 0.

    Args:
        confidence: (N,) float64, probability of the predicted class.
        correct: (N,) bool, whether the prediction was right.
        place: (N,) int64, the bin of each image. Bins of a single image are left out: their noise is unknown.

    References:
        Kumar, Liang and Ma (2019), Verified Uncertainty Calibration, section 4 (the debiased estimator).
    """
    held, right = spread(torch.ones(len(place)), place), spread(correct, place)
    gaps = spread(correct.double() - confidence, place)
    still = gaps.sum(dim=0) / held.sum(dim=0)

    def measure(weights: Tensor) -> Tensor:
        counts = weights @ held
        accuracy, gap = (weights @ each / counts.clamp(min=1) for each in (right, gaps))
        share = counts * (counts > 1)
        share /= share.sum(dim=1, keepdim=True).clamp(min=1)
        squared = gap**2 - accuracy * (1 - accuracy) / (counts - 1).clamp(min=1)
        moved = (share * (gap - still) ** 2).sum(dim=1)
        return torch.stack([(share * squared).sum(dim=1).clamp(min=0), moved], dim=1).sqrt()

    return measure


def classwise_error(probabilities: Tensor, labels: Tensor, bins: int) -> Measure:
    """Average the calibration error of each class's own probability, right or wrong, over the classes.

    Args:
        probabilities: (N, K) float64, rows sum to 1.
        labels: (N,) int64.
        bins: Number of equal-width bins.

    References:
        Kull et al. (2019), Beyond temperature scaling, definition 3 and section 3 (classwise-ECE).
    """
    classes = probabilities.shape[1]
    is_label = torch.nn.functional.one_hot(labels, classes)
    place = equal_width(probabilities, bins) + torch.arange(classes) * bins
    gaps = torch.zeros(len(labels), classes * bins, dtype=torch.float64)
    gaps.scatter_(1, place, is_label - probabilities)
    used = gaps[:, gaps.ne(0).any(dim=0)]
    return _sized(lambda weights: weights @ used, _sum, len(used), len(used) * classes)


def mean_of(values: Tensor) -> Measure:
    """Average a number over images; (N,) float64."""
    return lambda weights: weights @ values / weights.sum(dim=1)


def brier(probabilities: Tensor, labels: Tensor) -> Tensor:
    """Return (N,) the squared distance of each answer from the truth, in [0, 2].

    References:
        Brier (1950), Verification of forecasts expressed in terms of probability.
    """
    return ((probabilities - torch.nn.functional.one_hot(labels, probabilities.shape[1])) ** 2).sum(dim=1)


def surprise(logits: Tensor, labels: Tensor) -> Tensor:
    """Return (N,) float64, the negative logarithm of each label's probability, in nats."""
    return torch.nn.functional.cross_entropy(logits.double(), labels, reduction="none")


def if_calibrated(confidence: Tensor, place: Tensor, chance: Tensor) -> Tensor:
    """Return the calibration errors that the same confidences would show, were each right as often as it says.

    Args:
        confidence: (N,) float64, probability of the predicted class.
        place: (N,) int64, the bin of each image.
        chance: (N, S) in [0, 1), uniform numbers; an image is right where its number lies below its confidence.

    Returns:
        (S,) float64, one error for each simulation.
    """
    gaps = (chance < confidence[:, None]).double() - confidence[:, None]
    held = spread(torch.ones(len(place)), place)
    return (held.T @ gaps).abs().sum(dim=0) / len(place)
