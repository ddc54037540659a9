from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import bootstrap

from fmnist_governance.audit.attribution.averages import mean_interval, resampled_means


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_scipy_s_bootstrap_gives_the_same_interval() -> None:
    values = np.random.default_rng(1).beta(0.5, 0.8, 400)
    expected = bootstrap((values,), np.mean, method="percentile", n_resamples=5000, rng=2).confidence_interval

    found = mean_interval(values, resampled_means(values[:, None], 5000, seeded())[:, 0], (0.0, 1.0))

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=0.003)
    assert found.method == "bootstrap"


def test_columns_are_drawn_together() -> None:
    values = np.random.default_rng(1).random((50, 1))

    means = resampled_means(np.hstack((values, 2 * values)), 100, seeded())

    assert np.allclose(means[:, 1], 2 * means[:, 0])


def test_many_images_are_drawn_in_parts_with_the_same_spread() -> None:
    values = np.arange(10_000.0)[:, None]

    means = resampled_means(values, 500, seeded())

    assert means.shape == (500, 1)
    assert float(means.std()) == pytest.approx(float(values.std()) / 100, rel=0.15)


def test_equal_values_have_hoeffding_s_width_within_the_span() -> None:
    found = mean_interval(np.ones(200), np.ones(300), (-1.0, 1.0))

    assert found.method == "hoeffding"
    assert found.high == 1.0
    assert found.low == pytest.approx(1 - 2 * (np.log(40) / 400) ** 0.5)


def test_a_family_of_intervals_is_wider() -> None:
    values = np.random.default_rng(1).random(300)
    drawn = resampled_means(values[:, None], 4000, seeded())[:, 0]

    alone, together = (mean_interval(values, drawn, (0.0, 1.0), family) for family in (1, 4))

    assert together.low < alone.low < alone.high < together.high
    assert together.family == 4
