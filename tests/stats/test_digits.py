from __future__ import annotations

import math
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.evidence.record import Unit
from fmnist_governance.stats.digits import rounded

FRACTION = st.floats(0, 1)


@pytest.mark.parametrize(
    ("value", "bounds", "unit", "text"),
    [
        (0.9312, (), "fraction", "93.12 %"),
        (0.89999, (0.9,), "fraction", "89.999 %"),
        (0.900001, (0.9,), "fraction", "90.0001 %"),
        (0.9, (0.9,), "fraction", "90.00 %"),
        (0.90005, (0.90005,), "fraction", "90.005 %"),
        (0.99999, (), "fraction", "99.999 %"),
        (0.00001, (), "fraction", "0.001 %"),
        (0.0, (), "fraction", "0.00 %"),
        (1.0, (), "fraction", "100.00 %"),
        (1234567.0, (), "count", "1,234,567"),
        (1.25, (), "seconds", "1.25 s"),
        (0.0002846, (), "seconds", "0.000285 s"),
        (99.325, (), "seconds", "99.32 s"),
        (0.0, (), "seconds", "0.00 s"),
        (0.0152, (), "joules", "0.0152 J"),
        (2048.0, (), "bytes", "2,048 bytes"),
        (-0.00001, (), "score", "-0.00001"),
        (-0.0, (), "score", "0.0000"),
        (1e-300, (), "nats", "1E-300 nats"),
        (0.5, (), "pixels", "0.50 px"),
        (1200.04, (), "per_second", "1,200.0 /s"),
    ],
)
def test_as_many_digits_as_it_takes(value: float, bounds: tuple[float, ...], unit: str, text: str) -> None:
    assert rounded(value, bounds, unit) == text


def read_back(text: str) -> Fraction:
    return Fraction(text.removesuffix(" %").replace(",", "")) / 100


@given(FRACTION, FRACTION)
def test_rounding_never_crosses_a_bound_nor_reaches_nought_or_all(value: float, bound: float) -> None:
    near = read_back(rounded(value, (bound,), "fraction"))

    for corner in (Fraction(repr(bound)), Fraction(0), Fraction(1)):
        exact = Fraction(repr(value))
        assert (near > corner) == (exact > corner)
        assert (near < corner) == (exact < corner)


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(get_args(Unit)))
def test_every_finite_number_in_every_unit_of_the_record_can_be_shown(value: float, unit: str) -> None:
    text = rounded(value, (), unit)

    assert text.isascii()
    assert text.startswith("-") == (value < 0)


@pytest.mark.parametrize(("value", "bounds"), [(math.nan, ()), (math.inf, ()), (0.5, (math.nan,))])
def test_numbers_that_are_not_finite_are_refused(value: float, bounds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="finite"):
        rounded(value, bounds, "fraction")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="'percent' is not one of fraction"):
        rounded(0.5, (), "percent")


def test_a_mean_of_counts_keeps_its_decimals_beside_its_ends_and_bound() -> None:
    assert rounded(1.666, (1.7,), "count") == "1.6660"
    assert rounded(1.7224, (1.7,), "count") == "1.7224"
    assert rounded(2.0, (1.7,), "count") == "2.0000"
    assert rounded(1.7, (1.7,), "count") == "1.7000"
    assert rounded(5_532_544, (2e7,), "count") == "5,532,544"
