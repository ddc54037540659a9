"""What is audited: a model that answers, the images it answered, and its answers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import torch
from torch import Tensor, nn

from fmnist_governance.audit.package import Package

BLOCK = 500
"""Images that share a random generator."""


class Need(StrEnum):
    """What a check cannot do without; a subject that lacks it is told so, not passed."""

    GRADIENTS = "gradients"
    LAYER = "layer"
    LOGITS = "logits"
    TRAIN = "train"
    VALIDATION = "validation"
    PACKAGE = "package"
    FEATURES = "features"


@dataclass(frozen=True, slots=True)
class Labelled:
    """Images with labels that the model was not asked about, in index order."""

    images: Tensor
    """(N, C, H, W) uint8, 0 to 255."""
    labels: Tensor
    """(N,) int64."""
    index: Tensor
    """(N,) int64, the index of each image in its whole split."""

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def take(self, rows: Tensor) -> Labelled:
        """Return the images at these rows, each with its own index."""
        return Labelled(self.images[rows], self.labels[rows], self.index[rows])


@dataclass(frozen=True, slots=True)
class Examples:
    """Images with labels and the model's answers to them, in index order."""

    images: Tensor
    """(N, C, H, W) uint8, 0 to 255."""
    labels: Tensor
    """(N,) int64."""
    logits: Tensor
    """(N, K) float32, on the CPU; log-probabilities where a subject gives only such, float64 of a black box."""
    index: Tensor
    """(N,) int64, the index of each image in its whole split."""

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def take(self, rows: Tensor) -> Examples:
        """Return the images at these rows, each with its own index."""
        return Examples(self.images[rows], self.labels[rows], self.logits[rows], self.index[rows])

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
        """(N, K) float64, rows sum to 1; those of a black box to twelve digits, so that equal answers stay equal."""
        found = self.logits.double().softmax(dim=1)
        return found.round(decimals=12) if self.logits.dtype == torch.float64 else found


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
    """Map (N, C, H, W) float32 in [0, 1] to (N, K) logits, as `Examples` has them, in batches, without gradients."""
    has: frozenset[Need]
    seed: int
    device: torch.device
    train: Labelled | None = None
    """The images that the data set offers for training, without `validation`."""
    features: Callable[[Tensor], Tensor] | None = None
    """Map (N, C, H, W) float32 in [0, 1] or uint8 to (N, F) float32: the means of the last map, in batches."""
    package: Package | None = None
    """The model as its users load it; None for one that is not packaged."""
    original: nn.Module | None = None
    """The network as it was read, where `network` is one that answers alike in fewer steps; on the same device."""
    lacks: Mapping[Need, str] = field(default_factory=dict)
    """Why a need is not met, where there is more to say than that."""

    def generator(self, *key: object) -> torch.Generator:
        """Return a generator that depends on the audit's seed and the key alone.

        Args:
            key: What the numbers are for, such as check, condition and block of images.
        """
        text = "/".join(str(part) for part in (self.seed, *key))
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
        return torch.Generator().manual_seed(seed)

    def subset(self, size: int) -> Examples:
        """Return a stratified draw of test images, the same for every check that asks for this size.

        Args:
            size: How many; all of them where there are no more. Classes keep their shares, and the
                draw of a smaller size lies within that of a larger one as far as rounding allows.
        """
        if size >= len(self.test):
            return self.test
        order = torch.randperm(len(self.test), generator=self.generator("subset"))
        labels = self.test.labels[order]
        rank = torch.empty(len(order), dtype=torch.float64)
        for label in labels.unique():
            member = (labels == label).nonzero()[:, 0]
            rank[member] = (torch.arange(len(member), dtype=torch.float64) + 0.5) / len(member)
        return self.test.take(order[rank.argsort(stable=True)[:size]].sort().values)

    def draw(self, key: tuple[object, ...], index: Tensor, draw: Callable[[int, torch.Generator], Tensor]) -> Tensor:
        """Draw random rows for images so that a subset gets the rows of the full run.

        Args:
            key: What the numbers are for, such as check and condition.
            index: (N,) int64, the index of each image in its whole split, ascending.
            draw: Gives that many rows from a generator, such as `lambda n, g: torch.randn(n, 28, 28, generator=g)`.

        Returns:
            (N, ...) rows, drawn for fixed blocks of 500 image indices.
        """
        found = []
        for block in torch.unique(index // BLOCK).tolist():
            rows = index[index // BLOCK == block] - block * BLOCK
            found.append(draw(BLOCK, self.generator(*key, block))[rows])
        return torch.cat(found)


def slugs(classes: tuple[str, ...]) -> tuple[str, ...]:
    """Turn class names into segments of measurement ids.

    Runs of characters outside a-z and 0-9 become `_`; what is empty or collides becomes `class_3`.
    """
    plain = ["_".join("".join(c if c in _KEPT else " " for c in name.lower()).split()) for name in classes]
    numbered = tuple(f"class_{index}" for index in range(len(classes)))
    found = tuple(
        slug if slug and plain.count(slug) == 1 else number for slug, number in zip(plain, numbered, strict=True)
    )
    return found if len(set(found)) == len(found) else numbered


_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
