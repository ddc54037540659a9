"""Intervals of numbers that are not plain shares, from images that are drawn with replacement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from fmnist_governance.evidence.record import Interval
from fmnist_governance.stats.proportions import wilson

LEVEL = 0.95
_CHUNK = 250
"""Resamples whose weights are held at once."""

Measure = Callable[[Tensor], Tensor]
"""Maps (B, N) float64, how often each image counts, to (B,) of one number, or to (B, S) of several."""


Span = tuple[float | None, float | None]
"""The least and the most that a number can be; None where it has no end."""


def once(measure: Measure, n: int) -> Tensor:
    """Return what a measure gives when each of n images counts once: one number, or (S,)."""
    return measure(torch.ones(1, n, dtype=torch.float64))[0]


def resampled(measure: Measure, n: int, resamples: int, generator: torch.Generator) -> Tensor:
    """Measure again on images that are drawn with replacement.

    Args:
        measure: What is measured.
        n: Number of images.
        resamples: B, how often n images are drawn.
        generator: Where the randomness comes from.

    Returns:
        (B,) or (B, S) float64, as the measure gives.

    References:
        Efron and Tibshirani (1993), An Introduction to the Bootstrap, chapter 6.
    """
    return torch.cat([measure(weights) for weights in _weights(n, resamples, generator)])


def _weights(n: int, resamples: int, generator: torch.Generator) -> Iterator[Tensor]:
    for start in range(0, resamples, _CHUNK):
        size = min(_CHUNK, resamples - start)
        drawn = torch.randint(0, n, (size, n), generator=generator)
        drawn += torch.arange(size)[:, None] * n
        yield torch.bincount(drawn.flatten(), minlength=size * n).view(size, n).double()


def around(  # noqa: PLR0913 - what an interval depends on
    value: float,
    drawn: Tensor,
    n: int,
    *,
    noise: Tensor | None = None,
    alike: bool = False,
    scale: float = 1.0,
    span: Span = (None, None),
) -> Interval:
    """Return an interval that covers both the number as measured and the number without its bias.

    Whatever sums absolute gaps or takes a largest one is too large on few images, and larger again on a resample. The
    interval reaches from the lower end of the bootstrap reflected about the value, which takes the bias away, to the
    upper end of the bootstrap centred at the value, which leaves it; and likewise on the other side. Without bias the
    two are as good as the same.

    Args:
        value: As measured.
        drawn: (B,) the same number of each resample; NaN where it is not defined.
        n: Images in the smallest group that the number rests on.
        noise: (B,) by how much at most each resample is off for sums of gaps, which may be nothing but noise: the lower
            end goes down by its upper end.
        alike: Whether these images all were right, or all wrong: then no resample can show the other kind, and the
            interval is widened by the largest share of it that n images may hide.
        scale: How far the number may move for a share of 1.
        span: The smallest and the largest that the number can be.

    References:
        Davison and Hinkley (1997), Bootstrap Methods and their Application, section 5.2 (basic bootstrap).
    """
    kept = drawn[~drawn.isnan()].double()
    low, high, mean = value, value, value
    if len(kept):
        tails = torch.tensor([(1 - LEVEL) / 2, (1 + LEVEL) / 2], dtype=torch.float64)
        low, high = (float(q) for q in torch.quantile(kept, tails))
        mean = float(kept.mean())
    ends = (value + low - mean, value + high - mean, 2 * value - high, 2 * value - low)
    hidden = scale * wilson(0, n).high if alike or not low < high else 0.0
    sunk = 0.0 if noise is None else float(torch.quantile(noise.double(), (1 + LEVEL) / 2))
    low, high = min(*ends, value - hidden, value - sunk), max(*ends, value + hidden)
    least, most = span
    return Interval(
        low=low if least is None else min(value, max(least, low)),
        high=high if most is None else max(value, min(most, high)),
        level=LEVEL,
        method="bootstrap" if hidden == 0 else "bootstrap, widened by what so few images may hide",
    )
