"""One number for all corruptions: errors relative to a baseline, and calibration, with their intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from fmnist_governance.audit.clustered import percentiles, resampled_sums
from fmnist_governance.audit.corruptions.scores import (
    BINS,
    LEAST_LOSS,
    calibration_gaps,
    corruption_errors,
    relative_corruption_errors,
)
from fmnist_governance.audit.corruptions.sweep import Sweep
from fmnist_governance.evidence.record import Interval
from fmnist_governance.stats.proportions import wilson


class Number(NamedTuple):
    """A value and the interval around it."""

    value: float
    interval: Interval


@dataclass(frozen=True, slots=True)
class Overall:
    """What holds for all corruptions together."""

    ece: Number
    """Mean calibration error of the conditions."""
    mce: Number | None
    """Mean corruption error; None without a baseline that errs."""
    relative_mce: Number | None
    """Relative mean corruption error; None without a baseline that suffers."""
    left_out: tuple[str, ...]
    """Names of the corruptions from which the baseline hardly suffers; the relative error is not over them."""


def overall(sweep: Sweep, resamples: int, generator: torch.Generator) -> Overall:
    """Average over corruptions, and draw images with all their answers again for the intervals.

    Args:
        sweep: The answers.
        resamples: How often to draw.
        generator: Where the randomness comes from.
    """
    gaps = calibration_gaps(sweep.confidence, sweep.correct)
    columns = [gaps.movedim(2, 0).flatten(1), _errors(sweep.correct), _error(sweep.clean)]
    if sweep.baseline_correct is not None and sweep.baseline_clean is not None:
        columns += [_errors(sweep.baseline_correct), _error(sweep.baseline_clean)]
    sizes = [column.shape[1] for column in columns]
    table = torch.cat(columns, dim=1)
    rates = (table.double().sum(dim=0, keepdim=True) / sweep.n).split(sizes, dim=1)
    drawn = (resampled_sums(table, resamples, generator) / sweep.n).split(sizes, dim=1)
    still = wilson(0, sweep.n).high
    ece = _number(lambda parts: _ece(parts[0]), rates, drawn, still)
    if sweep.baseline_correct is None:
        return Overall(ece, None, None, ())
    return _compared(sweep, ece, rates, drawn, still)


Parts = tuple[Tensor, ...]
"""For each resample, or for the images themselves: calibration gaps, errors under each corruption, the clean error, and
the same two errors of the baseline."""


def _compared(sweep: Sweep, ece: Number, rates: Parts, drawn: Parts, still: float) -> Overall:
    baseline, clean = rates[3][0], rates[4][0]
    one = 1 / (sweep.n * len(sweep.asked.severities))
    suffers = baseline - clean >= LEAST_LOSS

    def mean(parts: Parts) -> Tensor:
        return corruption_errors(parts[1], parts[3].clamp(min=one)).mean(dim=1)

    def relative(parts: Parts) -> Tensor:
        errors, at_least = parts[1][:, suffers], parts[4] + one
        return relative_corruption_errors(errors, parts[2], parts[3][:, suffers].clamp(min=at_least), parts[4]).mean(1)

    reach = still * float((1 / baseline.clamp(min=one)).mean())
    mce = _number(mean, rates, drawn, reach) if bool((baseline > 0).all()) else None
    reach = still / LEAST_LOSS
    added = _number(relative, rates, drawn, reach, least=None) if bool(suffers.any()) else None
    left_out = (c.title for c, hurt in zip(sweep.asked.corruptions, suffers.tolist(), strict=True) if not hurt)
    return Overall(ece, mce, added, tuple(left_out))


def _number(
    score: Callable[[Parts], Tensor], rates: Parts, drawn: Parts, reach: float, least: float | None = 0.0
) -> Number:
    value = float(score(rates)[0])
    return Number(value, percentiles(value, score(drawn), reach, least))


def _ece(gaps: Tensor) -> Tensor:
    found: Tensor = gaps.unflatten(1, (-1, BINS))
    return found.abs().sum(dim=2).mean(dim=1)


def _errors(correct: Tensor) -> Tensor:
    """Turn (C, S, N) right answers into (N, C) errors, averaged over severities."""
    return 1 - correct.float().mean(dim=1).T


def _error(correct: Tensor) -> Tensor:
    """Turn (N,) right answers into (N, 1) errors."""
    return 1 - correct.float()[:, None]
