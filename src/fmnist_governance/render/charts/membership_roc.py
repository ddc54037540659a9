"""How many training images can be found out, at how many false accusations?"""

from __future__ import annotations

import math
from typing import NamedTuple

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, number, rules, svg, words
from fmnist_governance.render.charts.panel import BOTTOM, HEIGHT, LEFT, LINES, TOP, above, columns, legend, share
from fmnist_governance.render.tables import StoredTable

_WIDTH = WIDE - LEFT - 24
_LEAST = 1e-4
"""Where both scales begin; what lies below is drawn there."""
_TICKS = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_LEGEND = ("training images found out", "a guess by lot")


class Point(NamedTuple):
    """One threshold: test images falsely accused, training images found out, and the interval of these."""

    false: float
    true: float
    low: float
    high: float


def draw(table: StoredTable, label: str) -> str:
    """Draw the curve of true by false positives, both on a scale of powers of ten.

    Args:
        table: Has the columns `false_positive_rate`, `true_positive_rate`, `true_positive_low`, `true_positive_high`.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or there is no point.
    """
    points = _points(table)
    if not points:
        msg = "the table of thresholds holds no rate"
        raise NothingToDrawError(msg)
    band = [(p.false, p.low) for p in points] + [(p.false, p.high) for p in reversed(points)]
    entries = list(zip((LINES[0], LINES[2]), _LEGEND, strict=True))
    parts = [
        *legend(LEFT, entries),
        *_frame(),
        f'<polygon points="{_places(band)}" class="band"/>',
        f'<polyline points="{_places([(_LEAST, _LEAST), (1, 1)])}" class="{LINES[2]}"/>',
        f'<polyline points="{_places([(p.false, p.true) for p in points])}" class="{LINES[0]}"/>',
    ]
    return svg(max(WIDE, LEFT + _WIDTH + 24), TOP + HEIGHT + BOTTOM, label, parts, above(LEFT, entries))


def _at(false: float, true: float) -> tuple[float, float]:
    across, up = (1 - math.log10(max(_LEAST, value)) / math.log10(_LEAST) for value in (false, true))
    return LEFT + across * _WIDTH, TOP + (1 - up) * HEIGHT


def _places(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in (_at(*point) for point in points))


def _frame() -> list[str]:
    parts = [words(LEFT + _WIDTH / 2, TOP - 14, "Membership inference by the loss", "mid")]
    heights = [_at(_LEAST, tick)[1] for tick in _TICKS]
    parts.append(rules([(y, LEFT, LEFT + _WIDTH) for y in heights], upright=False))
    for tick, y in zip(_TICKS, heights, strict=True):
        parts.append(words(LEFT - 6, y + 4, f"{tick * 100:g} %", "soft end"))
        parts.append(words(_at(tick, _LEAST)[0], TOP + HEIGHT + 16, f"{tick * 100:g} %", "soft mid"))
    parts.append(words(LEFT + _WIDTH / 2, TOP + HEIGHT + 34, "test images that are falsely accused", "soft mid"))
    return parts


def _points(table: StoredTable) -> list[Point]:
    names = ("false_positive_rate", "true_positive_rate", "true_positive_low", "true_positive_high")
    places = columns(table, *names)
    rows = ([rate for rate in (share(row[place]) for place in places) if rate is not None] for row in table.rows)
    return sorted(Point(*row) for row in rows if len(row) == len(places))


MEMBERSHIP_ROC = Chart(
    name="membership_roc",
    table="privacy.roc",
    caption="Training images that their small loss gives away, by the share of test images falsely accused, both in"
    " powers of ten, with a band for the intervals, each of which holds on its own. Dotted: a guess by lot.",
    alternative="Line chart of true by false positives of membership inference; the figures stand in privacy.roc.",
    draw=draw,
    shows_all=False,
    is_curve=True,
)
