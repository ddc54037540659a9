"""Rows of things, each with marks from 0 to 1: one kind of mark for each number, the name of a row above its marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fmnist_governance.render.charts.chart import number, rules, words

STEP = 36.0
"""From row to row."""
TOP = 58.0
FOOT = 40.0
_NAME, _MIDDLE, _REACH = 13.0, 24.0, 7.0
"""How far down a row its name and its marks stand, and how far its grid reaches up and down from these."""
_TICKS, _FEW = (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 0.5, 1.0)
_NARROW = 200.0
"""A frame that is narrower has room for few figures below it."""
_RADIUS = 4.5
_KINDS = ("blue", "orange", "hollow", "hollow")
_SHAPES = ("circle", "square", "circle", "square")


@dataclass(frozen=True, slots=True)
class Field:
    """A frame for the marks of some rows; x from 0 to 1 runs over its width."""

    left: float
    width: float
    rows: int

    @property
    def bottom(self) -> float:
        """Where the frame ends."""
        return TOP + self.rows * STEP

    def place(self, value: float) -> float:
        """Return where a share lies, in pixels."""
        return self.left + value * self.width

    def middle(self, row: int) -> float:
        """Return how far down the marks of a row are, in pixels."""
        return TOP + row * STEP + _MIDDLE

    def frame(self, title: str, below: str) -> Iterator[str]:
        """Draw the scale, a title above and what it shows below."""
        yield words(self.left + self.width / 2, TOP - 12, title, "mid")
        ticks = _FEW if self.width < _NARROW else _TICKS
        yield self._upright(ticks, "line")
        for value in ticks:
            yield words(self.place(value), self.bottom + 16, f"{value * 100:g} %", "soft mid")
        yield words(self.left + self.width / 2, self.bottom + 34, below, "soft mid")

    def mark(self, row: int, value: float, kind: int) -> str:
        """Draw the mark of the n-th number of a row."""
        return mark(self.place(value), self.middle(row), kind)

    def spans(self, spans: Sequence[tuple[float, float]]) -> str:
        """Draw the interval of each row."""
        places = [(self.middle(row), self.place(low), self.place(high)) for row, (low, high) in enumerate(spans)]
        return rules(places, upright=False, kind="held")

    def level(self, value: float) -> str:
        """Draw a dotted line through every row at a share that is worth knowing."""
        return self._upright((value,), "dotted")

    def _upright(self, values: Sequence[float], kind: str) -> str:
        middles = [self.middle(row) for row in range(self.rows)]
        places = [(self.place(value), y - _REACH, y + _REACH) for value in values for y in middles]
        return rules(places, upright=True, kind=kind)


def names(left: float, titles: Sequence[str]) -> Iterator[str]:
    """Name the rows, each above its marks."""
    for row, title in enumerate(titles):
        yield words(left, TOP + row * STEP + _NAME, title)


def mark(x: float, y: float, kind: int) -> str:
    """Draw the mark of the n-th kind of number, in shape and colour."""
    look = f'class="{_KINDS[kind % len(_KINDS)]}"'
    if _SHAPES[kind % len(_SHAPES)] == "circle":
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(_RADIUS)}" {look}/>'
    corner, side = f'x="{number(x - _RADIUS)}" y="{number(y - _RADIUS)}"', number(2 * _RADIUS)
    return f'<rect {corner} width="{side}" height="{side}" {look}/>'


def legend(left: float, texts: Sequence[str]) -> Iterator[str]:
    """Say in a row above what each kind of mark is."""
    for kind, text in enumerate(texts):
        yield mark(left + _RADIUS, 12, kind)
        yield words(left + _RADIUS + 12, 16, text)
        left += 30 + 6.6 * len(text)
