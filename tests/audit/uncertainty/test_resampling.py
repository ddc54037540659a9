from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from fmnist_governance.audit.uncertainty.bins import equal_mass
from fmnist_governance.audit.uncertainty.errors import calibration_error, debiased_error, mean_of
from fmnist_governance.audit.uncertainty.resampling import Measure, around, once, resampled
from fmnist_governance.stats.proportions import wilson


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_every_resample_has_as_many_images_as_there_are() -> None:
    totals = resampled(lambda weights: weights.sum(dim=1), 37, 300, seeded(0))

    assert totals.tolist() == [37.0] * 300


def test_a_seed_gives_the_same_resamples_again() -> None:
    values = torch.rand(50, generator=seeded(1)).double()

    first, again, other = (resampled(mean_of(values), 50, 200, seeded(seed)) for seed in (2, 2, 3))

    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_spread_of_a_mean_is_that_of_theory() -> None:
    values = torch.rand(400, generator=seeded(1)).double()

    drawn = resampled(mean_of(values), 400, 2000, seeded(4))

    assert float(drawn.std()) == pytest.approx(float(values.std(correction=0)) / 20, rel=0.06)
    assert float(drawn.mean()) == pytest.approx(float(once(mean_of(values), 400)), abs=0.002)


def test_an_interval_without_bias_is_the_percentile_interval() -> None:
    drawn = torch.linspace(-1, 1, 2001, dtype=torch.float64) + 5

    found = around(5.0, drawn, 100)

    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn.numpy(), (0.025, 0.975))))
    assert found.method == "bootstrap"


def test_an_interval_covers_the_number_with_and_without_its_bias() -> None:
    drawn = torch.linspace(-1, 1, 2001, dtype=torch.float64) + 8

    found = around(5.0, drawn, 100)

    assert found.low == pytest.approx(5 - 3 - 0.95)
    assert found.high == pytest.approx(5 + 0.95)


def test_ends_stay_in_range_and_never_pass_the_number() -> None:
    drawn = torch.linspace(0, 2, 2001, dtype=torch.float64)

    assert around(0.1, drawn, 9, span=(0.0, 1.0)).low == 0.0
    assert around(0.1, drawn, 9, span=(0.0, 1.0)).high <= 1.0
    assert around(1.0 + 1e-12, drawn, 9, span=(None, 1.0)).high == 1.0 + 1e-12


@pytest.mark.parametrize("alike", [True, False])
def test_what_a_sample_cannot_show_widens_the_interval(alike: bool) -> None:  # noqa: FBT001 - both cases
    drawn = torch.full((200,), 0.25, dtype=torch.float64)

    found = around(0.25, drawn, 40, alike=alike, scale=2.0)

    assert found.high == pytest.approx(0.25 + 2 * wilson(0, 40).high)
    assert "hide" in found.method


def test_resamples_without_a_number_are_left_out() -> None:
    drawn = torch.cat([torch.full((50,), torch.nan), torch.linspace(0, 1, 101)]).double()

    assert around(0.5, drawn, 10).high == pytest.approx(0.975)
    assert around(0.5, torch.full((9,), torch.nan), 10).low < 0.5


def test_what_may_be_nothing_but_noise_reaches_down_by_it() -> None:
    drawn = torch.linspace(-1, 1, 2001, dtype=torch.float64) + 5

    found = around(5.0, drawn, 100, noise=torch.linspace(0, 4, 2001, dtype=torch.float64))

    assert found.low == pytest.approx(5 - 3.9)
    assert found.high == pytest.approx(5.95)


@pytest.mark.parametrize("kind", [calibration_error, debiased_error])
@pytest.mark.parametrize("excess", [0.0, 0.03, 0.15])
def test_the_interval_of_a_biased_number_covers_the_truth(
    kind: Callable[[Tensor, Tensor, Tensor], Measure], excess: float
) -> None:
    covered = 0
    for seed in range(60):
        generator = seeded(seed)
        confidence = 0.55 + 0.35 * torch.rand(400, generator=generator, dtype=torch.float64)
        correct = torch.rand(400, generator=generator, dtype=torch.float64) < confidence - excess
        error = kind(confidence, correct, equal_mass(confidence, 10))
        again, noise = resampled(error, 400, 200, generator).T
        found = around(float(once(error, 400)[0]), again, 400, noise=noise, span=(0.0, 1.0))
        covered += found.low <= excess <= found.high

    assert covered >= 54
