from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from sklearn.metrics import auc
from torch import Tensor

from fmnist_governance.audit.attribution.deletion import SIGMA, STEPS, area, blurred, order, path, probability


def lot_of(size: int, pixels: int, seed: int = 0) -> Tensor:
    return torch.rand(size, pixels, generator=torch.Generator().manual_seed(seed))


def brightness(images: Tensor) -> Tensor:
    """Logits by which class 1 is the more likely the brighter the image."""
    mean = images.mean(dim=(1, 2, 3))
    return torch.stack((torch.zeros_like(mean), 8 * mean - 4), dim=1)


def test_pixels_go_from_the_largest_to_the_smallest() -> None:
    maps = torch.tensor([[[0.3, 0.9], [0.0, 0.5]]])

    assert order(maps, lot_of(1, 4)).tolist() == [[1, 3, 0, 2]]


def test_equal_pixels_go_by_lot_and_not_from_the_top() -> None:
    firsts = {int(order(torch.zeros(1, 4, 4), lot_of(1, 16, seed))[0, 0]) for seed in range(30)}

    assert len(firsts) > 5


def test_half_way_half_of_the_pixels_have_changed() -> None:
    first, last = torch.ones(3, 1, 28, 28), torch.zeros(3, 1, 28, 28)
    seen: list[float] = []

    def answer(images: Tensor) -> Tensor:
        seen.append(float(images.mean()))
        return brightness(images)

    path(
        answer,
        first,
        last,
        order(torch.rand(3, 28, 28), lot_of(3, 784)),
        torch.ones(3, dtype=torch.int64),
        ends=(torch.ones(3).double(), torch.zeros(3).double()),
    )

    assert len(seen) == STEPS - 1
    assert seen == pytest.approx([1 - step / STEPS for step in range(1, STEPS)])


def test_a_map_of_what_counts_deletes_faster_than_its_opposite() -> None:
    images = torch.rand(10, 1, 28, 28, generator=torch.Generator().manual_seed(1))
    classes, black = torch.ones(10, dtype=torch.int64), torch.zeros(10, 1, 28, 28)
    ends = (probability(brightness(images), classes), probability(brightness(black), classes))

    best, worst = (
        area(path(brightness, images, black, order(sign * images[:, 0], lot_of(10, 784)), classes, ends=ends))
        for sign in (1, -1)
    )

    assert torch.all(best < worst)


def test_the_area_is_that_of_scikit_learn() -> None:
    curve = torch.rand(1, STEPS + 1, generator=torch.Generator().manual_seed(3)).double()

    assert float(area(curve)) == pytest.approx(auc(np.linspace(0, 1, STEPS + 1), curve[0].numpy()))


def test_the_blur_is_that_of_scipy() -> None:
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(4))
    expected = gaussian_filter(image[0, 0].numpy(), SIGMA, mode="mirror", truncate=3.0)

    assert blurred(image)[0, 0].numpy() == pytest.approx(expected, abs=1e-5)
