"""Attacks that follow the gradient of a loss to the input: one step (FGSM) and many (PGD)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist_governance.audit.answering import BATCH
from fmnist_governance.audit.attacks.budget import Budget, projected, started, steepest

Loss = Callable[[Tensor, Tensor], Tensor]
"""Map (N, K) logits and (N,) labels to (N,) numbers that grow as the answer gets worse."""
FORWARD, FORWARD_AND_BACKWARD = 1, 3
"""What an image costs, in forward passes."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an attack made of some images."""

    broken: Tensor
    """(N,) bool, whether a misclassified image was found in the ball."""
    found: Tensor
    """(N, C, H, W) float32, that image; where none was found, the last one tried."""
    passes: int
    """Images times forward passes; forward and backward together count as three."""


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return (N,) the negative log-probability of each label."""
    return nn.functional.cross_entropy(logits, labels, reduction="none")


def margin(logits: Tensor, labels: Tensor) -> Tensor:
    """Return (N,) by how much the best other class beats the label; positive is misclassified.

    References:
        Carlini and Wagner (2017), Towards evaluating the robustness of neural networks, section V.
    """
    own = nn.functional.one_hot(labels, logits.shape[1]).bool()
    return logits.masked_fill(own, -math.inf).amax(dim=1) - logits.gather(1, labels[:, None])[:, 0]


def input_gradient(network: nn.Module, images: Tensor, labels: Tensor, loss: Loss) -> tuple[Tensor, Tensor]:
    """Return the logits and the gradient of each image's loss to its pixels.

    Args:
        network: Parameters frozen, evaluation mode.
        images: (N, C, H, W) float32 in [0, 1].
        labels: (N,) int64.
        loss: What is to grow.

    Returns:
        (N, K) logits and (N, C, H, W) gradients, 0 where the network passes none back.
    """
    logits, gradients = [], []
    for batch, named in zip(images.split(BATCH), labels.split(BATCH), strict=True):
        leaf = batch.detach().requires_grad_()
        with torch.enable_grad():
            answered = network(leaf)
            total = loss(answered, named).sum()
        logits.append(answered.detach())
        gradients.append(_gradient(total, leaf))
    return torch.cat(logits), torch.cat(gradients)


def _gradient(total: Tensor, leaf: Tensor) -> Tensor:
    if not total.requires_grad:
        return torch.zeros_like(leaf)
    (found,) = torch.autograd.grad(total, leaf, allow_unused=True)
    return torch.zeros_like(leaf) if found is None else found.nan_to_num()


def answered_wrongly(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return (N,) bool, whether the network's answer to each image is another than its label."""
    if not len(images):
        return torch.zeros(0, dtype=torch.bool, device=labels.device)
    with torch.no_grad():
        return torch.cat([network(batch).argmax(dim=1) for batch in images.split(BATCH)]) != labels


def fgsm(network: nn.Module, images: Tensor, labels: Tensor, gradient: Tensor, budget: Budget) -> Attempt:
    """Take one step to the edge of the ball.

    Args:
        network: Evaluation mode.
        images: (N, C, H, W) float32 in [0, 1].
        labels: (N,) int64.
        gradient: (N, C, H, W) float32, of the cross-entropy at the images: the same for every budget.
        budget: The ball.

    References:
        Goodfellow, Shlens and Szegedy (2015), Explaining and harnessing adversarial examples, section 4.
    """
    moved = projected(images + budget.radius * steepest(gradient, budget.norm), images, budget)
    return Attempt(answered_wrongly(network, moved, labels), moved, FORWARD * len(images))


def step_sizes(radius: float, steps: int) -> tuple[float, ...]:
    """Return lengths that fall along half a cosine from the radius to a twentieth of it.

    Such a start crosses the ball, and breaks more images in as many steps than a half or a quarter of the radius.
    """
    high, low = radius, radius / 20
    return tuple(low + (high - low) * (1 + math.cos(math.pi * k / max(1, steps - 1))) / 2 for k in range(steps))


def pgd(  # noqa: PLR0913 - an attack and what it attacks
    network: nn.Module, images: Tensor, labels: Tensor, noise: Tensor, budget: Budget, *, loss: Loss, steps: int
) -> Attempt:
    """Climb the loss from a random place in the ball; stop each image at its first misclassified iterate.

    Args:
        network: Parameters frozen, evaluation mode.
        images: (N, C, H, W) float32 in [0, 1].
        labels: (N,) int64.
        noise: (N, C, H, W) float32 in [-1, 1], where each image starts.
        budget: The ball.
        loss: What is to grow.
        steps: How many steps; the place before the first and the one after the last are tried too.

    References:
        Madry et al. (2018), Towards deep learning models resistant to adversarial attacks, section 2.1.
    """
    found = started(images, noise, budget)
    broken = torch.zeros(len(images), dtype=torch.bool, device=images.device)
    standing = torch.arange(len(images), device=images.device)
    moved, passes = found.clone(), 0
    for length in step_sizes(budget.radius, steps):
        logits, gradient = input_gradient(network, moved, labels[standing], loss)
        passes += FORWARD_AND_BACKWARD * len(standing)
        wrong = logits.argmax(dim=1) != labels[standing]
        found[standing], broken[standing] = moved, wrong
        standing, moved, gradient = standing[~wrong], moved[~wrong], gradient[~wrong]
        if not len(standing):
            return Attempt(broken, found, passes)
        moved = projected(moved + length * steepest(gradient, budget.norm), images[standing], budget)
    found[standing], broken[standing] = moved, answered_wrongly(network, moved, labels[standing])
    return Attempt(broken, found, passes + FORWARD * len(standing))
