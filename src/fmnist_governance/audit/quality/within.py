"""How many images have a near copy on their own side: test among test, training among training images?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from fmnist_governance.audit.check import Column, Table
from fmnist_governance.audit.quality.near import THRESHOLDS, segment
from fmnist_governance.audit.quality.numbers import share
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson

SideName = Literal["test", "train"]
WORDS: dict[SideName, str] = {"test": "test", "train": "training"}


@dataclass(frozen=True, slots=True)
class Within:
    """How like the likest other image of its own side each of N images is."""

    side: SideName
    likeness: Tensor
    """(N,) float64, normalised cross-correlation."""

    def hits(self, threshold: float) -> int:
        """Return how many images have another of at least this likeness."""
        return int((self.likeness >= threshold).sum())


def measured(within: Within) -> Iterator[Measurement]:
    """Measure the curve of near copies within a side; both images of a pair count."""
    words, n = WORDS[within.side], len(within.likeness)
    for threshold in THRESHOLDS:
        title = f"Share of the {words} images with another {words} image that is like them by {threshold:g} or more"
        name = f"near_duplicate.within_{within.side}.{segment(threshold)}.rate"
        yield share(name, title, within.hits(threshold), n)


def owed(side: SideName) -> tuple[str, ...]:
    """Return the names of what is measured."""
    return tuple(f"near_duplicate.within_{side}.{segment(threshold)}.rate" for threshold in THRESHOLDS)


def table(found: tuple[Within, ...]) -> Table:
    """Return the curves of all sides that were looked through."""
    columns = (
        Column("side"),
        Column("likeness", "score"),
        *(Column(name, "count") for name in ("n", "near")),
        *(Column(f"rate{end}", "fraction") for end in ("", "_low", "_high")),
    )
    rows = []
    for within in found:
        for threshold in THRESHOLDS:
            hits, n = within.hits(threshold), len(within.likeness)
            held = wilson(hits, n)
            rows.append((WORDS[within.side], threshold, n, hits, hits / n, held.low, held.high))
    return Table("near_within", "Images with a near copy on their own side, by threshold", columns, tuple(rows))
