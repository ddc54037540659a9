"""Could the attacks have failed for a reason other than that the model is robust?

References:
    Carlini et al. (2019), On evaluating adversarial robustness, section 3.2 and 4.
    Pintor et al. (2022), Indicators of attack failure: debugging and improving optimization of adversarial examples.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.answering import BATCH
from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.attacks.sweep import Sweep
from fmnist_governance.audit.attacks.target import LOSSES, Target

HALF = Budget(Norm.LINF, "0.5")
"""Within this budget every image can be made the same grey, so that no model can be right about all."""
STRAINED = 8 / 255
"""Survivors are examined at the largest budget up to this one that leaves enough of them."""
POINT, TWO_POINTS, NONE = 0.01, 0.02, 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that holds of every attack that works."""

    name: str
    title: str
    bound: float
    """The largest share, of all attacked images, that is put down to chance."""
    because: str


SQUARE = Rule(
    "square_beats_pgd",
    "Share of the images that withstood PGD and fell to an attack without gradients",
    POINT,
    "an attack that sees less must not find more: gradients would be hidden",
)
MORE_STEPS = Rule(
    "more_steps_gain",
    "Share of the images that withstood PGD and fell to PGD with more steps",
    TWO_POINTS,
    "the attack must have had steps enough",
)
NOISE = Rule(
    "noise_beats_pgd",
    "Share of the images that fell to random noise and not to PGD",
    POINT,
    "an attack must not find less than chance does",
)
ZERO = Rule(
    "zero_gradient",
    "Share of the rightly answered images whose gradient is zero in every pixel",
    POINT,
    "an attack along the gradient goes nowhere without one",
)
AT_HALF = Rule(
    "survivors_at_half",
    "Accuracy left within half of the range of pixels, where every image can be made the same grey",
    POINT,
    "an attack that works leaves nothing when it may do anything",
)
PROBABILITIES = Rule(
    "probability_outputs",
    "Share of the answers that are probabilities already, so that the loss saturates",
    POINT,
    "the loss needs logits",
)
UNREPEATABLE = Rule(
    "unrepeatable",
    "Share of the images that are answered differently when asked again",
    NONE,
    "a random answer hides the gradient, and an example found once may not count twice",
)
RULES = (SQUARE, MORE_STEPS, NOISE, ZERO, AT_HALF, PROBABILITIES, UNREPEATABLE)


@dataclass(frozen=True, slots=True)
class Finding:
    """How often a rule was broken, among the images that it was tried on."""

    rule: Rule
    hits: int
    n: int
    """How many images were tried."""
    weight: float = 1.0
    """How large a share of the attacked images those stand for."""
    remark: str = ""
    """On which images, where that is not said by the rule."""

    @property
    def share(self) -> float:
        """Share of the tried images."""
        return self.hits / self.n

    @property
    def share_of_all(self) -> float:
        """Share of all attacked images."""
        return self.share * self.weight

    @property
    def broken(self) -> bool:
        """Whether the share of all is above the bound; one image alone is put down to chance."""
        return self.hits > 1 and self.share_of_all > self.rule.bound


def at_rest(target: Target) -> Iterator[Finding]:
    """Examine the gradients and the answers to the images as they are."""
    if right := int(target.right.sum()):
        flat = (target.gradient[target.right].flatten(1) == 0).all(dim=1)
        yield Finding(ZERO, int(flat.sum()), right)
    first, second = (_answers(target) for _ in range(2))
    alike = ((first == second) | (first.isnan() & second.isnan())).all(dim=1)
    yield Finding(UNREPEATABLE, int((~alike).sum()), len(alike))
    likely = (first >= 0).all(dim=1) & ((first.sum(dim=1) - 1).abs() < 1e-4)  # noqa: PLR2004 - rounding of float32
    yield Finding(PROBABILITIES, int(likely.sum()), len(likely))


def _answers(target: Target) -> Tensor:
    with torch.no_grad():
        return torch.cat([target.network(batch) for batch in target.images.split(BATCH)])


def at_half(target: Target, found: Sweep, steps: int) -> tuple[Finding, int]:
    """Attack what withstood every budget with one that allows anything.

    Returns:
        The finding, and how many forward passes times images it took.
    """
    rows, passes = found.standing(len(found.budgets) - 1).nonzero()[:, 0], 0
    for name, loss in LOSSES:
        if len(rows):
            attempt = target.climb(name, loss, 0, Norm.LINF, steps)(rows, HALF)
            rows, passes = rows[~attempt.broken], passes + attempt.passes
    return Finding(AT_HALF, len(rows), len(target.index)), passes


def strained(found: Sweep, enough: int) -> int:
    """Return the largest budget, up to 8/255, that leaves enough images; else the one that leaves most, the smallest.

    Args:
        found: A sweep in L-infinity.
        enough: How many are enough.
    """
    within = [b for b, budget in enumerate(found.budgets) if budget.radius <= STRAINED + 1e-9]
    held = [b for b in within if int(found.standing(b).sum()) >= enough]
    return max(held, default=0)


def survivors(target: Target, found: Sweep, budget: int, most: int) -> Tensor:
    """Return the rows of a random part of the images that withstood a budget, in index order."""
    rows = found.standing(budget).nonzero()[:, 0]
    lot = target.subject.draw(("adversarial", "survivors"), target.index, lambda n, g: torch.rand(n, generator=g))
    chosen = lot[rows.cpu()].argsort(stable=True)[:most].sort().values
    return rows[chosen.to(rows.device)]


def at_survivors(
    target: Target, found: Sweep, *, most: int, queries: int, steps: int
) -> tuple[tuple[Finding, ...], Sweep]:
    """Attack some of the images that withstood PGD in two other ways.

    Args:
        target: All attacked images.
        found: What PGD left of them, in L-infinity.
        most: How many survivors are tried.
        queries: Of the attack without gradients.
        steps: Of the longer PGD.

    Returns:
        A finding for each way, none where nothing survived, and the sweep with what broke.
    """
    budget = strained(found, most)
    rows = survivors(target, found, budget, most)
    if not len(rows):
        return (), found
    weight = int(found.standing(budget).sum()) / len(target.index)
    remark = f"{len(rows)} of those that withstood {found.budgets[budget].text}"
    name, loss = LOSSES[-1]
    longer = target.climb(name, loss, -1, Norm.LINF, steps)
    findings = []
    for rule, attack in ((SQUARE, target.squares(queries)), (MORE_STEPS, longer)):
        attempt = attack(rows, found.budgets[budget])
        findings.append(Finding(rule, int(attempt.broken.sum()), len(rows), weight, remark))
        found = found.broken_too(rows, budget, attempt)
    return tuple(findings), found
