"""Which labels does a model doubt that did not learn from them?"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from fmnist_governance.audit.quality.numbers import exact, share
from fmnist_governance.evidence.record import Measurement


def candidates(labels: Tensor, probabilities: Tensor) -> Tensor:
    """Find labels that may be wrong, by confident learning.

    The model is taken to be sure of class k where it is at least as sure as it is on average of the images that are
    labelled k. An image is a candidate where, among the classes that it is sure of, the likeliest is not the label, and
    where its answer is not the label either.

    Args:
        labels: (N,) int64.
        probabilities: (N, K) float64, out of sample: of a model that did not learn from these images.

    Returns:
        (N,) bool.

    References:
        Northcutt, Jiang and Chuang (2021), Confident Learning: Estimating Uncertainty in Dataset Labels, arXiv
        1911.00068, section 3.1.
    """
    classes = torch.arange(probabilities.shape[1])
    own = labels[:, None] == classes
    sums, counts = (probabilities * own).sum(dim=0), own.sum(dim=0)
    level = torch.where(counts > 0, sums / counts.clamp_min(1), torch.inf)
    sure = probabilities >= level
    confident = torch.where(sure, probabilities, -1.0).argmax(dim=1)
    return sure.any(dim=1) & (confident != labels) & (probabilities.argmax(dim=1) != labels)


def margin(labels: Tensor, probabilities: Tensor) -> Tensor:
    """Return (N,) probability of the label less that of the likeliest other class; the lowest is doubted most."""
    own = probabilities.gather(1, labels[:, None])[:, 0]
    others = probabilities.scatter(1, labels[:, None], -1.0).amax(dim=1)
    return own - others


def measured(side: str, doubted: Tensor) -> Iterator[Measurement]:
    """Count the candidates of a side; `doubted` is (N,) bool."""
    words = {"test": "test images, doubted by the model", "train": "training images, doubted by a light model"}[side]
    hits, n = int(doubted.sum()), len(doubted)
    yield exact(f"label_issue.{side}.count", f"Candidates for wrong labels among the {words}", hits)
    yield share(f"label_issue.{side}.rate", f"Candidates for wrong labels, as a share of the {words}", hits, n)


def owed(*, training: bool) -> tuple[str, ...]:
    """Return the names of what is measured."""
    test, train = (tuple(f"label_issue.{side}.{kind}" for kind in ("count", "rate")) for side in ("test", "train"))
    return (*test, *train, "label_issue.train.model_accuracy") if training else test
