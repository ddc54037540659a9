from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.stats.families import holm


def test_four_values_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


def test_nothing_is_adjusted_to_nothing() -> None:
    assert holm([]) == ()


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="expected probabilities"):
        holm([0.5, value])


@given(st.lists(st.floats(0, 1), max_size=20))
def test_an_adjusted_value_is_no_smaller_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)

    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    assert sorted(adjusted) == [q for _, q in sorted(zip(p_values, adjusted, strict=True))]
