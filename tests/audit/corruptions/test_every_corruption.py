"""What every corruption owes, present and future."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from fmnist_governance.audit.corruptions.catalog import CORRUPTIONS
from fmnist_governance.audit.corruptions.corruption import SEVERITIES, Corruption, Scale
from fmnist_governance.audit.corruptions.sweep import drawn
from fmnist_governance.audit.subject import Subject

Noise = Callable[[Corruption, int], Tensor]
every_corruption = pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda corruption: corruption.name)
IMAGENET_C = {
    "gaussian_noise", "shot_noise", "impulse_noise", "defocus_blur", "glass_blur", "motion_blur", "zoom_blur", "snow",
    "frost", "fog", "brightness", "contrast", "elastic_transform", "pixelate", "jpeg_compression",
}  # fmt: skip


def test_the_fifteen_of_imagenet_c_are_there_and_names_are_unique() -> None:
    names = [corruption.name for corruption in CORRUPTIONS]

    assert set(names) >= IMAGENET_C
    assert len(set(names)) == len(names) == len({corruption.title for corruption in CORRUPTIONS})


@every_corruption
def test_severity_0_is_the_identity(corruption: Corruption, garments: Tensor, noise: Noise) -> None:
    assert corruption.at(garments, noise(corruption, len(garments)), 0) is garments


@every_corruption
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), level=st.sampled_from([0.0, 0.3, 1.0, None]), severity=st.sampled_from(SEVERITIES))
def test_pixels_stay_numbers_from_0_to_1(corruption: Corruption, seed: int, level: float | None, severity: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    images = torch.rand(3, 1, 28, 28, generator=generator) if level is None else torch.full((3, 1, 28, 28), level)
    for extreme in (torch.rand(3, *corruption.noise, generator=generator), torch.zeros(3, *corruption.noise)):
        for scale in Scale:
            if corruption.strengths(scale) is not None:
                found = corruption.at(images, extreme, severity, scale)

                assert found.shape == images.shape
                assert found.dtype == torch.float32
                assert bool(found.isfinite().all())
                assert 0 <= float(found.min()) <= float(found.max()) <= 1


@every_corruption
def test_images_are_disturbed_one_by_one(corruption: Corruption, garments: Tensor, noise: Noise) -> None:
    uniform, before = noise(corruption, len(garments)), garments.clone()
    order = torch.randperm(len(garments), generator=torch.Generator().manual_seed(1))

    for severity in SEVERITIES:
        together = corruption.at(garments, uniform, severity)
        apart = corruption.at(garments[order], uniform[order], severity)

        assert torch.allclose(apart, together[order], atol=1e-4)
    assert torch.equal(garments, before)


@every_corruption
def test_a_subset_gets_the_rows_of_the_full_run(corruption: Corruption, subject: Subject) -> None:
    everything, some = torch.arange(1100), torch.tensor([0, 3, 499, 500, 1099])

    full = drawn(subject, corruption, everything)

    assert full.shape == (1100, *(corruption.noise or (0,)))
    assert torch.equal(drawn(subject, corruption, some), full[some])


@every_corruption
def test_each_severity_changes_more_than_the_one_before(corruption: Corruption, garments: Tensor, noise: Noise) -> None:
    uniform = noise(corruption, len(garments))
    changes = [float((corruption.at(garments, uniform, s) - garments).square().mean()) for s in SEVERITIES]

    assert changes[0] > 0
    assert changes == sorted(changes)


@pytest.mark.parametrize("name", ["fog", "contrast", "brightness", "glass_blur"])
def test_the_first_step_of_mnist_c_is_a_late_one_for_garments(name: str, garments: Tensor, noise: Noise) -> None:
    corruption = next(c for c in CORRUPTIONS if c.name == name)
    uniform = noise(corruption, len(garments))

    theirs = corruption.at(garments, uniform, 1, Scale.MNIST_C) - garments
    own = corruption.at(garments, uniform, 3, Scale.GARMENT28) - garments

    assert float(theirs.square().mean()) > float(own.square().mean())


@pytest.mark.parametrize("corruption", [c for c in CORRUPTIONS if c.mnist_c is None], ids=lambda c: c.name)
def test_what_mnist_c_has_not_is_refused_by_name(corruption: Corruption, garments: Tensor, noise: Noise) -> None:
    with pytest.raises(ValueError, match=f"{corruption.name}: the scale mnist_c"):
        corruption.at(garments, noise(corruption, len(garments)), 1, Scale.MNIST_C)
