"""The confusion matrix as a heat map: which class is taken for which."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.chart import RIGHT, WIDE, WRONG, Chart, breadth, number, short, svg, words
from fmnist_governance.render.tables import StoredTable

_LEGIBLE = 30
"""With more classes than this the cells are too small for figures; the stored table has them."""
MOST = 100
"""Classes that are drawn; of more, those that are named rightly least often."""
_DARK = 0.45
"""From this shade on, a figure is white."""
_TOP = 26
"""Room above the names of the columns, for the title of the axis."""


def draw(table: StoredTable, label: str) -> str:
    """Draw shares of each class: blue on the diagonal, orange beside it.

    Args:
        table: A column of class names, then one column of counts for each class.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: The table is no square of counts.
    """
    every, whole = _square(table)
    kept = _weakest(whole)
    names = [every[i] for i in kept]
    left = breadth(names) + 20
    top = breadth(names, 0.72) + _TOP
    side = _side(len(names), WIDE - left - top * 0.6)
    width = left + side * len(names) + top * 0.6
    parts = [*_axes(names, left, top, side), *_cells(whole, kept, (left, top), side)]
    if len(kept) < len(every):
        parts.append(
            words(12, 14, f"the {len(kept)} of {len(every):,} classes that are named rightly least often", "soft")
        )
    return svg(width, top + side * len(names) + 8, label, parts)


def _side(count: int, room: float) -> float:
    """Return the side of a cell: as the room allows, but with room for a figure where there are not too many."""
    return min(46.0, max(room / count, 28.0 if count <= _LEGIBLE else 14.0))


def _square(table: StoredTable) -> tuple[list[str], list[list[int]]]:
    names = [str(row[0]) for row in table.rows]
    counts = [[value for value in row[1:] if isinstance(value, int) and value >= 0] for row in table.rows]
    if not names or any(len(row) != len(names) for row in counts):
        msg = "the table of the confusion matrix is not square: one row and one column of counts for each class"
        raise EvidenceError(msg)
    return names, counts


def _weakest(counts: list[list[int]]) -> list[int]:
    """Return the classes that are drawn, in their order: all, or of very many those with the lowest share right."""
    order = sorted(range(len(counts)), key=lambda i: counts[i][i] / (sum(counts[i]) or 1))
    return sorted(order[:MOST])


def _axes(names: list[str], left: float, top: float, side: float) -> Iterator[str]:
    middle = side * len(names) / 2
    small = "" if side > 20 else ' class="small"'  # noqa: PLR2004 - pixels in which a line of 12 px fits
    yield f"<g{small}>"
    yield words(left + middle, 14, "answer of the model", "soft mid")
    yield words(12, top + middle, "class of the image", "soft mid", -90)
    for place, name in enumerate(names):
        centre = side * (place + 0.5)
        yield words(left - 6, top + centre + 4, short(name), "end")
        yield words(left + centre + 2, top - 8, short(name), "", -45)
    yield "</g>"


def _cells(counts: list[list[int]], kept: list[int], corner: tuple[float, float], side: float) -> Iterator[str]:
    left, top = corner
    squares: dict[str, list[str]] = {}
    figures: dict[str, list[str]] = {"faint": [], "pale": [], "dark": []}
    for down, i in enumerate(kept):
        whole = sum(counts[i]) or 1
        for across, j in enumerate(kept):
            count = counts[i][j]
            x, y, shade = left + across * side, top + down * side, _shade(count / whole, right=i == j)
            if count:
                squares.setdefault(mixed(RIGHT if i == j else WRONG, shade), []).append(f"M{number(x)} {number(y)}")
            if len(kept) <= _LEGIBLE:
                figures[_ink(count, shade)].append(words(x + side / 2, y + side / 2 + 4, f"{count}"))
    step, size = number(side), number(side * len(kept))
    place = f'x="{number(left)}" y="{number(top)}" width="{size}" height="{size}"'
    yield f'<rect {place} fill="#fff"/>'
    for fill, corners in sorted(squares.items()):
        drawn = "".join(f"{corner}h{step}v{step}h-{step}z" for corner in corners)
        yield f'<path fill="{fill}" d="{drawn}"/>'
    yield f'<rect {place} class="line"/>'
    yield from (f'<g class="mid tight {ink}">{"".join(drawn)}</g>' for ink, drawn in figures.items() if drawn)


def _shade(share: float, *, right: bool) -> float:
    return share if right else min(1.0, 0.08 + share * 3)


def _ink(count: int, shade: float) -> str:
    if not count:
        return "faint"
    return "pale" if shade > _DARK else "dark"


def mixed(colour: str, shade: float) -> str:
    """Mix a colour such as `#1f5fa8` with white; a shade of 1 is the colour itself."""
    parts = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * shade):02x}" for part in parts)


CONFUSION_MATRIX = Chart(
    name="confusion_matrix",
    table="confusion.matrix",
    caption="Test images by class (row) and answer (column). Blue is right, orange is wrong; the darker, the larger"
    " the share of the row. Shades of orange are exaggerated, the figures are not.",
    alternative="Heat map of the confusion matrix; its figures are in the stored table confusion.matrix.",
    draw=draw,
    shows_all=False,
)
