from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from fmnist_governance.stats.paired import Discordance, difference_interval, discordance, mcnemar
from fmnist_governance.stats.proportions import quantile

counts = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 200)).map(
    lambda c: Discordance(c[0], c[1], max(1, sum(c)))
)


def test_four_images_by_hand() -> None:
    assert discordance("0011", "0110") == Discordance(gained=1, lost=1, n=4)
    assert discordance("0000", "0111") == Discordance(gained=3, lost=0, n=4)


@pytest.mark.parametrize(("before", "after"), [("", ""), ("01", "011")])
def test_other_images_cannot_be_paired(before: str, after: str) -> None:
    with pytest.raises(ValueError, match="expected equally many"):
        discordance(before, after)


@pytest.mark.parametrize(("gained", "lost", "n"), [(-1, 0, 4), (3, 2, 4), (0, 0, 0)])
def test_counts_that_no_images_give_are_refused(gained: int, lost: int, n: int) -> None:
    with pytest.raises(ValueError, match="expected counts"):
        Discordance(gained, lost, n)


def test_the_p_value_by_hand() -> None:
    assert mcnemar(Discordance(0, 0, 4)) == 1
    assert mcnemar(Discordance(0, 4, 10)) == 2 / 16
    assert mcnemar(Discordance(1, 4, 10)) == 2 * (1 + 5) / 32


@given(counts)
def test_the_p_value_is_that_of_a_binomial_test(found: Discordance) -> None:
    assume(found.gained + found.lost > 0)

    expected = binomtest(found.gained, found.gained + found.lost).pvalue

    assert mcnemar(found) == pytest.approx(expected, rel=1e-9)


def test_the_p_value_of_thousands_of_images_is_a_number() -> None:
    assert mcnemar(Discordance(4_000, 4_400, 10_000)) == pytest.approx(binomtest(4_000, 8_400).pvalue, rel=1e-6)
    assert mcnemar(Discordance(0, 5_000, 10_000)) >= 0


@given(counts)
def test_the_interval_holds_zero_when_the_score_test_does(found: Discordance) -> None:
    interval = difference_interval(found)
    uneven = abs(found.gained - found.lost)
    score = uneven / math.sqrt(found.gained + found.lost) if uneven else 0.0
    assume(abs(score - quantile(0.95)) > 1e-6)

    assert (interval.low <= 0 <= interval.high) is (score < quantile(0.95))


@given(counts)
def test_the_interval_turns_with_the_counts_and_stays_in_range(found: Discordance) -> None:
    turned = difference_interval(Discordance(found.lost, found.gained, found.n))

    interval = difference_interval(found)

    assert (turned.low, turned.high) == pytest.approx((-interval.high, -interval.low), abs=1e-12)
    assert -1 <= interval.low <= found.difference <= interval.high <= 1


def test_no_difference_on_few_images_is_not_sure() -> None:
    few, many = (difference_interval(Discordance(0, 0, n)) for n in (10, 10_000))

    z2 = quantile(0.95) ** 2
    assert few.high == pytest.approx(z2 / (10 + z2))
    assert many.high == pytest.approx(z2 / (10_000 + z2))


def test_the_interval_covers_as_often_as_it_says() -> None:
    gained, lost, n = 0.08, 0.03, 60

    covered = 0.0
    for g in range(n + 1):
        for k in range(n + 1 - g):
            found = difference_interval(Discordance(g, k, n))
            if found.low <= gained - lost <= found.high:
                covered += _chance(g, k, n, gained, lost)

    assert 0.93 <= covered <= 0.98


def _chance(g: int, k: int, n: int, gained: float, lost: float) -> float:
    ways = math.comb(n, g) * math.comb(n - g, k)
    return float(ways * gained**g * lost**k * (1 - gained - lost) ** (n - g - k))
