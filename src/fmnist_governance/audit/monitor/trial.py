"""Try the alarm on images that changed and on images that did not, many times over."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fmnist_governance.audit.corruptions.corruption import Corruption
from fmnist_governance.audit.corruptions.sweep import drawn
from fmnist_governance.audit.monitor.alarm import Reference, critical_distance, distances, rounded
from fmnist_governance.audit.subject import BLOCK, Examples, Subject

SPARE = 2
"""A sample is drawn from at least this many times its size, so that samples differ."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Answers to the same images under one condition."""

    corruption: Corruption | None
    """None for images as they are."""
    severity: int
    probabilities: Tensor
    """(N, K) float64."""
    correct: Tensor
    """(N,) bool."""

    @property
    def name(self) -> str:
        """As it stands in measurement ids."""
        return "clean" if self.corruption is None else f"{self.corruption.name}.sev_{self.severity}"

    @property
    def title(self) -> str:
        """What happened to the images."""
        return "undisturbed" if self.corruption is None else f"{self.corruption.title}, severity {self.severity}"


def undisturbed(examples: Examples) -> Trial:
    """Return the clean answers as a trial."""
    return Trial(None, 0, examples.probabilities, examples.correct)


def disturbed(subject: Subject, examples: Examples, corruption: Corruption, severity: int) -> Trial:
    """Let the model answer disturbed images; the disturbance is the one that the corruption check shows.

    Args:
        subject: The model.
        examples: Images in ascending index order.
        corruption: What happens to them.
        severity: 1 to 5.
    """
    uniform = drawn(subject, corruption, examples.index).to(subject.device)
    parts = zip(examples.images.split(BLOCK), uniform.split(BLOCK), strict=True)
    found = [subject.answer(corruption.at(x.to(subject.device).float() / 255, u, severity)) for x, u in parts]
    logits = torch.cat(found)
    return Trial(corruption, severity, logits.double().softmax(dim=1), logits.argmax(dim=1) == examples.labels)


def some(subject: Subject, pool: Examples, count: int) -> Examples:
    """Return a stratified draw of a pool, in ascending index order."""
    found = dataclasses.replace(subject, test=pool).subset(count)
    return found.take(found.index.argsort())


def samples(images: int, largest: int, resamples: int, generator: torch.Generator) -> NDArray[np.int64]:
    """Draw images without replacement, again and again: a sample of n is the first n of a row.

    Without replacement a single sample is as good as n new images; with it, it would show images twice.

    Args:
        images: How many there are.
        largest: The largest sample.
        resamples: B, how many samples.
        generator: Where the randomness comes from.

    Returns:
        (B, largest) rows, from 0 to `images` - 1.
    """
    order = torch.rand(resamples, images, generator=generator).argsort(dim=1)[:, :largest]
    found: NDArray[np.int64] = np.ascontiguousarray(order.numpy())
    return found


def alarms(reference: Reference, trial: Trial, rows: NDArray[np.int64], alpha: float) -> NDArray[np.bool_]:
    """Return (B,) bool, whether the alarm is raised on each sample of a trial; `rows` is (B, n)."""
    found = distances(reference, rounded(trial.probabilities), rows)
    level = critical_distance(reference.images, rows.shape[1], trial.probabilities.shape[1], alpha)
    over: NDArray[np.bool_] = found.max(axis=1) > level
    return over
