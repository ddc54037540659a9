from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from fmnist_governance.audit.subject import Examples
from fmnist_governance.errors import ConfigError, ModelError
from fmnist_governance.model.feeding import Feeding, Scale, are_probabilities, as_log_probabilities, shaped

IMAGES = torch.rand(5, 1, 4, 6, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0-1", [0.0, 0.5, 1.0]), ("0-255", [0.0, 127.5, 255.0]), ("standardised:0.5,0.25", [-2.0, 0.0, 2.0])],
)
def test_a_scale_is_applied_to_pixels_from_nought_to_one(text: str, expected: list[float]) -> None:
    found = Scale.read(text).apply(torch.tensor([0.0, 0.5, 1.0]))

    assert found.tolist() == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["", "1-0", "0-1 ", "standardised", "standardised:1", "standardised:0,0", "standardised:nan,1", "x:1,2"]
)
def test_another_scale_is_refused_with_those_that_there_are(text: str) -> None:
    with pytest.raises(ConfigError, match="is not 0-1, 0-255 or standardised:MEAN,SD, such as"):
        Scale.read(text)


@pytest.mark.parametrize(
    ("shape", "axes"),
    [((4, 6, 1), (0, 2, 3, 1)), ((1, 4, 6), (0, 1, 2, 3))],
)
def test_axes_are_moved_and_no_pixel_is(shape: tuple[int, ...], axes: tuple[int, ...]) -> None:
    assert np.array_equal(shaped(IMAGES, shape).numpy(), IMAGES.numpy().transpose(axes))


def test_pixels_can_stand_in_a_row_without_channels_or_in_three_colours() -> None:
    assert shaped(IMAGES, (24,)).equal(IMAGES.view(5, 24))
    assert shaped(IMAGES, (4, 6)).equal(IMAGES[:, 0])
    assert shaped(IMAGES, (3, 4, 6)).equal(torch.cat([IMAGES] * 3, dim=1))
    assert shaped(IMAGES, (4, 6, 3)).equal(torch.cat([IMAGES] * 3, dim=1).permute(0, 2, 3, 1))
    assert shaped(IMAGES, None) is IMAGES


def test_a_row_of_pixels_may_be_that_of_another_square() -> None:
    square = IMAGES[:, :, :, :4]

    assert shaped(square, (9,)).equal(shaped(square, (3, 3)).flatten(1))
    with pytest.raises(ModelError, match="it takes images of shape"):
        shaped(square, (10,))


@pytest.mark.parametrize("shape", [(25,), (2, 4, 6), (1, 2, 3, 4)])
def test_images_of_another_kind_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="it takes images of shape"):
        shaped(IMAGES, shape)


@pytest.mark.parametrize("shape", [(1, 2, 3), (2, 3, 1), (2, 3), (3, 2, 3)])
def test_images_of_another_size_are_brought_to_it_as_pillow_does(shape: tuple[int, ...]) -> None:
    found = (
        shaped(IMAGES, shape).reshape(5, -1)[:, :6] if shape != (3, 2, 3) else shaped(IMAGES, shape)[:, 0].flatten(1)
    )

    expected = [
        np.asarray(Image.fromarray(image[0].numpy()).resize((3, 2), Image.Resampling.BILINEAR)) for image in IMAGES
    ]
    assert found.numpy() == pytest.approx(np.stack(expected).reshape(5, 6), abs=1e-6)


def test_gradients_flow_through() -> None:
    images = IMAGES.clone().requires_grad_()

    Feeding(Scale.read("standardised:0.5,0.25"), (24,)).apply(images).sum().backward()

    assert images.grad is not None
    assert images.grad.unique().tolist() == [4.0]


def test_probabilities_are_told_from_logits() -> None:
    logits = torch.randn(20, 5, generator=torch.Generator().manual_seed(0))

    assert are_probabilities(logits.softmax(dim=1))
    assert are_probabilities(logits.softmax(dim=1).half())
    assert not are_probabilities(logits)
    assert not are_probabilities(logits.sigmoid())


def test_a_softmax_gives_probabilities_back_even_nought() -> None:
    values = torch.tensor([[0.7, 0.3, 0.0], [0.0, 0.0, 1.0]])

    assert as_log_probabilities(values).softmax(dim=1).allclose(values, atol=1e-7)


def test_equal_probabilities_of_a_black_box_stay_equal() -> None:
    votes = torch.tensor([[42, 8, 0], [42, 1, 7], [42, 4, 4], [0, 0, 50]], dtype=torch.float64) / 50
    images, labels = torch.zeros(4, 1, 28, 28, dtype=torch.uint8), torch.zeros(4, dtype=torch.int64)

    found = Examples(images, labels, as_log_probabilities(votes), torch.arange(4)).probabilities

    assert found.tolist() == votes.tolist()
