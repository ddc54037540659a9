"""A frame for lines over a range, with shares from 0 upwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.chart import WIDE, number, rules, words
from fmnist_governance.render.tables import StoredTable

HEIGHT, TOP, LEFT = 220.0, 52.0, 52.0
BOTTOM = 40.0
"""Room for the scale along the bottom and its name."""
BELOW = HEIGHT + BOTTOM + 34
"""From one panel to the one that is stacked below it."""
_ROW = 17.0
"""From one row of a legend to the next."""
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LINES = ("whole", "dashed", "dotted")
"""How the first, the second and the third line of a panel look: classes of the style of charts."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A frame at a place; x from 0 to 1 runs over its width."""

    left: float
    width: float
    highest: float = 1.0
    """The share at the upper edge; what lies above is drawn there."""
    top: float = TOP

    def at(self, x: float, share: float) -> tuple[float, float]:
        """Return the place of a point, in pixels."""
        return self.left + x * self.width, self.top + (1 - min(1.0, share / self.highest)) * HEIGHT

    def frame(self, title: str, marks: Sequence[tuple[float, str]], below: str) -> Iterator[str]:
        """Draw title, grid and scales.

        Args:
            title: Stands above.
            marks: Places along the bottom, each with its text.
            below: What the bottom shows.
        """
        yield words(self.left + self.width / 2, self.top - 14, title, "mid")
        heights = [(self.at(0, tick * self.highest)[1], tick * self.highest) for tick in _TICKS]
        yield rules([(y, self.left, self.left + self.width) for y, _ in heights], upright=False)
        for y, share in heights:
            yield words(self.left - 6, y + 4, f"{share * 100:g} %", "soft end")
        for place, text in marks:
            yield words(self.at(place, 0)[0], self.top + HEIGHT + 16, text, "soft mid")
        yield words(self.left + self.width / 2, self.top + HEIGHT + 34, below, "soft mid")

    def line(self, points: Sequence[tuple[float, float]], style: str) -> str:
        """Draw a line through points of (x, share)."""
        places = " ".join(f"{number(x)},{number(y)}" for x, y in (self.at(*point) for point in points))
        return f'<polyline points="{places}" class="{style}"/>'

    def dots(self, points: Sequence[tuple[float, float]], colour: str) -> Iterator[str]:
        """Draw a dot at each point of (x, share)."""
        for x, y in (self.at(*point) for point in points):
            yield f'<circle cx="{number(x)}" cy="{number(y)}" r="3.5" class="{colour}"/>'

    def spans(self, spans: Sequence[tuple[float, float, float]]) -> str:
        """Draw upright lines of (x, low, high)."""
        ends = [(self.at(x, low), self.at(x, high)) for x, low, high in spans]
        return rules([(across, bottom, top) for (across, bottom), (_, top) in ends], upright=True, kind="held")


def legend(left: float, entries: Sequence[tuple[str, str]], widest: float = WIDE) -> Iterator[str]:
    """Name lines in rows above the panels; each entry is a style and a text, the last row stands lowest."""
    rows = _rows(left, entries, widest)
    for place, row in enumerate(rows):
        y, x = 12 - _ROW * (len(rows) - 1 - place), left
        for style, text in row:
            points = f"{number(x)},{number(y)} {number(x + 22)},{number(y)}"
            yield f'<polyline points="{points}" class="{style}"/>'
            yield words(x + 28, y + 4, text)
            x += _taken(text)


def above(left: float, entries: Sequence[tuple[str, str]], widest: float = WIDE) -> float:
    """Return how many pixels a legend needs above its lowest row."""
    return _ROW * (len(_rows(left, entries, widest)) - 1)


def _rows(left: float, entries: Sequence[tuple[str, str]], widest: float) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[]]
    room = widest - left
    for style, text in entries:
        if rows[-1] and room < _taken(text):
            rows.append([])
            room = widest - left
        rows[-1].append((style, text))
        room -= _taken(text)
    return rows


def _taken(text: str) -> float:
    return 46 + 6.6 * len(text)


def columns(table: StoredTable, *wanted: str) -> list[int]:
    """Return where the columns of these names stand.

    Raises:
        EvidenceError: One is not there.
    """
    names = [column.name for column in table.columns]
    if missing := [name for name in wanted if name not in names]:
        msg = f"the table has the columns {', '.join(names)}; without {', '.join(missing)} it cannot be drawn"
        raise EvidenceError(msg)
    return [names.index(name) for name in wanted]


def share(value: object) -> float | None:
    """Return a cell that is a share from 0 to 1; None for another."""
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None
