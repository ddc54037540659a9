"""How many digits of a number must be shown so that it says nothing untrue?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

_PLACES = {
    "fraction": 2, "count": 0, "seconds": 2, "bytes": 0, "nats": 4, "pixels": 2, "per_second": 1, "joules": 4,
    "score": 4,
}  # fmt: skip
_SUFFIX = {
    "fraction": " %", "count": "", "seconds": " s", "bytes": " bytes",
    "nats": " nats", "pixels": " px", "per_second": " /s", "joules": " J", "score": "",
}  # fmt: skip
_SMALL = frozenset({"seconds", "joules"})
"""Units whose numbers are often far below one; they keep three digits that say something."""
_MAX_PLACES = 18
_MAX_DIGITS = 40


def rounded(value: float, bounds: Sequence[float], unit: str) -> str:
    """Return a number for people, with its unit; fractions become percent, such as `93.12 %`.

    A mean of counts has the decimals of a score. Digits are added until the shown number lies on the same side as the
    measured one of each bound, of 0, and for fractions of 100 %. A number that equals a bound is shown as equal.

    Args:
        value: The number; a fraction where the unit is `fraction`.
        bounds: The numbers that it is compared with, in the same unit; an interval's end is one for its other end.
        unit: One of the record's units.

    Raises:
        ValueError: A number is not finite, or the unit is unknown.
    """
    if unit not in _PLACES:
        msg = f"unit {unit!r} is not one of {', '.join(_PLACES)}"
        raise ValueError(msg)
    if not all(math.isfinite(number) for number in (value, *bounds)):
        msg = f"{value} compared with {list(bounds)}: a number is not finite"
        raise ValueError(msg)
    scale = Decimal(100 if unit == "fraction" else 1)
    corners = (*bounds, 0.0, 1.0) if unit == "fraction" else (*bounds, 0.0)
    exact = Decimal(repr(float(value))) * scale
    if unit == "count" and not all(float(number).is_integer() for number in (value, *bounds)):
        unit = "score"  # A mean of counts, or one beside such.
    places = max(_PLACES[unit], min(2 - exact.adjusted(), _MAX_PLACES)) if unit in _SMALL and exact else _PLACES[unit]
    return _text(exact, [Decimal(repr(float(b))) * scale for b in corners], places) + _SUFFIX[unit]


def _text(exact: Decimal, corners: list[Decimal], places: int) -> str:
    with localcontext() as context:
        context.prec = 400
        if abs(exact.adjusted()) <= _MAX_DIGITS:
            for digits in range(places, _MAX_PLACES + 1):
                near = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
                if all(_side(near, corner) == _side(exact, corner) for corner in corners):
                    return f"{abs(near) if near == 0 else near:,f}"
        return f"{exact.normalize()}"


def _side(value: Decimal, corner: Decimal) -> int:
    return (value > corner) - (value < corner)
