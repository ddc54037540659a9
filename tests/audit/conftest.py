"""Subjects for the tests of checks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from fmnist_governance.audit.subject import Examples, Need, Subject, slugs

CLASSES = ("Bag", "T-shirt/top", "Ankle boot", "Coat")

Answered = Callable[[Tensor, Tensor], Subject]


def subject_of(labels: Tensor, logits: Tensor, classes: tuple[str, ...] = CLASSES, seed: int = 0) -> Subject:
    generator = torch.Generator().manual_seed(7)
    images = torch.randint(0, 256, (len(labels), 1, 28, 28), generator=generator, dtype=torch.uint8)
    test = Examples(images, labels, logits, torch.arange(len(labels)))
    return Subject(
        classes=classes,
        slugs=slugs(classes),
        test=test,
        validation=None,
        network=None,
        answer=lambda batch: logits[: len(batch)],
        has=frozenset({Need.LOGITS}),
        seed=seed,
        device=torch.device("cpu"),
    )


def answers(labels: Tensor, predicted: Tensor, classes: int = len(CLASSES)) -> Tensor:
    """Logits whose argmax is the given answer."""
    noise = torch.rand(len(labels), classes, generator=torch.Generator().manual_seed(3))
    return noise + 4.0 * torch.nn.functional.one_hot(predicted, classes)


@pytest.fixture
def answered() -> Answered:
    """Build a subject from (N,) labels and (N,) answers."""
    return lambda labels, predicted: subject_of(labels, answers(labels, predicted))


@pytest.fixture
def subject() -> Subject:
    """400 images, four classes, about four in five answered rightly."""
    generator = torch.Generator().manual_seed(11)
    labels = torch.arange(400) % len(CLASSES)
    random = torch.randint(0, len(CLASSES), (400,), generator=generator)
    predicted = torch.where(torch.rand(400, generator=generator) < 0.75, labels, random)
    return subject_of(labels, answers(labels, predicted))


@pytest.fixture
def perfect() -> Subject:
    labels = torch.arange(400) % len(CLASSES)
    return subject_of(labels, answers(labels, labels))


@pytest.fixture
def constant() -> Subject:
    labels = torch.arange(400) % len(CLASSES)
    return subject_of(labels, answers(labels, torch.zeros(400, dtype=torch.int64)))
