"""Which images of no class does the model answer with confidence, and which score would tell them apart?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, short, svg
from fmnist_governance.render.charts.dots import FOOT, Field, legend, names
from fmnist_governance.render.charts.panel import columns, share
from fmnist_governance.render.tables import StoredTable

_SCORES = {
    "msp_auroc": "probability",
    "max_logit_auroc": "largest logit",
    "energy_auroc": "energy",
    "knn_auroc": "distance",
}
_LONGEST = 60
_EDGE, _GAP = 20.0, 44.0
_SURE = 140.0
_APART = WIDE - _SURE - _GAP - 2 * _EDGE
"""Widths of the two frames."""


@dataclass(frozen=True, slots=True)
class Set:
    """A row: how many were answered with confidence, and how often each score is right about a pair."""

    title: str
    confident: float
    low: float
    high: float
    areas: tuple[float | None, ...]


def draw(table: StoredTable, label: str) -> str:
    """Draw a row a set: left the share that was answered with confidence, right the AUROC of each score.

    Args:
        table: Has the columns `set`, `confident`, `confident_low`, `confident_high` and an AUROC for each score.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or no set was answered.
    """
    sets = list(_sets(table))
    if not sets:
        msg = "the table of sets holds no share of confident answers"
        raise NothingToDrawError(msg)
    sure = Field(_EDGE, _SURE, len(sets))
    apart = Field(_EDGE + _SURE + _GAP, _APART, len(sets))
    there = [k for k in range(len(_SCORES)) if any(found.areas[k] is not None for found in sets)]
    parts = [
        *names(_EDGE, [short(found.title, _LONGEST) for found in sets]),
        *sure.frame("Answered with confidence", "over 90 %, with intervals"),
        *apart.frame("Told from test images", "AUROC; 50 % is chance"),
        apart.level(0.5),
        *legend(_EDGE, [list(_SCORES.values())[k] for k in there]),
        sure.spans([(found.low, found.high) for found in sets]),
    ]
    for row, found in enumerate(sets):
        parts += [sure.mark(row, found.confident, 0)]
        parts += [apart.mark(row, area, kind) for kind, k in enumerate(there) if (area := found.areas[k]) is not None]
    return svg(WIDE, sure.bottom + FOOT, label, parts)


def _sets(table: StoredTable) -> Iterator[Set]:
    places = columns(table, "set", "confident", "confident_low", "confident_high", *_SCORES)
    for row in table.rows:
        title, *cells = (row[place] for place in places)
        value, low, high, *areas = map(share, cells)
        if value is not None and low is not None and high is not None:
            yield Set(str(title), value, low, high, tuple(areas))


OOD_SETS = Chart(
    name="ood_sets",
    table="ood.sets",
    caption="Images of no class: left, how many get an answer with over 90 % confidence; right, how often a test image"
    " scores above one of them, a mark a score. Dotted: a score that tells nothing.",
    alternative="Dot chart of confident answers and of AUROC by kind of image; the figures stand in ood.sets.",
    draw=draw,
    shows_all=False,
)
