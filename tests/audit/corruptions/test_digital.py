from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from fmnist_governance.audit.corruptions.digital import contrast, inverted, jpeg_compression, pixelate, quantize

NOTHING = torch.empty(40, 0)


@pytest.mark.parametrize("quality", [4, 10, 30, 75])
def test_pillow_compresses_to_the_same_pixels(garments: Tensor, quality: int) -> None:
    found = (jpeg_compression(garments, NOTHING, quality).clamp(0, 1) * 255).round().numpy()

    agree = []
    for image, compressed in zip(garments[:20, 0], found[:20, 0], strict=True):
        file = io.BytesIO()
        Image.fromarray((image * 255).round().to(torch.uint8).numpy()).save(file, format="JPEG", quality=quality)
        gaps = np.abs(compressed - np.asarray(Image.open(file), dtype=np.float64))
        agree.append(float(np.mean(gaps <= 2)))
    assert np.median(agree) > 0.98, agree
    assert np.mean(agree) > 0.97, agree


@pytest.mark.parametrize("cells", [7, 14])
def test_pillow_makes_the_same_mosaic(garments: Tensor, cells: int) -> None:
    found = pixelate(garments, NOTHING, cells)

    for image, mosaic in zip(garments[:5, 0].numpy(), found[:5, 0].numpy(), strict=True):
        small = Image.fromarray(image).resize((cells, cells), Image.Resampling.BOX)
        expected = np.asarray(small.resize((28, 28), Image.Resampling.NEAREST))
        assert mosaic == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("cells", [9, 10, 18, 24])
def test_a_pixel_on_the_border_of_two_cells_counts_for_both_by_its_share(garments: Tensor, cells: int) -> None:
    found = pixelate(garments, NOTHING, cells)[0, 0].numpy()

    fine = garments[0, 0].double().numpy().repeat(cells, axis=0).repeat(cells, axis=1)
    means = fine.reshape(cells, 28, cells, 28).mean(axis=(1, 3))
    cell = [int((place + 0.5) * cells / 28) for place in range(28)]
    assert found == pytest.approx(means[np.ix_(cell, cell)], abs=1e-5)


def test_contrast_shrinks_about_the_mean() -> None:
    images = torch.tensor([[[[0.0, 0.4], [0.4, 0.8]]]])

    found = contrast(images, images, 0.5)

    assert found.flatten().tolist() == pytest.approx([0.2, 0.4, 0.4, 0.6])


@pytest.mark.parametrize(("levels", "expected"), [(2, [0, 0, 1, 1]), (3, [0, 0.5, 0.5, 1])])
def test_levels_are_evenly_spaced_from_black_to_white(levels: int, expected: list[float]) -> None:
    images = torch.tensor([[[[0.0, 0.3], [0.7, 1.0]]]])

    assert quantize(images, images, levels).flatten().tolist() == expected


def test_inverting_twice_changes_nothing(garments: Tensor) -> None:
    assert torch.allclose(inverted(inverted(garments)), garments, atol=1e-6)
