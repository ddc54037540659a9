"""Raise the budget over the images that still stand: each is attacked until something breaks it, and never again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.attacks.budget import Budget
from fmnist_governance.audit.attacks.gradient import Attempt

Attack = Callable[[Tensor, Budget], Attempt]
"""Attack the images at some rows with a budget."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """At which budget each image broke."""

    budgets: tuple[Budget, ...]
    """Ascending, of one norm."""
    place: Tensor
    """(N,) int64: 0 for an image that is wrong as it is, 1 + b for one that budget b broke first, and one more than
    the number of budgets for one that none broke."""
    examples: Tensor
    """(N, C, H, W) float32: what broke it; the image itself where nothing did."""
    passes: int
    """Images times forward passes."""

    def standing(self, budget: int) -> Tensor:
        """Return (N,) bool, whether an image is right under every tried change within that budget, from 0."""
        return self.place > budget + 1

    def broken_too(self, rows: Tensor, budget: int, attempt: Attempt) -> Sweep:
        """Return the sweep with what a further attack broke within a budget.

        Args:
            rows: (M,) int64, the images that were attacked.
            budget: With which budget, from 0.
            attempt: What came of it.
        """
        earlier = attempt.broken & (self.place[rows] > budget + 1)
        place, examples = self.place.clone(), self.examples.clone()
        place[rows[earlier]], examples[rows[earlier]] = budget + 1, attempt.found[earlier]
        return Sweep(self.budgets, place, examples, self.passes + attempt.passes)


def sweep(images: Tensor, right: Tensor, budgets: Sequence[Budget], attacks: Sequence[Attack]) -> Sweep:
    """Attack images with ever larger budgets.

    What breaks an image within a budget lies within every larger one, so that robust accuracy cannot rise with it.

    Args:
        images: (N, C, H, W) float32 in [0, 1].
        right: (N,) bool, which of them are answered rightly; the others are broken from the start, at no cost.
        budgets: Ascending, of one norm.
        attacks: In turn, each on what the ones before left standing.
    """
    place = torch.where(right, len(budgets) + 1, 0)
    found = Sweep(tuple(budgets), place, images.clone(), 0)
    for number, budget in enumerate(budgets):
        for attack in attacks:
            rows = found.standing(number).nonzero()[:, 0]
            if len(rows):
                found = found.broken_too(rows, number, attack(rows, budget))
    return found
