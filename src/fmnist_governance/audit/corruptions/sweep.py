"""Let a model answer the same images under every corruption and severity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.corruptions.corruption import Corruption, Scale
from fmnist_governance.audit.corruptions.scores import confidently_wrong
from fmnist_governance.audit.subject import BLOCK, Examples, Subject

Baseline = Callable[[Tensor], Tensor]
"""Map (N, 1, 28, 28) float32 in [0, 1] to (N, K) logits."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which disturbances are tried."""

    corruptions: tuple[Corruption, ...]
    severities: tuple[int, ...]
    scale: Scale


@dataclass(frozen=True, slots=True)
class Sweep:
    """Answers to N images under C corruptions at S severities."""

    asked: Asked
    examples: Examples
    """The undisturbed images with the model's answers."""
    correct: Tensor
    """(C, S, N) bool, whether the answer is the label."""
    confidence: Tensor
    """(C, S, N) float32, probability of the answer."""
    baseline_correct: Tensor | None
    """(C, S, N) bool, likewise of the baseline; None where there is none for these classes."""
    baseline_clean: Tensor | None
    """(N,) bool, whether the baseline is right about the undisturbed images."""
    shown: Tensor
    """(C, 1 + S, 1, 28, 28) uint8, one image as it is and under each severity."""

    @property
    def clean(self) -> Tensor:
        """(N,) bool, whether the model is right about the undisturbed images."""
        return self.examples.correct

    @property
    def confidently_wrong(self) -> Tensor:
        """(C, S) bool, under which conditions the model is mostly wrong and mostly sure."""
        return confidently_wrong(self.correct.double().mean(dim=2), self.confidence.double().mean(dim=2))

    @property
    def n(self) -> int:
        """How many images there are."""
        return len(self.examples)


def swept(subject: Subject, examples: Examples, asked: Asked, baseline: Baseline | None) -> Sweep:
    """Disturb images and let the model answer.

    Args:
        subject: The model. Its random numbers are drawn by blocks of image indices, a set for each corruption that
            all severities share: a subset of the images gets the rows of all of them.
        examples: What to disturb, in ascending index order.
        asked: How.
        baseline: Answers the same disturbed images; None where there is none.
    """
    images = examples.images.to(subject.device).float() / 255
    chosen = _typical(images)
    answers, shown = [], []
    for corruption in asked.corruptions:
        uniform = drawn(subject, corruption, examples.index).to(subject.device)
        one = slice(chosen, chosen + 1)
        steps = [corruption.at(images[one], uniform[one], s, asked.scale) for s in (0, *asked.severities)]
        shown.append((torch.cat(steps) * 255).round_().to(torch.uint8).cpu())
        for severity in asked.severities:
            parts = zip(images.split(BLOCK), uniform.split(BLOCK), examples.labels.split(BLOCK), strict=True)
            disturbed = ((corruption.at(x, u, severity, asked.scale), y) for x, u, y in parts)
            scored = [_scored(subject, x, y, baseline) for x, y in disturbed]
            answers.append([torch.cat(column) for column in zip(*scored, strict=True)])
    shape = (len(asked.corruptions), len(asked.severities), len(examples))
    correct, confidence, baseline_correct = (torch.stack(part).view(shape) for part in zip(*answers, strict=True))
    return Sweep(
        asked=asked,
        examples=examples,
        correct=correct,
        confidence=confidence,
        baseline_correct=None if baseline is None else baseline_correct,
        baseline_clean=None if baseline is None else baseline(images).argmax(dim=1).cpu() == examples.labels,
        shown=torch.stack(shown),
    )


def drawn(subject: Subject, corruption: Corruption, index: Tensor) -> Tensor:
    """Draw a corruption's random numbers for images, by blocks of their indices.

    Args:
        subject: Holds the seed.
        corruption: Says how many numbers an image needs.
        index: (N,) int64, ascending.

    Returns:
        (N, *noise) float32, uniform in [0, 1); (N, 0) where none are needed.
    """
    if not corruption.noise:
        return torch.empty(len(index), 0)
    return subject.draw(
        ("corruption", corruption.name), index, lambda n, g: torch.rand(n, *corruption.noise, generator=g)
    )


def _scored(subject: Subject, images: Tensor, labels: Tensor, baseline: Baseline | None) -> tuple[Tensor, ...]:
    confidence, predicted = subject.answer(images).softmax(dim=1).max(dim=1)
    correct = predicted == labels
    return correct, confidence, correct if baseline is None else baseline(images).argmax(dim=1).cpu() == labels


def _typical(images: Tensor) -> int:
    """Return the place of the image that is as bright as half of them are at most."""
    light = images.mean(dim=(1, 2, 3))
    return int((light - light.median()).abs().argmin())
