"""The images under attack, and the attacks that the check makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist_governance.audit.attacks.budget import Budget, Norm, projected
from fmnist_governance.audit.attacks.gradient import (
    FORWARD_AND_BACKWARD,
    Attempt,
    Loss,
    answered_wrongly,
    cross_entropy,
    fgsm,
    input_gradient,
    margin,
    pgd,
)
from fmnist_governance.audit.attacks.square import draw, square
from fmnist_governance.audit.attacks.sweep import Attack, Sweep, sweep
from fmnist_governance.audit.subject import Examples, Subject

LOSSES: tuple[tuple[str, Loss], ...] = (("cross_entropy", cross_entropy), ("margin", margin))
"""In the order in which they are climbed: the second only where the first failed."""
_BITS = 8


@dataclass(frozen=True, slots=True)
class Target:
    """Images on the device of the network, in index order, with what every attack starts from."""

    subject: Subject
    network: nn.Module
    index: Tensor
    """(N,) int64, on the CPU."""
    images: Tensor
    """(N, C, H, W) float32 in [0, 1]."""
    labels: Tensor
    """(N,) int64."""
    right: Tensor
    """(N,) bool, whether the image as it is gets the right answer; only these are attacked."""
    gradient: Tensor
    """(N, C, H, W) float32, of the cross-entropy to the pixels; 0 where the answer is wrong anyway."""
    passes: int
    """Images times forward passes, for the gradient."""

    def uniform(self, *key: object) -> Tensor:
        """Draw (N, C, H, W) float32 in [-1, 1) that depend on the seed, the key and each image's index alone."""
        shape = self.images.shape[1:]
        drawn = self.subject.draw(
            ("adversarial", *key), self.index, lambda n, g: torch.rand(n, *shape, generator=g).mul_(2).sub_(1)
        )
        return drawn.to(self.images.device)

    def signs(self, *key: object) -> Tensor:
        """Draw (N, C, H, W) float32 that are -1 or 1; eight pixels share a random byte."""
        shape = self.images.shape[1:]
        size = -(-shape.numel() // _BITS)
        drawn = self.subject.draw(
            ("adversarial", *key),
            self.index,
            lambda n, g: torch.randint(0, 256, (n, size), generator=g, dtype=torch.uint8),
        )
        bits = (drawn[:, :, None] >> torch.arange(_BITS, dtype=torch.uint8)) & 1
        chosen = bits.flatten(1)[:, : shape.numel()].view(-1, *shape)
        return chosen.to(self.images.device, torch.float32).mul_(2).sub_(1)

    def climb(self, name: str, loss: Loss, restart: int, norm: Norm, steps: int) -> Attack:
        """Return PGD with a loss, from the start that belongs to this norm, loss and restart."""
        noise = self.uniform("start", norm, name, restart)

        def attack(rows: Tensor, budget: Budget) -> Attempt:
            return pgd(self.network, self.images[rows], self.labels[rows], noise[rows], budget, loss=loss, steps=steps)

        return attack

    def one_step(self, rows: Tensor, budget: Budget) -> Attempt:
        """Attack the images at some rows with FGSM."""
        return fgsm(self.network, self.images[rows], self.labels[rows], self.gradient[rows], budget)

    def squares(self, queries: int) -> Attack:
        """Return the attack without gradients, with that many queries."""

        def attack(rows: Tensor, budget: Budget) -> Attempt:
            channels, width = self.images.shape[1], self.images.shape[3]
            drawn = self.subject.draw(
                ("adversarial", "square"), self.index[rows.cpu()], lambda n, g: draw(queries, width, channels, n, g)
            ).to(self.images.device)
            return square(self.network, self.images[rows], self.labels[rows], drawn, budget, queries=queries)

        return attack

    def noise(self, draws: int) -> Attack:
        """Return random signs of full budget, that many draws: what is broken by these is broken by no malice."""

        def attack(rows: Tensor, budget: Budget) -> Attempt:
            found, passes = self.images[rows].clone(), 0
            broken = torch.zeros(len(rows), dtype=torch.bool, device=found.device)
            for number in range(draws):
                left = (~broken).nonzero()[:, 0]
                signs, still = self.signs("noise", number)[rows[left]], self.images[rows[left]]
                if len(left):
                    found[left] = projected(still + budget.radius * signs, still, budget)
                    broken[left] = answered_wrongly(self.network, found[left], self.labels[rows[left]])
                passes += len(left)
            return Attempt(broken, found, passes)

        return attack


def prepared(subject: Subject, network: nn.Module, examples: Examples) -> Target:
    """Put the images where the network is, and take the gradient at each that is answered rightly.

    Args:
        subject: Draws the random numbers.
        network: Of the subject.
        examples: The images to attack, in any order.
    """
    examples = examples.take(examples.index.argsort())
    images = examples.images.to(subject.device).float().div_(255)
    labels = examples.labels.to(subject.device)
    gradient, right = torch.zeros_like(images), examples.correct.to(subject.device)
    rows = right.nonzero()[:, 0]
    if len(rows):
        logits, found = input_gradient(network, images[rows], labels[rows], cross_entropy)
        gradient[rows], right[rows] = found, logits.argmax(dim=1) == labels[rows]
    passes = FORWARD_AND_BACKWARD * len(rows)
    return Target(subject, network, examples.index, images, labels, right, gradient, passes)


def swept(target: Target, norm: Norm, budgets: Sequence[Budget], steps: int, restarts: int) -> Sweep:
    """Attack with one step, then PGD with each loss and restart, raising the budget over what stands."""
    climbs = [target.climb(name, loss, k, norm, steps) for name, loss in LOSSES for k in range(restarts)]
    return sweep(target.images, target.right, budgets, (target.one_step, *climbs))
