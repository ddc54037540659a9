"""How much worse are groups of images than others, the worst for their classes first?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render import shown
from fmnist_governance.render.charts.chart import WRONG, Chart, number, short, svg, words
from fmnist_governance.render.charts.panel import columns, share
from fmnist_governance.render.tables import StoredTable

_ROWS = 24
_ROW, _SCALE, _TOP, _FIGURE = 22.0, 340.0, 34.0, 70.0
_LONGEST = 44
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
        raise EvidenceError(msg)
    least, most = min(0.0, *(min(r.low, r.gap) for r in rows)), max(0.0, *(max(r.high, r.gap) for r in rows))
    step = next((s for s in _STEPS if most - least <= 8 * s), _STEPS[-1])
    start, end = math.floor(least / step) * step, math.ceil(most / step) * step
    end = end if end > start else start + step
    left = max(len(short(row.name, _LONGEST)) for row in rows) * 6.6 + 12
    frame = _Frame(left, start, end)
    height = _TOP + _ROW * len(rows)
    parts = [*_grid(frame, step, height), *_drawn(rows, frame)]
    return svg(left + _SCALE + _FIGURE + 60, height + 44, label, parts)


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


def _grid(frame: _Frame, step: float, height: float) -> Iterator[str]:
    for count in range(round((frame.end - frame.start) / step) + 1):
        value = frame.start + count * step
        x = number(frame.at(value))
        heavy = ' style="stroke:var(--soft);stroke-width:1.5"' if abs(value) < step / 2 else ""
        yield f'<line x1="{x}" x2="{x}" y1="{number(_TOP - 6)}" y2="{number(height)}" class="line"{heavy}/>'
        yield words(float(x), height + 16, f"{value * 100:+.0f}" if abs(value) > step / 2 else "0", "soft mid")
    middle = frame.left + _SCALE / 2
    yield words(middle, height + 34, "percentage points less often right", "soft mid")
    yield words(frame.left + _SCALE + _FIGURE, _TOP - 14, "accuracy", "soft end")
    yield words(frame.left + _SCALE + _FIGURE + 52, _TOP - 14, "images", "soft end")


def _drawn(rows: list[Row], frame: _Frame) -> Iterator[str]:
    for place, row in enumerate(rows):
        y = _TOP + _ROW * (place + 0.5)
        low, middle, high, plain = (number(frame.at(value)) for value in (row.low, row.within, row.high, row.gap))
        yield words(frame.left - 8, y + 4, short(row.name, _LONGEST), "end")
        yield f'<line x1="{low}" x2="{high}" y1="{number(y)}" y2="{number(y)}" class="right" stroke-width="2"/>'
        yield f'<circle cx="{plain}" cy="{number(y)}" r="4" style="fill:none;stroke:{WRONG};stroke-width:1.5"/>'
        yield f'<circle cx="{middle}" cy="{number(y)}" r="4" class="right"/>'
        yield words(frame.left + _SCALE + _FIGURE, y + 4, shown.amount(row.accuracy, "fraction"), "end")
        yield words(frame.left + _SCALE + _FIGURE + 52, y + 4, shown.counted(row.n), "end")


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
