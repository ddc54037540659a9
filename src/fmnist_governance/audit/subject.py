"""What is audited: a model that answers, the images it answered, and its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn


class Need(StrEnum):
    """What a check cannot do without; a subject that lacks it is told so, not passed."""

    GRADIENTS = "gradients"
    LAYER = "layer"
    LOGITS = "logits"
    TRAIN = "train"
    VALIDATION = "validation"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class Examples:
    """Images with labels and the model's answers to them, in index order."""

    images: Tensor
    """(N, C, H, W) uint8, 0 to 255."""
    labels: Tensor
    """(N,) int64."""
    logits: Tensor
    """(N, K) float32, on the CPU; log-probabilities for a subject that gives only probabilities."""
    index: Tensor
    """(N,) int64, the index of each image in its whole split."""

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    @property
    def predicted(self) -> Tensor:
        """(N,) int64, the class with the largest logit."""
        return self.logits.argmax(dim=1)

    @property
    def correct(self) -> Tensor:
        """(N,) bool, whether that class is the label."""
        return self.predicted == self.labels

    @property
    def probabilities(self) -> Tensor:
        """(N, K) float64, rows sum to 1."""
        return self.logits.double().softmax(dim=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """A model on one data set, its clean answers computed once for all checks."""

    classes: tuple[str, ...]
    slugs: tuple[str, ...]
    """The class names as they stand in measurement ids."""
    test: Examples
    validation: Examples | None
    network: nn.Module | None
    """In evaluation mode, parameters frozen; takes (N, C, H, W) float32 in [0, 1]. None for a black box."""
    answer: Callable[[Tensor], Tensor]
    """Map (N, C, H, W) float32 in [0, 1] to (N, K) float32 logits, in batches, without gradients."""
    has: frozenset[Need]
    seed: int
    device: torch.device

    def generator(self, *key: object) -> torch.Generator:
        """Return a generator that depends on the audit's seed and the key alone.

        Args:
            key: What the numbers are for, such as check, condition and block of images.
        """
        text = "/".join(str(part) for part in (self.seed, *key))
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
        return torch.Generator().manual_seed(seed)


def slugs(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Turn class names into segments of measurement ids.

    Runs of characters outside a-z and 0-9 become `_`; what is empty or collides becomes `class_3`.
    """
    plain = ["_".join("".join(c if c in _KEPT else " " for c in name.lower()).split()) for name in classes]
    return tuple(
        slug if slug and plain.count(slug) == 1 else f"class_{index}" for index, slug in enumerate(plain)
    )


_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
