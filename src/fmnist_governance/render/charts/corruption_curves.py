"""Accuracy by severity, a small panel for each corruption, the one that costs most first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, number, short, svg, words
from fmnist_governance.render.charts.panel import LINES, above, columns, legend, share
from fmnist_governance.render.tables import StoredTable

_ACROSS = 4
_WIDTH, _HEIGHT = 82.0, 62.0
_STEP_X, _STEP_Y = 97.0, 112.0
_LEFT, _TOP = 48.0, 52.0
_TICKS = (0.0, 0.5, 1.0)
_LONGEST = 17
"""Letters that fit above a panel."""
_LEGEND = ("the model, with its interval", "the baseline", "the model on undisturbed images")
_STYLES = {
    "grid": "line",
    "clean": LINES[2],
    "baseline": LINES[1],
    "band": "band",
    "model": LINES[0],
    "dots": "dots",
}
"""The paths of the picture, in the order in which they are painted, and the class of the look of each."""


class Point(NamedTuple):
    """One severity: accuracy with its interval, and the baseline's where there is one."""

    severity: int
    value: float
    low: float
    high: float
    baseline: float | None


@dataclass(frozen=True, slots=True)
class _Panel:
    left: float
    top: float
    last: int
    """The highest severity of any panel."""

    def at(self, severity: int, value: float) -> tuple[float, float]:
        """Return the place of a point, in pixels."""
        return self.left + severity / max(1, self.last) * _WIDTH, self.top + (1 - value) * _HEIGHT

    def through(self, points: Sequence[tuple[int, float]]) -> str:
        """Return points as a piece of a path: the first by its place, the others by their distance."""
        places = [tuple(round(length, 1) for length in self.at(*point)) for point in points]
        steps = ((x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(places))
        tail = " ".join(f"{number(x)} {number(y)}" for x, y in steps)
        return f"M{number(places[0][0])} {number(places[0][1])}" + (f"l{tail}" if tail else "")


def draw(table: StoredTable, label: str) -> str:
    """Draw a panel for each corruption: its curve with a band for the intervals, and the baseline's.

    Args:
        table: Has the columns `corruption`, `severity`, `accuracy`, `accuracy_low`, `accuracy_high` and
            `baseline_accuracy`; severity 0 is the undisturbed images.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or there is no corruption.
    """
    clean, curves = _curves(table)
    if not curves:
        msg = "the table of conditions holds no accuracy under a corruption"
        raise NothingToDrawError(msg)
    last = max(point.severity for points in curves.values() for point in points)
    entries = list(zip(LINES, _LEGEND, strict=True))
    parts = list(legend(_LEFT, entries))
    drawn: dict[str, str] = dict.fromkeys(_STYLES, "")
    for place, (name, points) in enumerate(sorted(curves.items(), key=_mean)):
        down, across = divmod(place, _ACROSS)
        panel = _Panel(_LEFT + across * _STEP_X, _TOP + down * _STEP_Y, last)
        parts += _names(panel, short(name, _LONGEST), first=across == 0)
        for part, path in _paths(panel, points if clean is None else [clean, *points], clean):
            drawn[part] += path
    parts += [f'<path class="{_STYLES[part]}" d="{path}"/>' for part, path in drawn.items() if path]
    rows = -(-len(curves) // _ACROSS)
    return svg(WIDE, _TOP + rows * _STEP_Y - 14, label, parts, above(_LEFT, entries))


def _curves(table: StoredTable) -> tuple[Point | None, dict[str, list[Point]]]:
    """Return the undisturbed images' point and each corruption's, in order of severity."""
    rates = ("accuracy", "accuracy_low", "accuracy_high", "baseline_accuracy")
    places = columns(table, "corruption", "severity", *rates)
    clean, found = None, dict[str, list[Point]]()
    for row in table.rows:
        name, severity, *cells = (row[place] for place in places)
        value, low, high, baseline = map(share, cells)
        if not isinstance(severity, int) or severity < 0 or value is None or low is None or high is None:
            continue
        point = Point(severity, value, low, high, baseline)
        if severity == 0:
            clean = point
        else:
            found.setdefault(str(name), []).append(point)
    return clean, {name: sorted(points) for name, points in found.items()}


def _mean(curve: tuple[str, list[Point]]) -> tuple[float, str]:
    name, points = curve
    return sum(point.value for point in points) / len(points), name


def _names(panel: _Panel, title: str, *, first: bool) -> Iterator[str]:
    yield words(panel.left + _WIDTH / 2, panel.top - 7, title, "mid tight")
    if first:
        for value in _TICKS:
            x, y = panel.at(0, value)
            yield words(x - 6, y + 4, f"{value * 100:.0f} %", "soft end")
    for severity in {0, panel.last}:
        yield words(panel.at(severity, 0)[0], panel.top + _HEIGHT + 16, str(severity), "soft mid")


def _paths(panel: _Panel, points: list[Point], clean: Point | None) -> Iterator[tuple[str, str]]:
    """Return the pieces of each path that belong to a panel; panels share paths, which takes a third of the bytes."""
    for value in _TICKS:
        yield "grid", panel.through([(0, value), (panel.last, value)])
    if clean is not None:
        yield "clean", panel.through([(0, clean.value), (panel.last, clean.value)])
    baseline = [(point.severity, point.baseline) for point in points if point.baseline is not None]
    if baseline:
        yield "baseline", panel.through(baseline)
    yield (
        "band",
        panel.through([(p.severity, p.low) for p in points] + [(p.severity, p.high) for p in points[::-1]]) + "z",
    )
    yield "model", panel.through([(point.severity, point.value) for point in points])
    for point in points:
        yield "dots", panel.through([(point.severity, point.value)]) + "h0"


CORRUPTION_CURVES = Chart(
    name="corruption_curves",
    table="corruption.cells",
    caption="Accuracy by severity, from 0 (undisturbed) upwards, a panel for each corruption, the one that costs most"
    " first: whole the model with the band of its intervals, dashed the baseline, dotted the model undisturbed.",
    alternative="A line chart of accuracy by severity for each corruption; the figures stand in corruption.cells.",
    draw=draw,
    shows_all=False,
)
