"""By which number must logits be divided for the probabilities to mean what they say?"""

from __future__ import annotations

import torch
from scipy.optimize import brentq
from torch import Tensor

from fmnist_governance.audit.uncertainty.resampling import Measure

COLDEST, HOTTEST = 0.02, 50.0


def fitted(logits: Tensor, labels: Tensor) -> float | None:
    """Return the temperature T under which logits / T make the labels most likely.

    The negative log-likelihood is convex in 1 / T, so that there is at most one.

    Args:
        logits: (N, K) float.
        labels: (N,) int64.

    Returns:
        T in (0.02, 50); None where none in this range is best: the surer the better, or the less sure the better.

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, section 4.2.
    """

    def slope(sharpness: float) -> float:
        return float(_slopes(logits.double(), labels, sharpness)[0].mean())

    if not slope(1 / HOTTEST) < 0 < slope(1 / COLDEST):
        return None
    return 1 / float(brentq(slope, 1 / HOTTEST, 1 / COLDEST, xtol=1e-12))


def refitted(logits: Tensor, labels: Tensor, temperature: float) -> Measure:
    """Return the temperature of each resample, by one step of Newton's method from that of all images.

    References:
        Schucany and Wang (1991), One-step bootstrapping for smooth iterative procedures.
    """
    slope, curvature = _slopes(logits.double(), labels, 1 / temperature)

    def measure(weights: Tensor) -> Tensor:
        step = (weights @ slope) / (weights @ curvature).clamp(min=torch.finfo(torch.float64).tiny)
        return 1 / (1 / temperature - step).clamp(1 / HOTTEST, 1 / COLDEST)

    return measure


def _slopes(logits: Tensor, labels: Tensor, sharpness: float) -> tuple[Tensor, Tensor]:
    """Return (N,) each: first and second derivative by 1 / T of the negative logarithm of the label's probability."""
    shares = (logits * sharpness).softmax(dim=1)
    mean = (shares * logits).sum(dim=1)
    own = logits.gather(1, labels[:, None])[:, 0]
    return mean - own, (shares * (logits - mean[:, None]) ** 2).sum(dim=1)
