from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from fmnist_governance.audit.corruptions.blur import (
    defocus_blur,
    gaussian_blur,
    glass_blur,
    motion_blur,
    zoom_blur,
)
from fmnist_governance.audit.corruptions.pixels import convolved, lines

NOTHING = torch.empty(40, 0)


@pytest.mark.parametrize("sigma", [0.5, 1.1, 3])
def test_scipy_blurs_the_same(garments: Tensor, sigma: float) -> None:
    found = gaussian_blur(garments, NOTHING, sigma)

    for image, blurred in zip(garments[:5, 0].numpy(), found[:5, 0].numpy(), strict=True):
        assert blurred == pytest.approx(ndimage.gaussian_filter(image, sigma, mode="nearest"), abs=1e-5)


def test_each_image_is_convolved_with_its_own_kernel_as_scipy_does(garments: Tensor) -> None:
    kernels = torch.rand(5, 7, 7, generator=torch.Generator().manual_seed(0))

    found = convolved(garments[:5], kernels)

    for image, kernel, blurred in zip(garments[:5, 0], kernels, found[:, 0], strict=True):
        expected = ndimage.correlate(image.numpy(), kernel.numpy(), mode="constant")
        assert blurred.numpy() == pytest.approx(expected, abs=1e-4)


def test_a_level_smear_is_a_mean_along_the_row() -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 14, 14] = 1

    found = motion_blur(image, torch.tensor([[0.5]]), 4)[0, 0]

    assert float(found.sum()) == pytest.approx(1, abs=1e-5)
    assert float(found[14].sum()) == pytest.approx(1, abs=1e-5)
    assert found[14, 13:16].tolist() == pytest.approx([0.25] * 3, abs=0.02)


@pytest.mark.parametrize("angle", [-math.pi / 4, 0.3, math.pi / 2])
def test_a_line_has_the_slope_and_the_spread_that_it_was_asked_for(angle: float) -> None:
    kernel = lines(torch.tensor([angle]), 8)[0].double().numpy()
    place = np.arange(len(kernel)) - len(kernel) // 2
    down, right = (kernel * place[:, None]).sum(), (kernel * place).sum()
    moments = np.array([[(kernel * a * b).sum() for b in (place, place[:, None])] for a in (place, place[:, None])])
    values, vectors = np.linalg.eigh(moments)

    assert (down, right) == pytest.approx((0, 0), abs=1e-6)
    assert abs(vectors[:, 1] @ [math.cos(angle), math.sin(angle)]) > 0.995
    assert values[1] == pytest.approx(8**2 / 12, rel=0.12)


def test_a_lens_out_of_focus_spreads_a_point_over_a_disk() -> None:
    image = torch.zeros(1, 1, 28, 28)
    image[0, 0, 14, 14] = 1

    found = defocus_blur(image, NOTHING, 2.5)[0, 0]

    far = torch.hypot(torch.arange(28.0)[:, None] - 14, torch.arange(28.0) - 14)
    assert float(found.sum()) == pytest.approx(1, abs=1e-5)
    assert float(found[far > 3.3].abs().max()) == 0.0
    assert found[far < 1.7].tolist() == pytest.approx([1 / (math.pi * 2.5**2)] * int((far < 1.7).sum()), rel=0.02)


@pytest.mark.parametrize("reach", [1, 2])
def test_a_pixel_behind_glass_has_the_value_of_one_near_it(reach: int) -> None:
    uniform = torch.rand(40, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    numbered = torch.arange(784.0).view(1, 1, 28, 28).expand(40, 1, 28, 28)

    source = glass_blur(numbered, uniform, 0, reach, 1, 0.5).long()

    down = source.div(28, rounding_mode="floor") - torch.arange(28)[:, None]
    right = source % 28 - torch.arange(28)
    inner = (slice(None), slice(None), slice(reach, -reach), slice(reach, -reach))
    assert int(down.abs().max()) == int(right.abs().max()) == reach
    share_moved = float(((down != 0) | (right != 0))[inner].float().mean())
    assert share_moved == pytest.approx(0.5 * (1 - 1 / (2 * reach + 1) ** 2), abs=0.01)
    assert float(down[inner].float().mean()) == pytest.approx(0, abs=0.02)


def test_a_zoom_averages_the_image_with_its_enlargements(garments: Tensor) -> None:
    found = zoom_blur(garments, NOTHING, 1.3, 0.1)[0, 0].numpy()

    image = garments[0, 0].numpy().astype(np.float64)
    layers = [image]
    for factor in (1.0, 1.1, 1.2):
        offset = 13.5 - 13.5 / factor
        layers.append(ndimage.affine_transform(image, np.full(2, 1 / factor), offset, order=1))
    assert found == pytest.approx(np.mean(layers, axis=0), abs=1e-4)
