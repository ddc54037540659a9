from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fmnist_governance.stats.difference import newcombe, welch


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_examples_of_newcombe_s_paper(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    found = newcombe(first, second)

    assert (found.low, found.high) == pytest.approx((low, high), abs=6e-5)


def test_it_covers_the_true_difference_about_as_often_as_it_says() -> None:
    drawn = np.random.default_rng(0)
    pairs = zip(drawn.binomial(60, 0.95, 2000).tolist(), drawn.binomial(90, 0.85, 2000).tolist(), strict=True)

    held = [newcombe((one, 60), (other, 90)) for one, other in pairs]

    assert 0.935 < np.mean([interval.low <= 0.1 <= interval.high for interval in held]) < 0.975


def test_means_are_compared_as_scipy_does_on_many_examples() -> None:
    drawn = np.random.default_rng(1)
    one, other = drawn.exponential(1.0, 4000), drawn.exponential(1.2, 3000)
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval()

    held = welch((one.mean(), one.var(ddof=1), 4000), (other.mean(), other.var(ddof=1), 3000))

    assert (held.low, held.high) == pytest.approx((expected.low, expected.high), abs=2e-4)


def test_groups_without_spread_have_an_interval_all_the_same() -> None:
    held = welch((1.0, 0.0, 10), (1.0, 0.0, 10), least=0.25)

    assert (held.low, held.high) == (-0.25, 0.25)


@pytest.mark.parametrize(("first", "second"), [((0.0, 1.0, 0), (0.0, 1.0, 5)), ((0.0, -1.0, 5), (0.0, 1.0, 5))])
def test_what_no_examples_give_is_refused(first: tuple[float, float, int], second: tuple[float, float, int]) -> None:
    with pytest.raises(ValueError, match="expected some, and none below 0"):
        welch(first, second)
