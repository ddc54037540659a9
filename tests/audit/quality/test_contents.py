from __future__ import annotations

import numpy as np
import pytest
import torch

from fmnist_governance.audit.quality.contents import balance, spread
from fmnist_governance.data.dataset import Dataset


def test_balance_by_hand() -> None:
    assert balance(torch.tensor([0, 0, 0, 1, 2, 2]), 3) == 3.0
    assert balance(torch.arange(10), 10) == 1.0


def test_a_class_without_images_has_no_ratio() -> None:
    assert balance(torch.tensor([0, 0, 2]), 3) is None


def test_numpy_sees_the_same_on_real_images(sample_data: Dataset) -> None:
    images = sample_data.splits["test"].images[:100]
    pixels = images.reshape(100, -1) / 255

    found = spread(torch.from_numpy(images)).numpy()

    expected = np.stack((np.ptp(pixels, axis=1), (pixels > 0.1).mean(axis=1), pixels.std(axis=1)), axis=1)
    assert found == pytest.approx(expected, abs=1e-5)


def test_a_constant_image_has_no_spread() -> None:
    found = spread(torch.full((1, 3, 28, 28), 200, dtype=torch.uint8))

    assert found.tolist() == [[0.0, 1.0, pytest.approx(0.0, abs=1e-6)]]
