"""Rows of things, each with marks from 0 to 1: one kind of mark for each number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fmnist_governance.render.charts.chart import WRONG, number, words

STEP = 22.0
"""From row to row."""
TOP = 58.0
FOOT = 40.0
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
_RADIUS = 4.5
_BLUE, _ORANGE, _HOLLOW = "fill:var(--right)", f"fill:{WRONG}", "fill:none;stroke:var(--ink);stroke-width:1.4"
_SHAPES = ("circle", "square", "hollow circle", "hollow square")


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
        """Return how far down the middle of a row is, in pixels."""
        return TOP + (row + 0.5) * STEP

    def frame(self, title: str, below: str) -> Iterator[str]:
        """Draw the scale, a title above and what it shows below."""
        yield words(self.left + self.width / 2, TOP - 12, title, "mid")
        for value in _TICKS:
            x = number(self.place(value))
            yield f'<line x1="{x}" x2="{x}" y1="{number(TOP)}" y2="{number(self.bottom)}" class="line"/>'
            yield words(self.place(value), self.bottom + 16, f"{value * 100:g} %", "soft mid")
        yield words(self.left + self.width / 2, self.bottom + 34, below, "soft mid")

    def mark(self, row: int, value: float, kind: int) -> str:
        """Draw the mark of the n-th number of a row."""
        return mark(self.place(value), self.middle(row), kind)

    def span(self, row: int, low: float, high: float) -> str:
        """Draw an interval."""
        y = number(self.middle(row))
        ends = f'x1="{number(self.place(low))}" x2="{number(self.place(high))}" y1="{y}" y2="{y}"'
        return f'<line {ends} class="right" stroke-width="1.5"/>'

    def level(self, value: float) -> str:
        """Draw a dotted line from top to bottom at a share that is worth knowing."""
        x = number(self.place(value))
        style = "stroke:var(--soft);stroke-width:1.5;stroke-dasharray:1.5 3.5;stroke-linecap:round"
        return f'<line x1="{x}" x2="{x}" y1="{number(TOP)}" y2="{number(self.bottom)}" style="{style}"/>'

    def names(self, titles: Sequence[str]) -> Iterator[str]:
        """Name the rows, left of the frame."""
        for row, title in enumerate(titles):
            yield words(self.left - 10, self.middle(row) + 4, title, "end")


def mark(x: float, y: float, kind: int) -> str:
    """Draw the mark of the n-th kind of number, in shape and colour."""
    shape = _SHAPES[kind % len(_SHAPES)]
    style = _HOLLOW if shape.startswith("hollow") else (_BLUE, _ORANGE)[kind % 2]
    if shape.endswith("circle"):
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(_RADIUS)}" style="{style}"/>'
    corner, side = f'x="{number(x - _RADIUS)}" y="{number(y - _RADIUS)}"', number(2 * _RADIUS)
    return f'<rect {corner} width="{side}" height="{side}" style="{style}"/>'


def legend(left: float, texts: Sequence[str]) -> Iterator[str]:
    """Say in a row above what each kind of mark is."""
    for kind, text in enumerate(texts):
        yield mark(left, 12, kind)
        yield words(left + 12, 16, text)
        left += 32 + 6.6 * len(text)


def legend_width(texts: Sequence[str]) -> float:
    """Return how wide the legend is, in pixels."""
    return sum(32 + 6.6 * len(text) for text in texts)
