from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from fmnist_governance.audit.corruptions.geometry import (
    elastic_transform,
    rotate,
    rotated,
    scaled,
    sheared,
    shifted,
    translate,
)
from fmnist_governance.audit.corruptions.pixels import both_ways, enlarging_matrix, normal

BLACK = "grid-constant"
"""The image goes on in black, and mixes with it at the rim."""


@pytest.mark.parametrize("degrees", [5.0, -22.0, 90.0])
def test_scipy_turns_the_same(garments: Tensor, degrees: float) -> None:
    found = rotated(garments, torch.full((40,), degrees))

    for image, turned in zip(garments[:5, 0].numpy(), found[:5, 0].numpy(), strict=True):
        expected = ndimage.rotate(image, degrees, reshape=False, order=1, mode=BLACK)
        assert turned == pytest.approx(expected, abs=1e-4)


def test_scipy_shifts_the_same(garments: Tensor) -> None:
    down, right = torch.arange(40) % 5 - 2, torch.arange(40) % 7 - 3

    found = shifted(garments, down, right)

    for image, moved, *distance in zip(garments[:, 0].numpy(), found[:, 0].numpy(), down, right, strict=True):
        expected = ndimage.shift(image, [int(step) for step in distance], order=0)
        assert np.array_equal(moved, expected)


@pytest.mark.parametrize("factor", [0.58, 0.92, 1.2])
def test_scipy_scales_the_same(garments: Tensor, factor: float) -> None:
    found = scaled(garments, factor)[0, 0].numpy()

    expected = ndimage.affine_transform(
        garments[0, 0].numpy(), np.full(2, 1 / factor), 13.5 - 13.5 / factor, order=1, mode=BLACK
    )
    assert found == pytest.approx(expected, abs=1e-4)


def test_scipy_shears_the_same(garments: Tensor) -> None:
    found = sheared(garments, torch.full((40,), 0.3))[0, 0].numpy()

    matrix = np.array([[1.0, 0.0], [0.3, 1.0]])
    middle = np.full(2, 13.5)
    expected = ndimage.affine_transform(garments[0, 0].numpy(), matrix, middle - matrix @ middle, order=1, mode=BLACK)
    assert found == pytest.approx(expected, abs=1e-4)


def test_scipy_stretches_the_same(garments: Tensor) -> None:
    uniform = torch.rand(40, 2, 7, 7, generator=torch.Generator().manual_seed(0))

    found = elastic_transform(garments, uniform, 1.0)

    field = both_ways(normal(uniform), enlarging_matrix(28, 7)).numpy()
    for k in range(5):
        places = np.mgrid[0:28, 0:28] + field[k]
        expected = ndimage.map_coordinates(garments[k, 0].numpy(), places, order=1, mode=BLACK)
        assert found[k, 0].numpy() == pytest.approx(expected, abs=1e-4)


def test_a_field_between_cells_is_that_of_a_bilinear_enlargement() -> None:
    field = torch.rand(3, 1, 7, 7, generator=torch.Generator().manual_seed(0))

    found = both_ways(field, enlarging_matrix(28, 7))

    expected = torch.nn.functional.interpolate(field, size=28, mode="bilinear", align_corners=False)
    assert torch.allclose(found, expected, atol=1e-5)


def test_chance_decides_the_side(garments: Tensor) -> None:
    halves = torch.tensor([[0.2], [0.8]]).repeat(20, 1)
    corners = torch.tensor([[0.2, 0.8]]).repeat(40, 1)

    assert torch.allclose(rotate(garments, halves, 10)[::2], rotated(garments[::2], torch.full((20,), -10.0)))
    assert torch.equal(translate(garments, corners, 2)[:, :, :-2, 2:], garments[:, :, 2:, :-2])
