from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, norm

from fmnist_governance.stats.unpaired import (
    Counted,
    difference_interval,
    difference_test,
    fisher,
    pooled_score_test,
)

counted = st.integers(1, 120).flatmap(lambda n: st.integers(0, n).map(lambda right: Counted(right, n)))


@given(counted, counted)
def test_scipy_s_exact_test_gives_the_same_p_value(first: Counted, second: Counted) -> None:
    cells = [[first.right, first.n - first.right], [second.right, second.n - second.right]]

    assert fisher(first, second) == pytest.approx(fisher_exact(cells).pvalue, rel=1e-6, abs=1e-12)


def test_the_exact_test_by_hand() -> None:
    assert fisher(Counted(0, 2), Counted(2, 2)) == pytest.approx(2 / 6)
    assert fisher(Counted(3, 3), Counted(5, 5)) == 1


def test_the_pooled_test_by_hand() -> None:
    z = 0.1 / (0.55 * 0.45 * 2 / 200) ** 0.5

    assert pooled_score_test(Counted(100, 200), Counted(120, 200)) == pytest.approx(2 * norm.sf(z))
    assert pooled_score_test(Counted(10, 10), Counted(20, 20)) == 1


def test_a_small_cell_asks_for_the_exact_test() -> None:
    few, many = (Counted(9, 200), Counted(20, 200)), (Counted(10, 200), Counted(20, 200))

    assert difference_test(*few) == fisher(*few)
    assert difference_test(*many) == pooled_score_test(*many)


def test_thousands_of_images_have_a_p_value() -> None:
    assert fisher(Counted(2_400, 2_500), Counted(7_495, 7_500)) < 1e-20
    assert fisher(Counted(2_495, 2_500), Counted(7_485, 7_500)) == pytest.approx(1, abs=0.2)


def test_newcombe_s_own_example_is_met() -> None:
    """Newcombe (1998), table II, example a, method 10: 56 of 70 against 48 of 80."""
    found = difference_interval(Counted(48, 80), Counted(56, 70))

    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(counted, counted)
def test_an_interval_holds_its_value_and_has_a_width(first: Counted, second: Counted) -> None:
    alone, together = (difference_interval(first, second, family=family) for family in (1, 20))

    assert -1 <= together.low <= alone.low <= second.share - first.share <= alone.high <= together.high <= 1
    assert alone.low < alone.high


@given(counted, counted)
def test_exchanging_the_groups_turns_the_interval(first: Counted, second: Counted) -> None:
    there, back = difference_interval(first, second), difference_interval(second, first)

    assert math.isclose(there.low, -back.high, abs_tol=1e-12)


@pytest.mark.parametrize(("right", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_counts_that_no_images_give_are_refused(right: int, n: int) -> None:
    with pytest.raises(ValueError, match="expected at least one image"):
        Counted(right, n)
