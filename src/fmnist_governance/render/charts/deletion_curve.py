"""How the answer fades as the pixels that a map points at are taken away, and how it comes back with them."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, svg
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

_WIDTH = WIDE - LEFT - 24
_MAPS = (("grad_cam", "Grad-CAM first"), ("intensity", "brightest first"), ("random", "at random"))
_WAYS = (("deletion", "Deleted to black"), ("insertion", "Inserted into a blur"))
_MARKS = [(0.0, "0 %"), (0.5, "50 %"), (1.0, "100 %")]


def draw(table: StoredTable, label: str) -> str:
    """Draw a panel for deletion and one for insertion.

    Args:
        table: Has the column `share`, and `deletion_` and `insertion_` each for `grad_cam`, `random` and `intensity`.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or holds no shares.
    """
    entries = [(style, text) for style, (_, text) in zip(LINES, _MAPS, strict=True)]
    parts = list(legend(LEFT, entries))
    for place, (way, title) in enumerate(_WAYS):
        parts += _panel(Panel(LEFT, _WIDTH, top=TOP + place * BELOW), table, way, title)
    return svg(WIDE, TOP + HEIGHT + BOTTOM + BELOW, label, parts, above(LEFT, entries))


def _panel(panel: Panel, table: StoredTable, way: str, title: str) -> Iterator[str]:
    yield from panel.frame(f"{title}: probability of the answer", _MARKS, "share of the pixels")
    for style, (name, _) in reversed(list(zip(LINES, _MAPS, strict=True))):
        points = list(_points(table, f"{way}_{name}"))
        if not points:
            msg = f"the column {way}_{name} holds no probabilities"
            raise NothingToDrawError(msg)
        yield panel.line(points, style)


def _points(table: StoredTable, name: str) -> Iterator[tuple[float, float]]:
    across, up = columns(table, "share", name)
    for row in table.rows:
        x, y = share(row[across]), share(row[up])
        if x is not None and y is not None:
            yield x, y


DELETION_CURVE = Chart(
    name="deletion_curve",
    table="explanation.deletion",
    caption="Mean probability of the answer while pixels are taken from the images, or put back into blurred ones: in"
    " the order of the Grad-CAM map (solid), of brightness (dashed) and at random (dotted). A good map"
    " falls first above, and rises first below.",
    alternative="Line chart of the answer's probability by the share of deleted and of inserted pixels; its figures are"
    " in the table of deletion and insertion.",
    draw=draw,
    shows_all=False,
    is_curve=True,
)
