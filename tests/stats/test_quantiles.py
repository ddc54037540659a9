from __future__ import annotations

import math
import random

import pytest
from scipy import stats

from fmnist_governance.stats.quantiles import fewest, quantile, quantile_interval


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([3, 1, 2], 0.5, 2), ([4, 1, 2, 3], 0.5, 2), ([5], 0.95, 5), (range(1, 101), 0.95, 95), (range(10), 1.0, 9)],
)
def test_a_quantile_is_one_of_the_values(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


def test_a_quantile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="0 values"):
        quantile([], 0.5)


@pytest.mark.parametrize(("n", "share"), [(6, 0.5), (20, 0.5), (75, 0.95), (200, 0.95), (101, 0.25)])
def test_the_ranks_are_those_of_the_binomial_distribution(n: int, share: float) -> None:
    found = quantile_interval(range(1, n + 1), share)

    assert found is not None
    low, high = int(found.low), int(found.high)
    below = stats.binom(n, share)
    assert below.cdf(low - 1) <= 0.025 < below.cdf(low)
    assert below.cdf(high - 1) >= 0.975 > below.cdf(high - 2)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 6), (0.95, 72), (0.9, 36)])
def test_too_few_values_have_no_interval(share: float, expected: int) -> None:
    assert fewest(share) == expected
    assert quantile_interval(range(expected - 1), share) is None


def test_it_covers_as_often_as_it_says() -> None:
    draws, random_ = 400, random.Random(0)  # noqa: S311 - no secret
    hits = 0
    for _ in range(draws):
        found = quantile_interval([random_.expovariate(1.0) for _ in range(80)], 0.95)
        hits += found is not None and found.low <= -math.log(0.05) <= found.high

    assert hits / draws > 0.92
