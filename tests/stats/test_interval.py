from __future__ import annotations

import pytest
from pydantic import ValidationError

from fmnist_governance.stats.interval import Interval


def test_an_interval_the_wrong_way_round_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"low 0\.9 is above high 0\.1"):
        Interval(low=0.9, high=0.1, method="wilson")


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5])
def test_a_level_outside_nought_and_one_is_refused(level: float) -> None:
    with pytest.raises(ValidationError):
        Interval(low=0.1, high=0.9, level=level, method="wilson")


def test_ends_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValidationError):
        Interval(low=float("nan"), high=0.9, method="wilson")
