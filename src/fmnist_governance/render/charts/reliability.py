"""Is the model as often right as it says?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, number, svg
from fmnist_governance.render.charts.panel import BOTTOM, HEIGHT, LEFT, LINES, TOP, Panel, above, columns, legend, share
from fmnist_governance.render.tables import StoredTable

_LEGEND = ("accuracy, with its interval", "confidence that means what it says")
_MARKS = [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")]
_WIDTH = WIDE - LEFT - 24


class Bin(NamedTuple):
    """Images of like confidence: the ends of the bin, their number, mean confidence, and accuracy with its interval."""

    start: float
    end: float
    n: int
    confidence: float
    accuracy: float
    low: float
    high: float


def draw(table: StoredTable, label: str) -> str:
    """Draw accuracy by confidence, and in bars how many images have it.

    Args:
        table: Has the columns `bin_low`, `bin_high`, `n`, `confidence`, `accuracy`, `accuracy_low` and `accuracy_high`.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or no bin holds an image.
    """
    bins = _bins(table)
    if not bins:
        msg = "the table of bins holds no accuracy"
        raise NothingToDrawError(msg)
    panel = Panel(LEFT, _WIDTH)
    entries = list(zip((LINES[0], LINES[2]), _LEGEND, strict=True))
    points = [(found.confidence, found.accuracy) for found in bins]
    parts = [
        *legend(LEFT, entries),
        *_bars(panel, bins),
        *panel.frame("Accuracy by confidence", _MARKS, "confidence"),
        panel.line([(0, 0), (1, 1)], LINES[2]),
        panel.line(points, LINES[0]),
        panel.spans([(found.confidence, found.low, found.high) for found in bins]),
        *panel.dots(points, "blue"),
    ]
    return svg(WIDE, TOP + HEIGHT + BOTTOM, label, parts, above(LEFT, entries))


def _bins(table: StoredTable) -> list[Bin]:
    places = columns(table, "bin_low", "bin_high", "n", "confidence", "accuracy", "accuracy_low", "accuracy_high")
    found = []
    for row in table.rows:
        start, end, n, *rates = (row[place] for place in places)
        shares = [value for value in map(share, (start, end, *rates)) if value is not None]
        if isinstance(n, int) and n > 0 and len(shares) == len(places) - 1:
            found.append(Bin(shares[0], shares[1], n, *shares[2:]))
    return found


def _bars(panel: Panel, bins: list[Bin]) -> Iterator[str]:
    whole = sum(found.n for found in bins)
    for found in bins:
        (left, top), (right, bottom) = panel.at(found.start, found.n / whole), panel.at(found.end, 0)
        size = f'width="{number(right - left)}" height="{number(bottom - top)}"'
        yield f'<rect x="{number(left)}" y="{number(top)}" {size} class="bar"/>'


RELIABILITY = Chart(
    name="reliability",
    table="calibration.reliability",
    caption="How often answers of like confidence are right: dots with intervals that hold for all bins at once. Below"
    " the dotted line the model is too sure, above it not sure enough. Grey bars show the share of the images.",
    alternative="Reliability diagram: accuracy by confidence; the figures stand in calibration.reliability.",
    draw=draw,
    shows_all=False,
)
