"""How many images does the alarm need to notice a change?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, short, svg
from fmnist_governance.render.charts.dots import FOOT, Field, legend, names
from fmnist_governance.render.charts.panel import columns, share
from fmnist_governance.render.tables import StoredTable

_EDGE = 20.0
_LONGEST = 60
_RATE = re.compile(r"alarms_n_(\d+)")
_PLAIN = 0.995
"""A change that samples of every size notice as often as this needs no row."""
_MOST = 4
"""Sizes of samples that have a mark of their own; of more, the largest are left out."""


@dataclass(frozen=True, slots=True)
class Images:
    """A row: what happened to the images, and how often the alarm was raised on samples of each size."""

    title: str
    rates: tuple[float | None, ...]


def draw(table: StoredTable, label: str) -> str:
    """Draw a row for each kind of images that is not always noticed, with a mark for each size of sample.

    Args:
        table: Has the column `images`, and a column `alarms_n_SIZE` for each size of sample.
        label: What the picture is, for a reader who cannot see it.

    Raises:
        EvidenceError: A column is not there, or no sample was drawn.
    """
    sizes = [found[1] for column in table.columns if (found := _RATE.fullmatch(column.name))][:_MOST]
    rows = list(_rows(table, sizes))
    if not rows:
        msg = "the table of alarms holds no rate"
        raise NothingToDrawError(msg)
    field = Field(_EDGE, WIDE - 2 * _EDGE, len(rows))
    parts = [
        *names(_EDGE, [short(row.title, _LONGEST) for row in rows]),
        *field.frame("Samples of so many images that raise the alarm", "share of the samples"),
        *legend(_EDGE, [f"{int(size):,} images" for size in sizes]),
    ]
    for place, row in enumerate(rows):
        # The largest sample first, so that the mark of a smaller one is not hidden beneath it.
        marks = [(kind, rate) for kind, rate in enumerate(row.rates) if rate is not None]
        parts += [field.mark(place, rate, kind) for kind, rate in reversed(marks)]
    return svg(WIDE, field.bottom + FOOT, label, parts)


def _rows(table: StoredTable, sizes: list[str]) -> Iterator[Images]:
    title, *places = columns(table, "images", *(f"alarms_n_{size}" for size in sizes))
    for row in table.rows:
        rates = tuple(share(row[place]) for place in places)
        shown = [rate for rate in rates if rate is not None]
        if shown and (row is table.rows[0] or min(shown) < _PLAIN):
            yield Images(str(row[title]), rates)


DRIFT_POWER = Chart(
    name="drift_power",
    table="drift.power",
    caption="How often the alarm for monitoring is raised, by what happened to the images and how many there are in a"
    " sample. On undisturbed images, in the first row, each alarm is a false one. Changes that at least 99.5 % of the"
    " samples of every size notice are in the table alone.",
    alternative="Dot chart of alarms by kind of images and size of sample; the figures stand in drift.power.",
    draw=draw,
    shows_all=False,
)
