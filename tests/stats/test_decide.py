from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import norm

from fmnist_governance.stats.decide import Op, decide
from fmnist_governance.stats.interval import Interval
from fmnist_governance.stats.proportions import wilson

UNIT = st.floats(0.01, 0.99)
OPS = st.sampled_from(get_args(Op))


def bootstrap(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, method="bootstrap")


@pytest.mark.parametrize(
    ("low", "high", "op", "outcome"),
    [
        (0.91, 0.93, ">", "holds"),
        (0.90, 0.93, ">=", "holds"),
        (0.90, 0.93, ">", "undecided"),
        (0.89, 0.93, ">=", "undecided"),
        (0.85, 0.90, ">=", "undecided"),
        (0.85, 0.90, ">", "fails"),
        (0.85, 0.89, ">=", "fails"),
        (0.85, 0.89, "<", "holds"),
        (0.85, 0.90, "<=", "holds"),
        (0.85, 0.90, "<", "undecided"),
        (0.90, 0.95, "<", "fails"),
        (0.91, 0.95, "<=", "fails"),
    ],
)
def test_the_whole_interval_decides(low: float, high: float, op: Op, outcome: str) -> None:
    assert decide((low + high) / 2, bootstrap(low, high), op, 0.90).outcome == outcome


@pytest.mark.parametrize(
    ("op", "below", "equal", "above"),
    [(">", "fails", "fails", "holds"), (">=", "fails", "holds", "holds"),
     ("<", "holds", "fails", "fails"), ("<=", "holds", "holds", "fails")],
)  # fmt: skip
def test_an_exact_number_is_compared_as_it_stands(op: Op, below: str, equal: str, above: str) -> None:
    assert [decide(value, None, op, 5.0).outcome for value in (4.0, 5.0, 6.0)] == [below, equal, above]


def test_the_floor_claim_is_supported_from_9_059_right_answers_on() -> None:
    outcomes = [decide(k / 10_000, wilson(k, 10_000), ">", 0.90, 10_000).outcome for k in (8_940, 9_058, 9_059)]

    assert outcomes == ["fails", "undecided", "holds"]


@given(st.integers(20, 5_000), st.floats(0.01, 0.99), UNIT, OPS, st.sampled_from([1, 10]))
def test_more_is_the_first_number_of_images_that_decides_at_the_same_rate(
    n: int, rate: float, bound: float, op: Op, family: int
) -> None:
    right = round(rate * n)
    decision = decide(right / n, wilson(right, n, family=family), op, bound, n)
    assume(decision.more is not None and decision.more < 10_000_000)
    assert decision.more is not None

    low, high = wilson_of_share(right / n, n + decision.more, family)
    before = wilson_of_share(right / n, n + decision.more - 1, family)

    assert not low < bound - 1e-9 < bound + 1e-9 < high
    assert before[0] <= bound + 1e-9
    assert bound - 1e-9 <= before[1]


def wilson_of_share(share: float, n: int, family: int) -> tuple[float, float]:
    """Wilson's interval as in the textbook, for a share that need not be a count over n."""
    z = float(norm.ppf(1 - 0.025 / family))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return centre - half, centre + half


def test_a_bootstrap_interval_shrinks_with_the_root_of_the_images() -> None:
    decision = decide(0.92, bootstrap(0.88, 0.95), ">=", 0.90, 1_000)

    assert decision.more == 3_001  # Half the distance on the lower side: four times the images, and one.


@given(UNIT, st.integers(1, 1_000), OPS)
def test_no_number_of_images_decides_a_rate_that_is_the_bound(value: float, n: int, op: Op) -> None:
    decision = decide(value, bootstrap(value - 0.01, value + 0.01), op, value, n)

    assert (decision.outcome, decision.more) == ("undecided", None)


def test_without_a_count_nobody_can_say_how_many_more() -> None:
    assert decide(0.92, bootstrap(0.88, 0.95), ">=", 0.90, None).more is None


@given(UNIT, UNIT, UNIT, UNIT, UNIT)
def test_a_higher_floor_never_turns_a_refusal_into_a_pass(
    value: float, low: float, high: float, floor: float, tighter: float
) -> None:
    assume(low <= high and floor <= tighter)
    interval = bootstrap(low, high)

    if decide(value, interval, ">=", tighter).outcome == "holds":
        assert decide(value, interval, ">=", floor).outcome == "holds"


@given(UNIT, UNIT, UNIT, UNIT)
def test_a_question_and_its_opposite_never_both_hold(value: float, low: float, high: float, bound: float) -> None:
    assume(low <= high)
    interval = bootstrap(low, high)
    opposite = {"holds": "fails", "fails": "holds", "undecided": "undecided"}

    assert decide(value, interval, "<", bound).outcome == opposite[decide(value, interval, ">=", bound).outcome]


def test_a_value_outside_its_interval_is_not_hidden_by_it() -> None:
    assert decide(0.5, bootstrap(0.91, 0.95), ">=", 0.90).outcome == "undecided"


@pytest.mark.parametrize(("value", "bound"), [(math.nan, 0.9), (0.9, math.inf)])
def test_numbers_that_are_not_finite_are_refused(value: float, bound: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        decide(value, None, ">=", bound)
