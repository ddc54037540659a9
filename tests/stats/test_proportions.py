from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from fmnist_governance.stats.proportions import quantile, wilson


def counts(most: int = 20_000) -> st.SearchStrategy[tuple[int, int]]:
    return st.integers(1, most).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts(), st.sampled_from([0.8, 0.95, 0.999]))
def test_the_interval_is_the_one_of_scipy(count: tuple[int, int], level: float) -> None:
    right, n = count

    found, expected = wilson(right, n, level), binomtest(right, n).proportion_ci(level, method="wilson")

    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(counts())
def test_the_interval_holds_the_share_and_stays_within_nought_and_one(count: tuple[int, int]) -> None:
    right, n = count

    found = wilson(right, n)

    assert 0 <= found.low <= right / n <= found.high <= 1


@given(counts(), st.integers(2, 100))
def test_a_family_of_intervals_is_each_as_wide_as_one_at_the_shared_level(count: tuple[int, int], family: int) -> None:
    shared, alone = wilson(*count, 0.95, family), wilson(*count, 1 - 0.05 / family)

    assert (shared.low, shared.high) == pytest.approx((alone.low, alone.high))
    assert shared.family == family


def test_four_of_five_by_hand() -> None:
    found = wilson(4, 5)

    assert found.low == pytest.approx(0.37553, abs=1e-5)
    assert found.high == pytest.approx(0.96378, abs=1e-5)


def test_nine_thousand_and_fifty_nine_is_the_first_count_above_nine_tenths() -> None:
    first = next(right for right in range(9_000, 10_001) if wilson(right, 10_000).low > 0.90)

    assert first == 9_059


@pytest.mark.parametrize(("right", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_impossible_counts_are_refused(right: int, n: int) -> None:
    with pytest.raises(ValueError, match="at least one example"):
        wilson(right, n)


@pytest.mark.parametrize(("level", "family"), [(0.0, 1), (1.0, 1), (float("nan"), 1), (0.95, 0)])
def test_impossible_levels_are_refused(level: float, family: int) -> None:
    with pytest.raises(ValueError, match="level"):
        quantile(level, family)


def test_the_usual_quantile() -> None:
    assert quantile(0.95) == pytest.approx(1.959964, abs=1e-6)
