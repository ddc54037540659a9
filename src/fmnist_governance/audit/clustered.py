"""Intervals for rates over several answers an image: answers to one image are not independent, images are."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from fmnist_governance.audit.bootstrap import percentile_interval, resampled_counts
from fmnist_governance.evidence.record import Interval
from fmnist_governance.stats.proportions import wilson

ONCE = "wilson, each image counted once"
_CHUNK = 250
"""Resamples whose weights are held at once."""


def pooled_interval(hits: Tensor, tries: int, resamples: int, generator: torch.Generator, family: int = 1) -> Interval:
    """Return the interval of a share of answers, resampling images with all their answers.

    Args:
        hits: (N,) int64, how many of its tries each image passed, 0 to `tries`.
        tries: Answers an image.
        resamples: How often to draw for one interval; for one of a family, with its thinner tails, more often.
        generator: Where the randomness comes from.
        family: For how many sibling intervals the level holds at once.

    Returns:
        A bootstrap interval in [0, 1]. Where all images agree, Wilson's of as many answers as there are images.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, section 8.3.
    """
    n = len(hits)
    counts = torch.bincount(hits, minlength=tries + 1).numpy()
    drawn = resampled_counts(counts, _draws(resamples, family), generator) @ torch.arange(tries + 1).numpy()
    found = percentile_interval(int(hits.sum()) / (n * tries), drawn / (n * tries), n, family)
    return found if found.method == "bootstrap" else found.model_copy(update={"method": ONCE})


def drop_interval(
    before: Tensor, after: Tensor, resamples: int, generator: torch.Generator, family: int = 1
) -> Interval:
    """Return the interval of the accuracy that is lost from one condition to another, on the same images.

    Args:
        before: (N,) bool, whether each image was answered rightly at first.
        after: (N,) bool, likewise afterwards.
        resamples: How often to draw for one interval; for one of a family, with its thinner tails, more often.
        generator: Where the randomness comes from.
        family: For how many sibling intervals the level holds at once.

    Returns:
        An interval in [-1, 1]. Where no answer changed, or all did in one direction, it reaches as far as Wilson's.
    """
    n = len(before)
    lost, gained = int((before & ~after).sum()), int((after & ~before).sum())
    counts = torch.tensor([lost, gained, n - lost - gained]).numpy()
    cells = resampled_counts(counts, _draws(resamples, family), generator)
    value, drawn = (lost - gained) / n, (cells[:, 0] - cells[:, 1]) / n
    found = percentile_interval(value, drawn, n, family) if drawn.min() < drawn.max() else None
    if found is not None and found.method == "bootstrap":
        return found
    reach = wilson(0, n, family=family).high
    return Interval(low=max(-1.0, value - reach), high=min(1.0, value + reach), method=ONCE, family=family)


def _draws(resamples: int, family: int) -> int:
    """Return how often to draw, so that the tails of a family's interval hold some resamples."""
    return resamples * math.ceil(math.sqrt(family))


def resampled_sums(columns: Tensor, resamples: int, generator: torch.Generator) -> Tensor:
    """Sum columns over images that are drawn with replacement.

    Args:
        columns: (N, M) float, a row an image.
        resamples: B, how often N images are drawn.
        generator: Where the randomness comes from.

    Returns:
        (B, M) float32. Every column sees the same draws, so that ratios and differences can be taken.
    """
    n = len(columns)
    found = []
    for start in range(0, resamples, _CHUNK):
        size = min(_CHUNK, resamples - start)
        drawn = torch.randint(0, n, (size, n), generator=generator)
        own = drawn + torch.arange(size)[:, None] * n
        weights = torch.bincount(own.flatten(), minlength=size * n).view(size, n)
        found.append(weights.float() @ columns.float())
    return torch.cat(found)


def percentiles(value: float, drawn: Tensor, reach: float, least: float | None = 0.0) -> Interval:
    """Return the middle 95 % of a resampled number, moved so that its mean is the measured one.

    Resampling makes whatever sums absolute differences larger on the average; the shift takes that away.

    Args:
        value: As measured.
        drawn: (B,) the same number of each resample.
        reach: How far the interval goes where no resample differs from another.
        least: The smallest that the number can be; None where it has no end.
    """
    centred = drawn.double() + (value - float(drawn.double().mean()))
    low, high = (float(q) for q in torch.quantile(centred, torch.tensor([0.025, 0.975], dtype=torch.float64)))
    moved = bool((drawn != drawn[0]).any())
    low, high = (min(low, value), max(high, value)) if moved else (value - reach, value + reach)
    return Interval(low=low if least is None else max(least, low), high=high, method="bootstrap" if moved else ONCE)
