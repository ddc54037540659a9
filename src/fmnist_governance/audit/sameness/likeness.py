"""How alike are two lots of answers to the same images?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Likeness:
    """Answers to some images, asked in another way, beside those to the same images asked plainly."""

    way: str
    """The other way, in words."""
    rows: Tensor
    """(M,) int64, which of the images were asked again."""
    equal: Tensor
    """(M,) bool, whether the class stayed."""
    gap: float
    """The largest difference between any two numbers that should be one."""


def likeness(way: str, rows: Tensor, plain: Tensor, other: Tensor) -> Likeness:
    """Compare answers.

    Args:
        way: The other way of asking, in words.
        rows: (M,) int64, which images they are.
        plain: (M, K) logits or probabilities.
        other: (M, K) of the same kind. What is no number is as far away as can be.
    """
    apart = (plain.double() - other.double()).abs().nan_to_num(nan=float("inf"))
    gap = float(apart.max()) if apart.numel() else 0.0
    return Likeness(way, rows, plain.argmax(dim=1) == other.argmax(dim=1), min(gap, torch.finfo(torch.float32).max))


def stayed(found: Iterable[Likeness], n: int) -> int:
    """Return how many of n images kept their class in every way in which they were asked."""
    kept = torch.ones(n, dtype=torch.bool)
    for item in found:
        kept[item.rows] &= item.equal
    return int(kept.sum())


def widest(found: Iterable[Likeness]) -> float:
    """Return the largest gap of all."""
    return max(item.gap for item in found)
