"""A few real images, and noise for a corruption."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from fmnist_governance.audit.corruptions.corruption import Corruption
from fmnist_governance.data.dataset import Dataset

Noise = Callable[[Corruption, int], Tensor]


@pytest.fixture(scope="session")
def garments(sample_data: Dataset) -> Tensor:
    """(40, 1, 28, 28) float32 in [0, 1], four of each class."""
    return torch.from_numpy(sample_data.splits["test"].images[:40]).float() / 255


@pytest.fixture(scope="session")
def noise() -> Noise:
    def drawn(corruption: Corruption, count: int) -> Tensor:
        generator = torch.Generator().manual_seed(count)
        return torch.rand(count, *corruption.noise, generator=generator) if corruption.noise else torch.empty(count, 0)

    return drawn
