"""A training small enough for a test."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch

from fmnist_governance.config.recipe import Augmentation, Recipe
from fmnist_governance.data.dataset import Split

EVERYTHING = Augmentation(
    flip=0.5,
    shift_px=2,
    cutout_px=8,
    cutout_share=0.5,
    disturbed=0.5,
    blur_px=1.0,
    contrast=0.4,
    brightness=0.2,
    noise=0.2,
)


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """So small a network is slower on several threads, and much slower where others compute too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def recipe() -> Recipe:
    return Recipe(
        name="small",
        title="A training for tests",
        layers="8/2 8/2 +8",
        epochs=3,
        batch_size=16,
        learning_rate=0.1,
        matrix_learning_rate=0.02,
        warmup=0.25,
        momentum=0.9,
        weight_decay=5e-4,
        label_smoothing=0.1,
        augmentation=EVERYTHING,
    )


@pytest.fixture
def training() -> Split:
    """100 noisy images, with a bright band whose place is the label."""
    generator = np.random.default_rng(0)
    labels = np.arange(100, dtype=np.int64) % 3
    images = generator.integers(0, 64, (100, 1, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 4 + 8 * label : 8 + 8 * label] += 128
    return Split(images, labels)


@pytest.fixture
def validation(training: Split) -> Split:
    return training.take(np.arange(0, 30, dtype=np.int64))
