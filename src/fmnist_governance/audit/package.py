"""The model as its users load it, beside the weights that an audit looks at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, slots=True)
class Answers:
    """What a packaged model answers to some images."""

    probabilities: Tensor
    """(N, K) float64, in the order of the audited classes."""
    said: tuple[str, ...] | None = None
    """The class that it names for each image; None where it names none."""
    likeliest: tuple[str, ...] | None = None
    """The name beside its largest probability; None where it names none."""


@dataclass(frozen=True, slots=True)
class Package:
    """A packaged model, and what is known of it without asking."""

    ask: Callable[[Tensor], Answers] | None
    """Map (N, C, H, W), float32 in [0, 1] or uint8, to answers in one call; None where its code may not run here.

    Raises a ModelError where the packaged code fails."""
    size: int
    """Bytes of all its files."""
    takes_bytes: bool
    """Whether it takes uint8 as well as floats."""
    left_training: tuple[str, ...] | None
    """Names of the layers that it would still train: dropout that drops, batch norm that goes by the batch. None where
    nobody can see."""
    fewest: int = 1
    """Images that one call takes at least."""
    most: int | None = None
    """Images that one call takes at most; None where any number will do."""
