"""Show a model every set of outsiders, and see what it makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from fmnist_governance.audit.outsiders.catalog import OUTSIDERS
from fmnist_governance.audit.outsiders.outsider import Group, Outsider
from fmnist_governance.audit.outsiders.scores import Known, of_logits
from fmnist_governance.audit.separation import Rate, auroc, kept
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.stats.proportions import wilson

CONFIDENT = 0.9
"""Above this probability an answer counts as given with confidence."""
TAIL = 0.05
"""Share of the known images that a threshold may turn away."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a model made of one set."""

    outsider: Outsider
    images: Tensor
    """(N, C, H, W) float32 in [0, 1]."""
    confidence: Tensor
    """(N,) float64, probability of the answer."""
    predicted: Tensor
    """(N,) int64."""
    scores: Mapping[str, Tensor]
    """Name of each score that the model offers to (N,) float64."""

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.confidence)

    def confident(self, family: int) -> Rate:
        """Return the share that was answered with confidence; its interval holds for so many at once."""
        return _share(int((self.confidence > CONFIDENT).sum()), len(self), family)

    def absorbed(self, family: int) -> tuple[int, Rate]:
        """Return the class that most of them were taken for, and the share that was."""
        counts = self.predicted.bincount()
        most = int(counts.argmax())
        return most, _share(int(counts[most]), len(self), family)


def _share(part: int, n: int, family: int) -> Rate:
    return Rate(part / n, wilson(part, n, family=family))


@dataclass(frozen=True, slots=True)
class Told:
    """How well one score tells one set from the known images."""

    auroc: Rate
    fpr95: Rate
    pairs: int
    """Examples of the smaller of the two groups."""


def fitting(subject: Subject) -> tuple[Outsider, ...]:
    """Return the sets that make sense for a subject."""
    return tuple(outsider for outsider in OUTSIDERS if outsider.lacks(subject) is None)


def sizes(outsiders: tuple[Outsider, ...]) -> dict[Group, int]:
    """Return how many sets each group has: so many intervals hold at once."""
    groups: tuple[Group, ...] = ("far", "near")
    return {group: sum(outsider.group == group for outsider in outsiders) for group in groups}


def tried(subject: Subject, outsider: Outsider, count: int, known: Known | None) -> Tried:
    """Let the model answer a set.

    Args:
        subject: The model.
        outsider: The set.
        count: How many of its images at most.
        known: What distances are measured to; None where there is nothing.
    """
    images = outsider.images(subject, count)
    logits = subject.answer(images)
    scores = of_logits(logits, whole=Need.LOGITS in subject.has)
    if known is not None:
        scores["knn"] = known.score(images)
    confidence, predicted = logits.double().softmax(dim=1).max(dim=1)
    return Tried(outsider, images, confidence, predicted, scores)


def inside(subject: Subject, count: int, known: Known | None) -> dict[str, Tensor]:
    """Return every score of the test images; distances, which cost a pass, of at most so many of them."""
    found = of_logits(subject.test.logits, whole=Need.LOGITS in subject.has)
    if known is not None:
        found["knn"] = known.score(subject.subset(count).images)
    return found


def told(known: Tensor, others: Tensor, family: int) -> Told:
    """Say how well a score tells others from known images; the intervals hold for so many sets at once."""
    return Told(auroc(known, others, family), kept(known, others, TAIL, family), min(len(known), len(others)))
