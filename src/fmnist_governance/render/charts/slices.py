"""How much worse are groups of images than others, the worst for their classes first?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from fmnist_governance.render import shown
from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, number, rules, short, svg, words
from fmnist_governance.render.charts.panel import columns, share
from fmnist_governance.render.tables import StoredTable

_ROWS = 24
_ROW, _TOP = 32.0, 34.0
_NAME, _MIDDLE, _REACH = 12.0, 22.0, 6.0
"""How far down a row its name and its marks stand, and how far its grid reaches up and down from these."""
_EDGE, _IMAGES = 14.0, 54.0
_ACCURACY = _IMAGES + 60.0
"""From the right edge to where the column of numbers of images, and that of accuracies, begins."""
_SCALE = WIDE - 2 * _EDGE - _ACCURACY
_LONGEST = 60
_STEPS = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Distances between grid lines; the first that needs at most eight is taken."""
_COLUMNS = ("slice", "n", "accuracy", "gap", "gap_within_class", "gap_within_class_low", "gap_within_class_high")


class Row(NamedTuple):
    """One group: gaps in [-1, 1], above 0 where the group is worse."""

    name: str
    n: int
    accuracy: float
    gap: float
    within: float
    low: float
    high: float


def draw(table: StoredTable, label: str) -> str:
    """Draw a dot and a line for each of the groups that are worst for their classes, and a ring for the plain gap.

    Args:
        table: Has the columns `slice`, `n`, `accuracy`, `gap`, `gap_within_class` and the ends of its interval.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or no group has a gap within its classes.
    """
    rows = sorted(_rows(table), key=lambda row: (-row.within, row.name))[:_ROWS]
    if not rows:
        msg = "the table of groups holds no gap within classes"
        raise NothingToDrawError(msg)
    least, most = min(0.0, *(min(r.low, r.gap) for r in rows)), max(0.0, *(max(r.high, r.gap) for r in rows))
    step = next((s for s in _STEPS if most - least <= 8 * s), _STEPS[-1])
    start, end = math.floor(least / step) * step, math.ceil(most / step) * step
    end = end if end > start else start + step
    frame = _Frame(_EDGE, start, end)
    height = _TOP + _ROW * len(rows)
    parts = [*_grid(frame, step, len(rows)), *_drawn(rows, frame)]
    return svg(WIDE, height + 44, label, parts)


class _Frame(NamedTuple):
    left: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return how far across a gap stands, in pixels."""
        return self.left + (value - self.start) / (self.end - self.start) * _SCALE


def _rows(table: StoredTable) -> Iterator[Row]:
    places = columns(table, *_COLUMNS)
    for row in table.rows:
        name, n, accuracy, *gaps = (row[place] for place in places)
        numbers = [float(gap) for gap in gaps if isinstance(gap, int | float) and -1 <= gap <= 1]
        held = share(accuracy)
        if isinstance(n, int) and held is not None and len(numbers) == len(gaps):
            yield Row(str(name), n, held, *numbers)


def _grid(frame: _Frame, step: float, rows: int) -> Iterator[str]:
    middles, height = [_middle(place) for place in range(rows)], _TOP + _ROW * rows
    marks = [frame.start + count * step for count in range(round((frame.end - frame.start) / step) + 1)]
    for kind, values in (
        ("line", [value for value in marks if abs(value) > step / 2]),
        ("zero", [value for value in marks if abs(value) <= step / 2]),
    ):
        yield rules([(frame.at(v), y - _REACH, y + _REACH) for v in values for y in middles], upright=True, kind=kind)
    for value in marks:
        yield words(frame.at(value), height + 16, f"{value * 100:+.0f}" if abs(value) > step / 2 else "0", "soft mid")
    yield words(frame.left + _SCALE / 2, height + 34, "percentage points less often right", "soft mid")
    yield words(WIDE - _IMAGES - _EDGE, _TOP - 14, "accuracy", "soft end")
    yield words(WIDE - _EDGE, _TOP - 14, "images", "soft end")


def _middle(place: int) -> float:
    return _TOP + _ROW * place + _MIDDLE


def _drawn(rows: list[Row], frame: _Frame) -> Iterator[str]:
    spans = [(_middle(place), frame.at(row.low), frame.at(row.high)) for place, row in enumerate(rows)]
    yield rules(spans, upright=False, kind="whole")
    for place, row in enumerate(rows):
        y = _middle(place)
        within, plain = number(frame.at(row.within)), number(frame.at(row.gap))
        yield words(frame.left, y - _MIDDLE + _NAME, short(row.name, _LONGEST))
        yield f'<circle cx="{plain}" cy="{number(y)}" r="4" class="ring"/>'
        yield f'<circle cx="{within}" cy="{number(y)}" r="4" class="blue"/>'
        yield words(WIDE - _IMAGES - _EDGE, y + 4, shown.amount(row.accuracy, "fraction"), "end")
        yield words(WIDE - _EDGE, y + 4, shown.counted(row.n), "end")


SLICES = Chart(
    name="slices",
    table="slices.groups",
    caption="How much less often groups of images are answered rightly: the dot against other images of the same class,"
    " with an interval that holds for all groups at once; the ring against all other images, which also tells how hard"
    f" its classes are. The {_ROWS} groups that are worst for their classes.",
    alternative="Forest plot of the gap in accuracy of the groups that are worst for their classes; the figures stand"
    " in slices.groups.",
    draw=draw,
    shows_all=False,
)
