"""Noise with one bright band a class: nothing to download, nothing to learn from but the band."""

from __future__ import annotations

import numpy as np

from fmnist_governance.data.dataset import Dataset, Split, with_validation

CLASSES = tuple(f"band {index}" for index in range(10))
SIDE = 28
_BAND_PX = 2


def load(train: int = 1200, test: int = 500, seed: int = 0) -> Dataset:
    """Draw the images.

    Args:
        train: Training images, those of the validation split included.
        test: Test images.
        seed: Of the noise.
    """
    generator = np.random.default_rng(seed)
    splits = with_validation({"train": _split(train, generator), "test": _split(test, generator)})
    return Dataset("synthetic", CLASSES, splits, "drawn by fmnist-governance, seed stated in the code", "Apache-2.0")


def _split(size: int, generator: np.random.Generator) -> Split:
    labels = np.arange(size, dtype=np.int64) % len(CLASSES)
    images = generator.integers(0, 128, (size, 1, SIDE, SIDE), dtype=np.uint8)
    for label in range(len(CLASSES)):
        top = label * _BAND_PX + (SIDE - len(CLASSES) * _BAND_PX) // 2
        images[labels == label, :, top : top + _BAND_PX] += 96
    return Split(images, labels)
