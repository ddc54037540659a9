from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fmnist_governance.audit.clustered import (
    ONCE,
    drop_interval,
    percentiles,
    pooled_interval,
    resampled_sums,
)
from fmnist_governance.stats.proportions import wilson


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def hits_of(images: int, tries: int) -> Tensor:
    """Images of their own difficulty: some pass nearly every try, some nearly none."""
    ease = torch.rand(images, 1, generator=generator(1)) ** 0.3
    return (torch.rand(images, tries, generator=generator(2)) < ease).sum(dim=1)


def test_an_image_by_image_bootstrap_covers_the_same() -> None:
    hits = hits_of(500, 5)

    found = pooled_interval(hits, 5, 4000, generator())

    rows = np.random.default_rng(0).integers(0, 500, (4000, 500))
    means = hits.numpy()[rows].mean(axis=1) / 5
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, (0.025, 0.975))), abs=0.003)


def test_answers_to_the_same_images_say_less_than_as_many_to_different_ones() -> None:
    hits = hits_of(500, 20)

    clustered, independent = pooled_interval(hits, 20, 2000, generator()), wilson(int(hits.sum()), 500 * 20)

    assert clustered.high - clustered.low > 2 * (independent.high - independent.low)


def test_a_family_is_covered_by_a_wider_interval() -> None:
    hits = hits_of(500, 5)

    alone, of_many = (pooled_interval(hits, 5, 2000, generator(), family=family) for family in (1, 20))

    assert of_many.low < alone.low < alone.high < of_many.high
    assert of_many.family == 20


@pytest.mark.parametrize(("hits", "value"), [(0, 0.0), (5, 1.0)])
def test_images_that_all_agree_count_once_each(hits: int, value: float) -> None:
    found = pooled_interval(torch.full((200,), hits), 5, 500, generator())

    assert found.method == ONCE
    assert (found.low, found.high) == pytest.approx(
        (wilson(round(200 * value), 200).low, wilson(round(200 * value), 200).high)
    )


def test_a_loss_is_judged_by_the_images_that_changed_sides() -> None:
    before, after = torch.ones(400, dtype=torch.bool), torch.arange(400) >= 40

    found = drop_interval(before, after, 4000, generator())

    assert (found.low, found.high) == pytest.approx((0.1 - 0.0294, 0.1 + 0.0294), abs=0.005)


@pytest.mark.parametrize("after", [True, False])
def test_no_change_at_all_is_not_proven(after: bool) -> None:  # noqa: FBT001 - a parameter of the test
    before = torch.ones(400, dtype=torch.bool)

    found = drop_interval(before, torch.full((400,), after), 500, generator(), family=3)

    value = 0.0 if after else 1.0
    assert found.low < value <= found.high <= 1.0
    assert (found.method, found.family) == (ONCE, 3)


def test_every_draw_counts_each_column_by_the_same_images() -> None:
    columns = torch.stack((torch.ones(70), torch.arange(70.0), 2 * torch.arange(70.0)), dim=1)

    sums = resampled_sums(columns, 600, generator())

    assert sums.shape == (600, 3)
    assert sums[:, 0].tolist() == [70.0] * 600
    assert torch.allclose(sums[:, 2], 2 * sums[:, 1])
    assert float(sums[:, 1].mean()) == pytest.approx(70 * 34.5, rel=0.01)
    assert float(sums[:, 1].std()) == pytest.approx(np.arange(70).std() * 70**0.5, rel=0.1)


def test_the_mean_of_resamples_is_moved_to_the_measured_number() -> None:
    drawn = torch.randn(4000, generator=generator()) * 0.1 + 0.8

    found = percentiles(0.5, drawn, reach=0.3)

    assert (found.low, found.high) == pytest.approx((0.5 - 0.196, 0.5 + 0.196), abs=0.015)


def test_a_number_that_never_moves_reaches_as_far_as_it_is_told() -> None:
    still = torch.full((100,), 0.2)

    assert percentiles(0.2, still, reach=0.3).low == 0.0
    assert percentiles(0.2, still, reach=0.3, least=None).low == pytest.approx(-0.1)
    assert percentiles(0.2, still, reach=0.3).high == pytest.approx(0.5)
