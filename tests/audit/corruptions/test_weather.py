from __future__ import annotations

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from fmnist_governance.audit.corruptions.weather import brightness, clouds, darken, fog, frost, snow, spatter


def slow_clouds(uniform: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """Diamond-square, place by place: the mean of four neighbours and some noise, on ever finer grids."""
    size = len(uniform)
    heights, rough = np.zeros((size, size)), 2 * uniform - 1
    step, amplitude = size, 1.0
    while step > 1:
        half = step // 2
        for y in range(half, size, step):
            for x in range(half, size, step):
                near = [heights[(y + a) % size, (x + b) % size] for a in (-half, half) for b in (-half, half)]
                heights[y, x] = np.mean(near) + amplitude * rough[y, x]
        for y in range(0, size, half):
            for x in range((y + half) % step, size, step):
                near = [
                    heights[(y + a) % size, (x + b) % size] for a, b in ((half, 0), (-half, 0), (0, half), (0, -half))
                ]
                heights[y, x] = np.mean(near) + amplitude * rough[y, x]
        step, amplitude = half, amplitude / decay**2
    heights -= heights.min()
    found: NDArray[np.float64] = heights / heights.max()
    return found


@pytest.mark.parametrize("decay", [1.4, 2.0])
def test_clouds_are_those_drawn_place_by_place(decay: float) -> None:
    uniform = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(0))

    found = clouds(uniform, decay)

    for field, numbers in zip(found[:, 0], uniform[:, 0], strict=True):
        assert field.numpy() == pytest.approx(slow_clouds(numbers.double().numpy(), decay), abs=1e-4)


def test_fog_keeps_the_brightest_level_and_lifts_black(garments: Tensor) -> None:
    uniform = torch.rand(40, 1, 32, 32, generator=torch.Generator().manual_seed(0))

    found = fog(garments, uniform, 0.5, 2.0)

    assert bool((found.amax(dim=(1, 2, 3)) <= garments.amax(dim=(1, 2, 3)) + 1e-5).all())
    assert float(found[garments == 0].mean()) > 0.1


def test_frost_is_brightest_where_a_cloud_is_half_high() -> None:
    uniform = torch.rand(1, 1, 32, 32, generator=torch.Generator().manual_seed(0))
    height = clouds(uniform, 1.5)[0, 0, :28, :28]

    found = frost(torch.zeros(1, 1, 28, 28), uniform, 0.9, 0.3)[0, 0]

    assert float(found.max()) <= 0.3
    assert int(found.flatten().argmax()) == int((height - 0.5).abs().flatten().argmin())


def test_more_flakes_fall_below_a_lower_threshold(garments: Tensor) -> None:
    uniform = torch.rand(40, 197, generator=torch.Generator().manual_seed(0))
    black = torch.zeros_like(garments)

    few, many = (snow(black, uniform, threshold, 3, 0.0) for threshold in (2.2, 0.8))

    assert bool((many >= few - 1e-6).all())
    assert float((many > 0.05).float().mean()) > 3 * float((few > 0.05).float().mean()) > 0


def test_mud_covers_the_image_in_its_own_colour(garments: Tensor) -> None:
    uniform = torch.rand(40, 1, 28, 28, generator=torch.Generator().manual_seed(0))

    on_white, on_black = (spatter(torch.full_like(garments, x), uniform, 0.65, 0.3, 2, 0.69, 0.25) for x in (1.0, 0.0))

    covered = on_white < 0.26
    assert 0.05 < float(covered.float().mean()) < 0.4
    assert torch.allclose(on_black[covered], torch.tensor(0.25), atol=0.01)


def test_light_is_added_to_every_pixel_or_taken_from_each() -> None:
    images = torch.tensor([[[[0.0, 0.5]]]])

    assert brightness(images, images, 0.1).flatten().tolist() == pytest.approx([0.1, 0.6])
    assert darken(images, images, 0.4).flatten().tolist() == pytest.approx([0.0, 0.2])
