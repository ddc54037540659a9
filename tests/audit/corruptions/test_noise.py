from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats

from fmnist_governance.audit.corruptions.noise import gaussian_noise, impulse_noise, shot_noise, speckle_noise


@pytest.mark.parametrize("photons", [3, 60])
def test_photons_are_counted_by_poisson_quantiles(photons: float) -> None:
    levels = torch.arange(0, 256, 17) / 255
    uniform = (torch.arange(4096) + 0.5) / 4096
    images, numbers = levels[:, None].expand(16, 4096), uniform.expand(16, 4096)

    found = shot_noise(images, numbers, photons) * photons

    expected = stats.poisson.ppf(numbers.double().numpy(), images.double().numpy() * photons)
    assert float((found.round().numpy() == expected).mean()) > 0.9999


def test_sensor_noise_is_normal_with_the_given_deviation() -> None:
    uniform = torch.rand(40_000, generator=torch.Generator().manual_seed(0))

    found = gaussian_noise(torch.full((40_000,), 0.5), uniform, 0.1).numpy()

    assert stats.kstest((found - 0.5) / 0.1, "norm").pvalue > 0.01


def test_speckles_leave_black_as_it_is_and_grow_with_light() -> None:
    uniform = torch.rand(20_000, generator=torch.Generator().manual_seed(0))
    images = torch.arange(20_000) % 2 * 0.5

    found = speckle_noise(images, uniform, 0.2)

    assert float(found[::2].abs().max()) == 0.0
    assert float(found[1::2].std()) == pytest.approx(0.1, rel=0.03)


def test_broken_pixels_are_as_often_black_as_white() -> None:
    uniform = torch.rand(40_000, generator=torch.Generator().manual_seed(0))

    found = impulse_noise(torch.full((40_000,), 0.5), uniform, 0.2).numpy()

    assert np.mean(found == 0) == pytest.approx(0.1, abs=0.005)
    assert np.mean(found == 1) == pytest.approx(0.1, abs=0.005)
