"""What is computed from answers under corruptions: errors relative to a baseline, and calibration."""

from __future__ import annotations

import torch
from torch import Tensor

BINS = 15
LEAST_LOSS = 0.02
"""Where the baseline loses less accuracy than this, a loss relative to its own says nothing."""
CONFIDENT = 0.7
WRONG = 0.3


def corruption_errors(errors: Tensor, baseline: Tensor) -> Tensor:
    """Return errors as multiples of a baseline's.

    Args:
        errors: (..., C) float, error under each corruption, over all severities.
        baseline: (..., C) float, likewise of the baseline; above 0.

    Returns:
        (..., C) float, not negative; 1 is as bad as the baseline.

    References:
        Hendrycks and Dietterich (2019), arXiv 1903.12261, section 4.2.
    """
    return errors / baseline


def relative_corruption_errors(errors: Tensor, clean: Tensor, baseline: Tensor, baseline_clean: Tensor) -> Tensor:
    """Return what corruptions add to the error, as multiples of what they add to a baseline's.

    Args:
        errors: (..., C) float, error under each corruption, over all severities.
        clean: (..., 1) float, error on undisturbed images.
        baseline: (..., C) float, likewise of the baseline.
        baseline_clean: (..., 1) float, likewise.

    Returns:
        (..., C) float; 1 loses as much as the baseline. Not meaningful where the baseline hardly loses.

    References:
        Hendrycks and Dietterich (2019), arXiv 1903.12261, section 4.2.
    """
    return (errors - clean) / (baseline - baseline_clean)


def calibration_gaps(confidence: Tensor, correct: Tensor, bins: int = BINS) -> Tensor:
    """Return each answer's confidence minus its truth, in the column of its bin of confidence.

    The expected calibration error is the sum of the columns' absolute sums, divided by the number of answers, and so
    can be resampled by weighting rows.

    Args:
        confidence: (..., N) float, probability of the answer, in (0, 1].
        correct: (..., N) bool, whether it was right.
        bins: Number of bins ((m-1)/bins, m/bins] of equal width.

    Returns:
        (..., N, bins) float32.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, eq. 3.
    """
    place = (confidence.double() * bins).ceil().long().sub(1).clamp(0, bins - 1)
    gaps = (confidence.float() - correct.float())[..., None]
    return torch.zeros(*confidence.shape, bins).scatter_(-1, place[..., None], gaps)


def confidently_wrong(accuracy: Tensor, confidence: Tensor) -> Tensor:
    """Tell under which conditions a model is mostly wrong and mostly sure: accuracy below 0.3, confidence above 0.7."""
    return (accuracy < WRONG) & (confidence > CONFIDENT)


def expected_calibration_error(confidence: Tensor, correct: Tensor, bins: int = BINS) -> float:
    """Average the gap between confidence and accuracy, weighted by bin size.

    Args:
        confidence: (N,) float, probability of the answer, in (0, 1].
        correct: (N,) bool, whether it was right.
        bins: Number of bins of equal width.

    Returns:
        Fraction in [0, 1]; 0 is perfectly calibrated.
    """
    return float(calibration_gaps(confidence, correct, bins).double().sum(dim=0).abs().sum() / len(confidence))
