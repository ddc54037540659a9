"""Can test and training images be told apart?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.check import Column, Table
from fmnist_governance.audit.garments import LOOKS, looks
from fmnist_governance.audit.quality.numbers import estimated, exact, share
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.stats.families import holm
from fmnist_governance.stats.proportions import wilson

POOLED = 7
"""Pixels a side that the classifier sees: an image of 28 x 28 in means of 4 x 4."""
_RIDGE = 1e-3
"""Share of the mean variance that is added, so that pixels that never change do no harm."""
_LEAST = 1e-9
"""What is added at least, so that pixels of which none ever changes do none either."""
_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Told:
    """How well a classifier told two groups of images apart."""

    right: int
    """Of the images that it was not fitted on."""
    n: int
    as_well: int
    """In how many of the shuffles it did at least as well."""
    shuffles: int

    @property
    def p_value(self) -> float:
        """Return how rare so good a classifier is were there nothing to tell."""
        return (1 + self.as_well) / (1 + self.shuffles)


@dataclass(frozen=True, slots=True)
class Statistic:
    """One property of images, compared between two groups."""

    title: str
    distance: float
    """Largest difference of the two distribution functions, in [0, 1] (Kolmogorov and Smirnov)."""
    p: float
    adjusted: float
    """By Holm, over all statistics."""


def pooled(images: Tensor) -> Tensor:
    """Return (N, 49) float64 means of patches of (N, C, H, W) uint8 images, in [0, 1]; of colours, the mean counts."""
    found = [torch.zeros(0, POOLED * POOLED, dtype=torch.float64)]
    for batch in images.split(_BATCH):
        grey = batch.float().mean(dim=1, keepdim=True) / 255
        found.append(torch.nn.functional.adaptive_avg_pool2d(grey, POOLED).flatten(1).double())
    return torch.cat(found)


def told_apart(first: Tensor, second: Tensor, shuffles: int, generator: torch.Generator) -> Told:
    """Fit a linear discriminant on one half of the images, score it on the other, and do so with shuffled sides.

    With two groups the discriminant is a regression on the sides, so that all shuffles share one inverse.

    Args:
        first: (N, D) float64, N at least 2.
        second: (M, D) float64, M at least 2; one of the larger group is left out for each that the other lacks.
        shuffles: How often the sides are shuffled, within each half.
        generator: Draws halves and shuffles.

    References:
        Lopez-Paz and Oquab (2017), Revisiting Classifier Two-Sample Tests, arXiv 1610.06545. Phipson and Smyth (2010),
        Permutation p-values should never be zero.
    """
    size = min(len(first), len(second)) // 2 * 2
    groups = [group[torch.randperm(len(group), generator=generator)[:size]] for group in (first, second)]
    fit, score = (torch.cat([group[part] for group in groups]) for part in (slice(size // 2), slice(size // 2, size)))
    side = torch.cat((torch.ones(size // 2), -torch.ones(size // 2))).double()
    centre = fit.mean(dim=0)
    fit, score = fit - centre, score - centre
    spread = fit.T @ fit
    spread += max(_RIDGE * float(spread.diagonal().mean()), _LEAST) * torch.eye(len(spread))
    solve = torch.linalg.solve(spread, fit.T)
    right = []
    for fitted, scored in ((side[:, None], side[:, None]), _shuffled(side, shuffles, generator)):
        right.append((score @ (solve @ fitted) * scored > 0).sum(dim=0))
    observed, shuffled = int(right[0]), right[1]
    return Told(observed, size, int((shuffled >= observed).sum()), shuffles)


def _shuffled(side: Tensor, shuffles: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return the sides of both halves in (N, B) random orders."""
    orders = (torch.rand(len(side), shuffles, generator=generator).argsort(dim=0) for _ in range(2))
    fitted, scored = (side[order] for order in orders)
    return fitted, scored


def values(images: Tensor) -> Mapping[str, Tensor]:
    """Return every statistic of (N, C, H, W) uint8 images by its title, (N,) each."""
    found = looks(images)
    pixels = images.flatten(1)
    scaled = pixels.float() / 255
    return {
        "mean brightness of the image": scaled.mean(dim=1),
        "standard deviation of the image": scaled.std(dim=1, correction=0),
        "share of white pixels": (pixels == 255).float().mean(dim=1),  # noqa: PLR2004 - the brightest that there is
        **{look.title: found[look.name] for look in LOOKS},
    }


def statistics(first: Tensor, second: Tensor) -> tuple[Statistic, ...]:
    """Compare every statistic of two groups of (N, C, H, W) uint8 images by Kolmogorov's and Smirnov's test."""
    from scipy.stats import ks_2samp

    one, two = values(first), values(second)
    found = {title: ks_2samp(one[title].numpy(), two[title].numpy(), method="asymp") for title in one}
    adjusted = holm([float(test.pvalue) for test in found.values()])
    return tuple(
        Statistic(title, float(test.statistic), float(test.pvalue), p)
        for (title, test), p in zip(found.items(), adjusted, strict=True)
    )


def measured(told: Told, found: tuple[Statistic, ...], first: int, second: int) -> Iterator[Measurement]:
    """Measure how well the two sides can be told apart; `first` and `second` images were compared by statistics."""
    title = "Accuracy of a light classifier that tells test from training images; half is chance"
    yield share("shift.classifier.accuracy", title, told.right, told.n)
    title = f"How rare so good a classifier is by chance, of {told.shuffles} shuffles"
    held = wilson(1 + told.as_well, 1 + told.shuffles)
    yield estimated("shift.classifier.p_value", title, told.p_value, 1 + told.shuffles, held, "higher")
    most = max(found, key=lambda s: s.distance)
    reach = sum(math.sqrt(math.log(2 / (0.05 / (2 * len(found)))) / (2 * n)) for n in (first, second))
    low, high = max(0.0, most.distance - reach), min(1.0, most.distance + reach)
    held = Interval(low=low, high=high, method="dvoretzky, kiefer, wolfowitz", family=len(found))
    title = f"Largest distance between test and training images in a statistic: {most.title}"
    yield estimated("shift.statistics.distance", title, most.distance, first, held, "lower")
    least = min(found, key=lambda s: s.adjusted)
    title = f"Smallest p-value of the statistics, adjusted for their number: {least.title}"
    p_value = exact("shift.statistics.p_value", title, least.adjusted, "score")
    yield p_value.model_copy(update={"better": "higher"})


def owed() -> tuple[str, ...]:
    """Return the names of what is measured."""
    return (
        *("shift.classifier.accuracy", "shift.classifier.p_value"),
        *("shift.statistics.distance", "shift.statistics.p_value"),
    )


def table(found: tuple[Statistic, ...], first: int, second: int) -> Table:
    """Return the distance of every statistic between `first` test and `second` training images, with its p-values."""
    columns = (Column("statistic"), Column("distance", "fraction"), Column("p", "score"), Column("adjusted_p", "score"))
    rows = tuple((s.title, s.distance, s.p, s.adjusted) for s in found)
    caption = f"How far {first:,} test and {second:,} training images lie apart (Kolmogorov and Smirnov)"
    return Table("shift", caption, columns, rows)
