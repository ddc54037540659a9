from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import roc_auc_score, roc_curve
from torch import Tensor

from fmnist_governance.audit.separation import auroc, binomial_quantile, caught, kept


def drawn(seed: int, positive: int, negative: int, shift: float = 1.0, *, places: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    one = torch.randn(positive, generator=generator, dtype=torch.float64) + shift
    other = torch.randn(negative, generator=generator, dtype=torch.float64)
    return one.round(decimals=places), other.round(decimals=places)


def delong_by_pairs(positive: Tensor, negative: Tensor) -> float:
    """The variance from the full table of pairs."""
    wins = (positive[:, None] > negative).double() + (positive[:, None] == negative).double() / 2
    return float(wins.mean(dim=1).var() / len(positive) + wins.mean(dim=0).var() / len(negative))


@pytest.mark.parametrize("places", [6, 0])
def test_scikit_learn_finds_the_same_area_with_and_without_ties(places: int) -> None:
    positive, negative = drawn(0, 300, 170, places=places)
    labels = np.r_[np.ones(300), np.zeros(170)]

    found = auroc(positive, negative)

    assert found.value == pytest.approx(roc_auc_score(labels, torch.cat([positive, negative])))


def test_the_interval_is_delong_s_on_the_scale_of_log_odds() -> None:
    positive, negative = drawn(1, 200, 120, places=1)

    found = auroc(positive, negative)

    reach = 1.959964 * np.sqrt(delong_by_pairs(positive, negative)) / (found.value * (1 - found.value))
    ends = 1 / (1 + np.exp(-(np.log(found.value / (1 - found.value)) + np.array([-reach, reach]))))
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(ends), abs=1e-6)


def test_the_interval_covers_the_true_area_about_as_often_as_it_says() -> None:
    truth = float(stats.norm.cdf(1.5 / np.sqrt(2)))

    held = [auroc(*drawn(seed, 80, 60, 1.5)).interval for seed in range(600)]

    assert 0.925 < np.mean([interval.low <= truth <= interval.high for interval in held]) < 0.98


def test_perfect_separation_is_one_with_a_width() -> None:
    found = auroc(torch.arange(10, 60), torch.arange(10))

    assert found.value == found.interval.high == 1.0
    assert found.interval.low == pytest.approx(0.722, abs=0.001)
    assert auroc(torch.arange(10), torch.arange(10, 60)).value == 0.0


def test_scores_that_are_all_the_same_tell_nothing() -> None:
    found = auroc(torch.ones(30), torch.ones(20))

    assert found.value == 0.5
    assert found.interval.low < 0.35
    assert found.interval.high > 0.65


def test_a_single_example_of_each_leaves_all_open() -> None:
    found = auroc(torch.ones(1), torch.zeros(1))

    assert (found.value, found.interval.high) == (1.0, 1.0)
    assert found.interval.low < 0.25


@pytest.mark.parametrize("places", [6, 1])
def test_scikit_learn_finds_the_same_false_positives(places: int) -> None:
    positive, negative = drawn(2, 400, 250, places=places)
    labels = np.r_[np.ones(400), np.zeros(250)]
    false, true, _ = roc_curve(labels, torch.cat([positive, negative]), drop_intermediate=False)

    assert kept(positive, negative, 0.05).value == pytest.approx(false[true >= 0.95].min())
    assert caught(positive, negative, 0.01).value == pytest.approx(true[false <= 0.01].max())


@pytest.mark.parametrize("tail", [0.05, 0.01])
def test_the_interval_of_a_rate_covers_it_at_least_as_often_as_it_says(tail: float) -> None:
    left = float(stats.norm.sf(stats.norm.ppf(tail) + 1.5))
    found = float(stats.norm.sf(stats.norm.isf(tail) - 1.5))
    pairs = [drawn(seed, 300, 300, 1.5) for seed in range(300)]

    for truth, held in (
        (left, [kept(*pair, tail).interval for pair in pairs]),
        (found, [caught(*pair, tail).interval for pair in pairs]),
    ):
        assert np.mean([interval.low <= truth <= interval.high for interval in held]) > 0.94
        assert np.mean([interval.high - interval.low for interval in held]) < 0.45


def test_many_siblings_make_the_intervals_wider() -> None:
    positive, negative = drawn(3, 200, 200)

    for alone, among in (
        (auroc(positive, negative), auroc(positive, negative, 9)),
        (kept(positive, negative, 0.05), kept(positive, negative, 0.05, 9)),
    ):
        one, many = alone.interval, among.interval
        assert many.low < one.low < one.high < many.high
        assert many.family == 9


def test_a_tail_that_few_examples_cannot_show_leaves_the_threshold_open() -> None:
    found = caught(torch.arange(50) + 0.5, torch.arange(50), 0.001)

    assert found.value == pytest.approx(1 / 50)
    assert found.interval.low == 0.0


@pytest.mark.parametrize(("n", "share"), [(10, 0.05), (1797, 0.01), (10_000, 0.05), (10_000, 0.001)])
def test_scipy_finds_the_same_quantiles(n: int, share: float) -> None:
    for probability in (0.00625, 0.0125, 0.5, 0.9875):
        assert binomial_quantile(n, share, probability) == int(stats.binom.ppf(probability, n, share))
