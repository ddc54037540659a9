"""How many mistakes are left when the model keeps its least sure answers to itself?"""

from __future__ import annotations

from typing import NamedTuple

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, number, svg
from fmnist_governance.render.charts.panel import BOTTOM, HEIGHT, LEFT, LINES, TOP, Panel, above, columns, legend, share
from fmnist_governance.render.tables import StoredTable

_LEGEND = ("error among the accepted answers, with its interval", "error of all")
_MARKS = [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")]
_WIDTH = WIDE - LEFT - 24
_SCALES = (0.01, 0.02, 0.04, 0.1, 0.2, 0.4)
"""Upper edges whose quarters are short numbers."""


class Point(NamedTuple):
    """One coverage: the error among the accepted answers, with its interval."""

    coverage: float
    risk: float
    low: float
    high: float


def draw(table: StoredTable, label: str) -> str:
    """Draw the error among the surest answers by the share that is accepted.

    Args:
        table: Has the columns `coverage`, `risk`, `risk_low` and `risk_high`.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or there is no coverage.
    """
    points = _points(table)
    if not points:
        msg = "the table of coverages holds no error"
        raise NothingToDrawError(msg)
    most = max(point.risk for point in points)
    panel = Panel(LEFT, _WIDTH, next((edge for edge in _SCALES if most <= 0.9 * edge), 1.0))
    band = [panel.at(p.coverage, p.low) for p in points] + [panel.at(p.coverage, p.high) for p in reversed(points)]
    corners = " ".join(f"{number(x)},{number(y)}" for x, y in band)
    entries = list(zip((LINES[0], LINES[2]), _LEGEND, strict=True))
    parts = [
        *legend(LEFT, entries),
        *panel.frame("Error by coverage", _MARKS, "share of the answers that is accepted, the surest first"),
        f'<polygon points="{corners}" class="band"/>',
        panel.line([(0, points[-1].risk), (1, points[-1].risk)], LINES[2]),
        panel.line([(point.coverage, point.risk) for point in points], LINES[0]),
    ]
    return svg(WIDE, TOP + HEIGHT + BOTTOM, label, parts, above(LEFT, entries))


def _points(table: StoredTable) -> list[Point]:
    places = columns(table, "coverage", "risk", "risk_low", "risk_high")
    rows = (
        [value for value in map(share, (row[place] for place in places)) if value is not None] for row in table.rows
    )
    return sorted(Point(*row) for row in rows if len(row) == len(places))


RISK_COVERAGE = Chart(
    name="risk_coverage",
    table="selective.risk_coverage",
    caption="Error among the answers that are accepted when the least sure ones are not given, with a band for the"
    " intervals, each of which holds on its own. Dotted: the error when all are given.",
    alternative="Line chart of the error by coverage; the figures stand in selective.risk_coverage.",
    draw=draw,
    shows_all=False,
    is_curve=True,
)
