"""Below which confidence should the model rather say nothing?"""

from __future__ import annotations

from torch import Tensor

from fmnist_governance.audit.uncertainty.ranking import ranked
from fmnist_governance.stats.proportions import quantile


def threshold(confidence: Tensor, correct: Tensor, wished_error: float) -> float | None:
    """Return the confidence from which on answers are accepted, so that few of them are wrong.

    The most answers are accepted of which, seen on these images, the upper end of the 95 % Wilson interval of their
    error rate is at most the wished one.

    Args:
        confidence: (N,) float64, N at least 1.
        correct: (N,) bool.
        wished_error: Share of the accepted answers that may be wrong, in (0, 1).

    Returns:
        A confidence that some image has; None where no threshold keeps the error so low on so few images.

    References:
        Geifman and El-Yaniv (2017), Selective Classification for Deep Neural Networks; Wilson (1927).
    """
    ranking = ranked(confidence, correct)
    images, errors = ranking.last.double() + 1, ranking.wrong.cumsum(dim=0)[ranking.last]
    kept = (highest_error(errors, images) <= wished_error).nonzero()[:, 0]
    return float(confidence[ranking.order[ranking.last[kept[-1]]]]) if len(kept) else None


def highest_error(errors: Tensor, images: Tensor) -> Tensor:
    """Return (G,) the upper end of the 95 % Wilson interval of each of (G,) error counts among (G,) images."""
    z = quantile(0.95)
    share, weight = errors / images, z * z / images
    reach = z * (share * (1 - share) / images + weight / (4 * images)).sqrt()
    return (share + weight / 2 + reach) / (1 + weight)
