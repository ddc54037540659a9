from __future__ import annotations

import pytest
import torch

from fmnist_governance.audit.attribution.regions import border_mask, corner_masks, regions

SIZE = torch.Size((28, 28))


def test_one_bright_pixel_lies_where_it_lies() -> None:
    maps, images = torch.zeros(2, 28, 28), torch.zeros(2, 1, 28, 28)
    maps[0, 2, 27], maps[1, 14, 14] = 5.0, 0.1
    images[:, 0, 14, 14] = 1.0

    found = regions(maps, images)

    assert found.background.tolist() == [1.0, 0.0]
    assert found.border.tolist() == [1.0, 0.0]
    assert found.corners.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert found.distance.tolist() == pytest.approx([(12**2 + 13**2) ** 0.5, 0.0])


def test_an_even_map_has_the_share_of_each_area() -> None:
    found = regions(torch.ones(1, 28, 28), torch.ones(1, 1, 28, 28))

    assert float(found.border) == pytest.approx(1 - 22 * 22 / 784)
    assert found.corners[0].tolist() == pytest.approx([1 / 16] * 4)
    assert float(found.background) == 0
    assert int(border_mask(SIZE).sum()) == 784 - 22 * 22
    assert corner_masks(SIZE).sum(dim=(1, 2)).tolist() == [49] * 4


def test_a_map_without_mass_lies_nowhere() -> None:
    found = regions(torch.zeros(1, 28, 28), torch.ones(1, 1, 28, 28))

    assert found.empty.tolist() == [True]
    assert found.border.isnan().all()
    assert found.distance.isnan().all()


def test_a_black_image_has_its_middle_in_the_middle() -> None:
    maps = torch.zeros(1, 28, 28)
    maps[0, 13:15, 13:15] = 1.0

    found = regions(maps, torch.zeros(1, 1, 28, 28))

    assert float(found.distance) == pytest.approx(0.0, abs=1e-9)
    assert float(found.background) == 1.0
