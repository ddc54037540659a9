"""Scores that are to be high for images of a kind that the model knows, and low for others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.audit.uncertainty.held_out import in_order

TITLES: Mapping[str, str] = {
    "msp": "the probability of the winning class",
    "max_logit": "the largest logit",
    "energy": "the energy (log-sum-exp) of the logits",
    "knn": "the distance to known images in the last map",
}
"""Each score and what it is called, in the order of reports."""
NO_LOGITS = "the model gives probabilities only; they do not say how large its logits are"


@dataclass(frozen=True, slots=True)
class Known:
    """Means of the last map of images that the model knows, to measure distances to."""

    features: Callable[[Tensor], Tensor]
    bank: Tensor
    """(M, F) float64, of length 1."""
    nearest: int
    """To which of the nearest the distance counts."""
    source: str
    """Which images these are, in words."""

    def score(self, images: Tensor) -> Tensor:
        """Return (N,) float64, minus the distance of each image to the k-th nearest known one.

        Args:
            images: (N, C, H, W) float32 in [0, 1] or uint8.

        References:
            Sun et al. (2022), Out-of-Distribution Detection with Deep Nearest Neighbors, section 3, arXiv 2204.06507.
        """
        found = _of_length_one(self.features(images))
        return torch.cat([-(self._distances(part)) for part in found.split(_CHUNK)])

    def _distances(self, features: Tensor) -> Tensor:
        return torch.cdist(features, self.bank).kthvalue(self.nearest, dim=1).values


_CHUNK = 1000
"""Images whose distances to all known ones are held at once."""


def of_logits(logits: Tensor, *, whole: bool) -> dict[str, Tensor]:
    """Return the scores of answers.

    Args:
        logits: (N, K) float.
        whole: Whether these are logits; False for log-probabilities, whose size says nothing.

    Returns:
        Name of the score to (N,) float64.

    References:
        Hendrycks and Gimpel (2017), arXiv 1610.02136 (msp); Hendrycks et al. (2022), arXiv 1911.11132 (max_logit); Liu
        et al. (2020), Energy-based Out-of-distribution Detection, equation 4 with T = 1, arXiv 2010.03759 (energy).
    """
    exact = logits.double()
    found = {"msp": exact.softmax(dim=1).amax(dim=1)}
    if whole:
        found |= {"max_logit": exact.amax(dim=1), "energy": exact.logsumexp(dim=1)}
    return found


def known(subject: Subject, images: int, nearest: int) -> Known | str:
    """Gather what distances are measured to: validation images, else images that the model learned from.

    Args:
        subject: The model.
        images: How many known images, drawn by chance.
        nearest: To which of the nearest the distance counts.

    Returns:
        What is known, or the reason why there is nothing to measure distances to.
    """
    if subject.features is None or Need.FEATURES not in subject.has:
        return "the model offers no last map to measure distances in"
    validation = subject.validation
    if validation is not None and len(validation):
        pixels, source = in_order(validation).images, "validation images"
    elif subject.train is not None and len(subject.train):
        pixels, source = subject.train.take(subject.train.index.argsort()).images, "training images"
    else:
        return "the data set has neither validation nor training images to measure distances to"
    drawn = torch.randperm(len(pixels), generator=subject.generator("ood", "known"))[:images].sort().values
    bank = _of_length_one(subject.features(pixels[drawn]))
    return Known(subject.features, bank, min(nearest, len(bank)), f"{len(bank):,} {source}")


def _of_length_one(features: Tensor) -> Tensor:
    return functional.normalize(features.double(), dim=1)


def lacking(subject: Subject, found: Known | str) -> dict[str, str]:
    """Return the scores that a subject does not offer, each with the reason."""
    missing = {} if Need.LOGITS in subject.has else dict.fromkeys(("max_logit", "energy"), NO_LOGITS)
    return missing | ({"knn": found} if isinstance(found, str) else {})
