"""The two sides that are compared: the test images, and all images that are offered for training."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from fmnist_governance.audit.subject import Examples, Labelled, Subject
from fmnist_governance.audit.uncertainty.held_out import in_order


@dataclass(frozen=True, slots=True)
class Sides:
    """Images of a data set; each side by ascending index, so that their order in memory changes no number."""

    test: Examples
    train: Labelled | None
    """Training and, after them, validation images; None where the data set has no training images."""

    def named(self) -> tuple[tuple[str, Labelled | None], ...]:
        """Return both sides under the names of measurement ids, without answers."""
        return ("test", Labelled(self.test.images, self.test.labels, self.test.index)), ("train", self.train)


def sides(subject: Subject) -> Sides:
    """Return the two sides of the data that a model is audited on."""
    test, train = in_order(subject.test), subject.train
    if train is None or not len(train):
        return Sides(test, None)
    train = train.take(train.index.argsort())
    if subject.validation is not None and len(subject.validation):
        held = in_order(subject.validation)
        images, labels = torch.cat((train.images, held.images)), torch.cat((train.labels, held.labels))
        train = Labelled(images, labels, torch.arange(len(labels)))
    return Sides(test, train)


def drawn(images: Labelled, size: int, generator: torch.Generator) -> Labelled:
    """Return a draw of images without replacement, in index order; all of them where there are no more."""
    if size >= len(images):
        return images
    return images.take(torch.randperm(len(images), generator=generator)[:size].sort().values)
