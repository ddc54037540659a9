"""Recall of each class with its interval, the weakest class first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render import shown
from fmnist_governance.render.charts.chart import (
    WIDE,
    Chart,
    NothingToDrawError,
    breadth,
    number,
    rules,
    short,
    svg,
    words,
)
from fmnist_governance.render.tables import StoredTable

_ROW, _FIGURE = 26.0, 84.0
MOST = 100
"""Classes that are drawn; of more, those with the lowest recall."""
_LEAST = 160.0
"""Pixels that the scale is long beside the longest names."""
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between grid lines; the first that needs at most six is taken."""


class Dot(NamedTuple):
    """One class: its rate and the interval around it, fractions in [0, 1]."""

    name: str
    value: float
    low: float
    high: float


def draw(table: StoredTable, label: str) -> str:
    """Draw a dot and a line for each class that has a recall.

    Args:
        table: Has the columns `class`, `recall`, `recall_low` and `recall_high`.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or no class has a recall.
    """
    every = sorted(_dots(table), key=lambda dot: (dot.value, dot.name))
    dots = every[:MOST]
    if not dots:
        msg = "the table of classes holds no recall"
        raise NothingToDrawError(msg)
    step = next((s for s in _STEPS if 1 - min(dot.low for dot in dots) <= 5 * s), _STEPS[-1])
    start = min(1 - step, max(0.0, int(min(dot.low for dot in dots) / step) * step))
    left, height = breadth(dot.name for dot in dots), _ROW * len(dots) + 12
    scale = _Scale(left, max(_LEAST, WIDE - left - _FIGURE), start)
    parts = [*_grid(scale, step, height), *_rows(dots, scale)]
    if len(dots) < len(every):
        parts.append(words(12, height + 34, f"the {len(dots)} weakest of {len(every):,} classes", "soft"))
    return svg(left + scale.width + _FIGURE, height + (26 if len(dots) == len(every) else 42), label, parts)


def _dots(table: StoredTable) -> Iterator[Dot]:
    names = [column.name for column in table.columns]
    try:
        places = [names.index(name) for name in ("class", "recall", "recall_low", "recall_high")]
    except ValueError as err:
        msg = f"the table of classes has the columns {', '.join(names)}; a column for the recall is not among them"
        raise EvidenceError(msg) from err
    for row in table.rows:
        name, value, low, high = (row[place] for place in places)
        if isinstance(value, int | float) and isinstance(low, int | float) and isinstance(high, int | float):
            yield Dot(str(name), value, low, high)


class _Scale(NamedTuple):
    """Where shares lie from left to right: from `start` to 1."""

    left: float
    width: float
    start: float

    def at(self, value: float) -> float:
        """Return the place of a share, in pixels."""
        return self.left + (value - self.start) / (1 - self.start) * self.width


def _grid(scale: _Scale, step: float, height: float) -> Iterator[str]:
    marks = [scale.start + count * step for count in range(round((1 - scale.start) / step) + 1)]
    yield rules([(scale.at(value), 4, height) for value in marks], upright=True)
    for value in marks:
        yield words(scale.at(value), height + 16, f"{value * 100:.0f} %", "soft mid")


def _rows(dots: list[Dot], scale: _Scale) -> Iterator[str]:
    for place, dot in enumerate(dots):
        y = _ROW * (place + 0.5) + 4
        low, middle, high = (number(scale.at(value)) for value in (dot.low, dot.value, dot.high))
        yield words(scale.left - 8, y + 4, short(dot.name), "end")
        yield f'<line x1="{low}" x2="{high}" y1="{number(y)}" y2="{number(y)}" class="right" stroke-width="2"/>'
        yield f'<circle cx="{middle}" cy="{number(y)}" r="4.5" class="right"/>'
        yield words(scale.left + scale.width + 14, y + 4, shown.amount(dot.value, "fraction"))


PER_CLASS = Chart(
    name="recall_by_class",
    table="performance.classes",
    caption="Recall of each class, the lowest first: the dot is the measured rate, the line its interval. The scale"
    " does not start at zero.",
    alternative="Dot plot of the recall of each class with its interval; the figures are in the table by class.",
    draw=draw,
    shows_all=True,
)
