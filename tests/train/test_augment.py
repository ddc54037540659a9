from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from torch import Tensor

from fmnist_governance.config.recipe import Augmentation
from fmnist_governance.train.augment import augmented, blurred, cut, moved, noisy, relit

IMAGES = torch.randint(0, 256, (64, 1, 28, 28), generator=torch.Generator().manual_seed(1), dtype=torch.uint8)
FLOATS = IMAGES / 255
NONE: dict[str, float] = {
    "flip": 0, "shift_px": 0, "cutout_px": 0, "cutout_share": 0, "disturbed": 0,
    "blur_px": 0, "contrast": 0, "brightness": 0, "noise": 0,
}  # fmt: skip
ALL: dict[str, float] = {
    "flip": 0.5, "shift_px": 2, "cutout_px": 8, "cutout_share": 0.5, "disturbed": 0.5,
    "blur_px": 1.5, "contrast": 0.4, "brightness": 0.3, "noise": 0.2,
}  # fmt: skip


def drawn(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def changed(before: Tensor, after: Tensor) -> Tensor:
    return (before != after).flatten(1).any(dim=1)


def test_nothing_asked_leaves_every_pixel_as_it_is() -> None:
    assert torch.equal(augmented(IMAGES, Augmentation.model_validate(NONE), drawn()), FLOATS)


@pytest.mark.parametrize("share", ["disturbed", "cutout_share"])
def test_strength_without_a_share_changes_nothing(share: str) -> None:
    strong = ALL | {"flip": 0, "shift_px": 0, "disturbed": 0, "cutout_share": 0}

    assert torch.equal(augmented(IMAGES, Augmentation.model_validate(strong), drawn()), FLOATS)
    assert not torch.equal(augmented(IMAGES, Augmentation.model_validate(strong | {share: 1}), drawn()), FLOATS)


@pytest.mark.parametrize("name", ["flip", "shift_px", "blur_px", "contrast", "brightness", "noise"])
def test_each_strength_alone_changes_images(name: str) -> None:
    one = NONE | {"disturbed": 1, name: ALL[name]}

    assert changed(FLOATS, augmented(IMAGES, Augmentation.model_validate(one), drawn())).float().mean() > 0.3


def test_the_result_stays_in_range_and_the_images_are_left_alone() -> None:
    before = IMAGES.clone()

    found = augmented(IMAGES, Augmentation.model_validate(ALL), drawn())

    assert (found.shape, found.dtype) == (IMAGES.shape, torch.float32)
    assert float(found.min()) >= 0
    assert float(found.max()) <= 1
    assert torch.equal(IMAGES, before)


def test_the_generator_alone_decides() -> None:
    how = Augmentation.model_validate(ALL)
    torch.manual_seed(5)
    first = augmented(IMAGES, how, drawn())
    torch.manual_seed(6)

    assert torch.equal(augmented(IMAGES, how, drawn()), first)
    assert not torch.equal(augmented(IMAGES, how, drawn(1)), first)


def test_a_flip_mirrors_left_and_right() -> None:
    assert torch.equal(moved(IMAGES, 1.0, 0, drawn()), IMAGES.flip(3))


def test_half_of_the_images_are_flipped_at_one_half() -> None:
    many = IMAGES.repeat(20, 1, 1, 1)

    assert changed(many, moved(many, 0.5, 0, drawn())).float().mean() == pytest.approx(0.5, abs=0.05)


def test_a_shift_moves_by_every_step_and_brings_in_black() -> None:
    dot = torch.zeros(500, 1, 28, 28, dtype=torch.uint8)
    dot[:, :, 10, 10] = 255

    places = moved(dot, 0.0, 2, drawn()).flatten(1).argmax(dim=1)

    assert set(places.tolist()) == {28 * row + column for row in range(8, 13) for column in range(8, 13)}


def test_a_shift_does_not_wrap_around() -> None:
    edge = torch.zeros(100, 1, 28, 28, dtype=torch.uint8)
    edge[:, :, :, 0] = 255

    found = moved(edge, 0.0, 1, drawn())

    assert int(found[:, :, :, 14:].max()) == 0


def test_a_blur_is_the_gaussian_that_scipy_computes() -> None:
    drawn_share = torch.rand(2, 64, 1, generator=drawn())[1, 5, 0]

    found = blurred(FLOATS, 1.0, 1.0, drawn())[5, 0].numpy()

    expected = ndimage.gaussian_filter(FLOATS[5, 0].numpy(), float(drawn_share), radius=3, mode="nearest")
    assert np.allclose(found, expected, atol=1e-5)


def test_disturbing_spares_the_other_images() -> None:
    many = FLOATS.repeat(20, 1, 1, 1)

    found = noisy(many, 0.2, 0.3, drawn())

    assert changed(many, found).float().mean() == pytest.approx(0.3, abs=0.05)


def test_noise_is_as_strong_as_asked() -> None:
    grey = torch.full((4000, 1, 28, 28), 0.5)

    deviations = (noisy(grey, 0.1, 1.0, drawn()) - grey).flatten(1).std(dim=1)

    assert float(deviations.max()) == pytest.approx(0.1, abs=0.01)
    assert float(deviations.mean()) == pytest.approx(0.05, abs=0.005)


def test_contrast_stretches_as_much_as_it_shrinks_and_keeps_the_mean() -> None:
    soft = 0.4 + 0.1 * FLOATS.repeat(20, 1, 1, 1)

    found = relit(soft, 0.5, 0.0, 1.0, drawn())

    ratio = found.std(dim=(1, 2, 3)) / soft.std(dim=(1, 2, 3))
    assert torch.allclose(found.mean(dim=(1, 2, 3)), soft.mean(dim=(1, 2, 3)), atol=1e-5)
    assert float(ratio.min()) == pytest.approx(0.5, abs=0.02)
    assert float(ratio.max()) == pytest.approx(2.0, abs=0.08)


def test_brightness_goes_up_and_down() -> None:
    grey = torch.full((2000, 1, 4, 4), 0.5)

    added = relit(grey, 0.0, 0.2, 1.0, drawn())[:, 0, 0, 0] - 0.5

    assert float(added.min()) == pytest.approx(-0.2, abs=0.01)
    assert float(added.max()) == pytest.approx(0.2, abs=0.01)


def test_a_cut_is_a_black_square_of_that_side() -> None:
    white = torch.ones(2000, 1, 28, 28)

    missing = (1 - cut(white, 6, 0.5, drawn())).sum(dim=(1, 2, 3))

    assert float(missing.max()) == 36
    assert (missing > 0).float().mean() == pytest.approx(0.5, abs=0.05)
