"""How many test images have a near copy among the training images, and what does the model owe to that?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from fmnist_governance.audit.check import Cell, Column, Table
from fmnist_governance.audit.quality.neighbours import Nearest
from fmnist_governance.audit.quality.numbers import estimated, share
from fmnist_governance.audit.slicing.compared import within_classes
from fmnist_governance.audit.subject import Examples
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson
from fmnist_governance.stats.unpaired import Counted, difference_interval

THRESHOLDS = (0.999, 0.995, 0.99, 0.985, 0.98, 0.97, 0.95)
"""Likeness from which on two images are near copies; the strictest first."""
CONFLICT = 0.98
"""Near copies of this likeness should bear the same label."""
COMPARED = 0.95
"""The loosest threshold, and so the largest group to compare with the rest."""
FAR = 0.6
"""A test image less like any training image than this is an outlier."""


@dataclass(frozen=True, slots=True)
class Near:
    """Test images with the training image that is most like each."""

    examples: Examples
    nearest: Nearest
    labels: Tensor
    """(N,) int64, of the nearest training images."""

    def at(self, threshold: float) -> Tensor:
        """Return (N,) bool, which test images have a training image of at least this likeness."""
        return self.nearest.likeness >= threshold

    @property
    def conflict(self) -> Tensor:
        """Return (N,) bool, which have a near copy that bears another label."""
        return self.at(CONFLICT) & (self.labels != self.examples.labels)


def segment(threshold: float) -> str:
    """Return a threshold as it stands in measurement ids, such as `t_0_98`."""
    return f"t_{threshold:g}".replace(".", "_")


def measured(near: Near) -> Iterator[Measurement]:
    """Measure the curve of near copies, accuracy without them, conflicting labels and outliers."""
    n, likeness = len(near.examples), near.nearest.likeness
    for threshold in THRESHOLDS:
        close = near.at(threshold)
        title = f"Share of the test images with a training image that is like them by {threshold:g} or more"
        yield share(f"near_duplicate.{segment(threshold)}.rate", title, int(close.sum()), n)
        if not bool(close.all()):
            rest = _counted(near.examples.correct[~close])
            title = f"Accuracy on the test images without a training image that is like them by {threshold:g} or more"
            name = f"leak_adjusted.{segment(threshold)}.accuracy"
            yield share(name, title, rest.right, rest.n, better="higher")
    yield from _differences(near)
    conflicts = int(near.conflict.sum())
    title = f"Share of the test images whose near copy in training ({CONFLICT:g} or more) bears another label"
    yield share("label_conflict.rate", title, conflicts, n)
    title = f"Share of the test images that are like no training image, by less than {FAR:g} to the nearest"
    yield share("outlier.rate", title, int((likeness < FAR).sum()), n)


def _differences(near: Near) -> Iterator[Measurement]:
    close, test = near.at(COMPARED), near.examples
    if not bool(close.any()) or bool(close.all()):
        return
    prefix = f"near_duplicate.{segment(COMPARED)}"
    rest, own = _counted(test.correct[~close]), _counted(test.correct[close])
    title = f"How much more often right where a training image is like the test image by {COMPARED:g} or more"
    held = difference_interval(rest, own)
    yield estimated(f"{prefix}.accuracy_difference", title, own.share - rest.share, len(test), held, None)
    if (gap := within_classes(test.labels, test.correct, ~close)) is not None:
        name = f"{prefix}.accuracy_difference_within_class"
        yield estimated(name, f"{title}, within classes", gap.value, len(test), gap.interval, None)


def _counted(correct: Tensor) -> Counted:
    return Counted(int(correct.sum()), len(correct))


def owed() -> tuple[str, ...]:
    """Return the names of what is measured."""
    prefix = f"near_duplicate.{segment(COMPARED)}.accuracy_difference"
    return (
        *(f"near_duplicate.{segment(threshold)}.rate" for threshold in THRESHOLDS),
        *(f"leak_adjusted.{segment(threshold)}.accuracy" for threshold in THRESHOLDS),
        *(prefix, f"{prefix}_within_class", "label_conflict.rate", "outlier.rate"),
    )


def table(near: Near) -> Table:
    """Return the curve: near copies at each threshold, and accuracy on them and on the rest."""
    rows = []
    for threshold in THRESHOLDS:
        close = near.at(threshold)
        groups = [near.examples.correct[which] for which in (close, ~close)]
        hits, n = int(close.sum()), len(close)
        held = wilson(hits, n)
        rows.append((threshold, n, hits, hits / n, held.low, held.high, *_accuracy(groups[0]), *_accuracy(groups[1])))
    ends = ("", "_low", "_high")
    columns = (
        Column("likeness", "score"),
        *(Column(name, "count") for name in ("n", "near")),
        *(Column(f"{name}{end}", "fraction") for name in ("rate", "accuracy_near", "accuracy_rest") for end in ends),
    )
    caption = "Test images with a near copy in training, and the accuracy on them and on the rest, by threshold"
    return Table("near_duplicates", caption, columns, tuple(rows))


def _accuracy(correct: Tensor) -> tuple[Cell, Cell, Cell]:
    if not len(correct):
        return None, None, None
    right, n = int(correct.sum()), len(correct)
    held = wilson(right, n)
    return right / n, held.low, held.high
