"""The contract of a set of outsiders. Read this before adding one: a set is one function and one catalog line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from fmnist_governance.audit.subject import Subject

Group = Literal["far", "near"]


@dataclass(frozen=True, slots=True)
class Outsider:
    """One kind of image that the model has no class for."""

    name: str
    """As it stands in measurement ids."""
    title: str
    group: Group
    """Near: a changed picture of something that the model knows. Far: anything else."""
    images: Callable[[Subject, int], Tensor]
    """Return at most so many images, (N, C, H, W) float32 in [0, 1], as the subject's test images are shaped."""
    lacks: Callable[[Subject], str | None]
    """Say why the set makes no sense for a subject; None where it does."""
