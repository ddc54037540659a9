from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from fmnist_governance.audit.garments import LOOKS, looks
from fmnist_governance.data.dataset import Dataset


def one(image: Tensor) -> dict[str, float]:
    """The properties of one (H, W) image in [0, 255]."""
    return {name: float(value) for name, value in looks(image.to(torch.uint8)[None, None]).items()}


def box(*, top: int, bottom: int, left: int, right: int, value: int = 255) -> Tensor:
    image = torch.zeros(28, 28)
    image[top:bottom, left:right] = value
    return image


def test_a_tall_box_in_the_right_half_by_hand() -> None:
    found = one(box(top=4, bottom=24, left=16, right=26, value=102))

    assert found == {
        "brightness": pytest.approx(0.4),
        "ink": pytest.approx(200 / 784),
        "contrast": pytest.approx(0.0, abs=1e-12),
        "lean": 1.0,
        "aspect": 2.0,
        "edges": pytest.approx(0.4 * 2 * (10 + 20) / (2 * 27 * 28)),
        "symmetry": pytest.approx(0.0),
    }


def test_a_box_in_the_middle_leans_nowhere() -> None:
    found = one(box(top=0, bottom=28, left=7, right=21))

    assert (found["lean"], found["symmetry"]) == (0.0, 1.0)


def test_the_background_does_not_make_a_garment_dark() -> None:
    small, large = one(box(top=10, bottom=12, left=10, right=12)), one(box(top=0, bottom=28, left=0, right=28))

    assert small["brightness"] == large["brightness"] == 1.0
    assert small["ink"] < large["ink"]


def test_two_halves_of_different_brightness_have_contrast() -> None:
    image = box(top=0, bottom=28, left=0, right=28)
    image[14:] = 51

    assert one(image)["contrast"] == pytest.approx(0.4)


def test_a_black_image_has_numbers() -> None:
    found = one(torch.zeros(28, 28))

    assert (found["aspect"], found["symmetry"], found["ink"]) == (1.0, 1.0, 0.0)
    assert all(np.isfinite(value) for value in found.values())


def test_numpy_and_scipy_see_the_same_on_real_images(sample_data: Dataset) -> None:
    images = sample_data.splits["test"].images[:200]

    found = looks(torch.from_numpy(images))

    for row, image in enumerate(images[:, 0] / 255):
        garment = image > 0.1
        down, across = ndimage.find_objects(garment.astype(int))[0]
        steps = np.concatenate((np.abs(np.diff(image, axis=0)).ravel(), np.abs(np.diff(image, axis=1)).ravel()))
        left, right = image[:, :14].sum(), image[:, 14:].sum()
        expected = {
            "brightness": image[garment].mean(),
            "ink": garment.mean(),
            "contrast": image[garment].std(),
            "lean": (right - left) / (right + left),
            "aspect": (down.stop - down.start) / (across.stop - across.start),
            "edges": steps.mean(),
            "symmetry": 1 - np.abs(image - image[:, ::-1]).sum() / (2 * image.sum()),
        }
        assert {name: float(values[row]) for name, values in found.items()} == pytest.approx(expected, abs=1e-9)


def test_colours_count_by_their_mean_and_batches_are_put_together() -> None:
    images = torch.randint(0, 256, (2_001, 1, 28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)

    grey, colour = looks(images), looks(images.expand(-1, 3, -1, -1))

    assert all(len(grey[look.name]) == 2_001 for look in LOOKS)
    assert all(torch.allclose(grey[name], colour[name]) for name in grey)
