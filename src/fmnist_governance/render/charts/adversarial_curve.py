"""Accuracy left under attack, by budget."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, short, svg
from fmnist_governance.render.charts.panel import (
    BELOW,
    BOTTOM,
    HEIGHT,
    LEFT,
    LINES,
    TOP,
    Panel,
    above,
    columns,
    legend,
    share,
)
from fmnist_governance.render.tables import StoredTable

_STEP = 44.0
"""Pixels at least from one budget to the next; the budgets are too uneven for a scale."""
_LEGEND = ("under all attacks", "after one step (FGSM)", "random noise")
_LONGEST = 9
"""Letters of a budget that fit below its place."""


class Point(NamedTuple):
    """One budget: accuracy under all attacks with its interval, after one step, and under noise where it was tried."""

    budget: str
    value: float
    low: float
    high: float
    fgsm: float | None
    noise: float | None


def draw(table: StoredTable, label: str) -> str:
    """Draw a panel for each norm.

    Args:
        table: Has the columns `norm`, `budget`, `accuracy`, `accuracy_low`, `accuracy_high`, `fgsm_accuracy` and
            `noise_accuracy`.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or there is no budget.
    """
    norms = _points(table)
    if not norms:
        msg = "the table of budgets holds no accuracy"
        raise NothingToDrawError(msg)
    entries = list(zip(LINES, _LEGEND, strict=True))
    parts = list(legend(LEFT, entries))
    for place, (norm, points) in enumerate(norms.items()):
        panel = Panel(LEFT, max(WIDE - LEFT - 24, _STEP * (len(points) - 1)), top=TOP + place * BELOW)
        parts += _panel(panel, norm, points)
    longest = max(len(points) for points in norms.values())
    width = max(WIDE, LEFT + _STEP * longest)
    return svg(width, TOP + HEIGHT + BOTTOM + (len(norms) - 1) * BELOW, label, parts, above(LEFT, entries))


def _points(table: StoredTable) -> dict[str, list[Point]]:
    ends = ("accuracy", "accuracy_low", "accuracy_high")
    places = columns(table, "norm", "budget", *ends, "fgsm_accuracy", "noise_accuracy")
    found: dict[str, list[Point]] = {}
    for row in table.rows:
        norm, budget, *cells = (row[place] for place in places)
        value, low, high, fgsm, noise = map(share, cells)
        if value is not None and low is not None and high is not None:
            found.setdefault(str(norm), []).append(Point(str(budget), value, low, high, fgsm, noise))
    return found


def _panel(panel: Panel, norm: str, points: list[Point]) -> Iterator[str]:
    last = max(1, len(points) - 1)
    at = [place / last for place in range(len(points))]
    marks = [(x, short(point.budget, _LONGEST)) for x, point in zip(at, points, strict=True)]
    yield from panel.frame(f"{short(norm)}: accuracy left", marks, "budget")
    fgsm = [(x, point.fgsm) for x, point in zip(at, points, strict=True) if point.fgsm is not None]
    noise = [(x, point.noise) for x, point in zip(at, points, strict=True) if point.noise is not None]
    yield panel.line(fgsm, LINES[1])
    if len(noise) > 1:
        yield panel.line(noise, LINES[2])
        yield from panel.dots(noise, "grey")
    yield panel.line([(x, point.value) for x, point in zip(at, points, strict=True)], LINES[0])
    yield panel.spans([(x, point.low, point.high) for x, point in zip(at, points, strict=True)])
    yield from panel.dots([(x, point.value) for x, point in zip(at, points, strict=True)], "blue")


ADVERSARIAL_CURVE = Chart(
    name="adversarial_curve",
    table="adversarial.curve",
    caption="Accuracy left when every image may be changed on purpose within a budget: dots with their intervals under"
    " all attacks, dashed after a single step, dotted under random noise. The budgets are not evenly spaced.",
    alternative="Line chart of accuracy by budget, a panel for each norm; the figures stand in adversarial.curve.",
    draw=draw,
    shows_all=False,
)
