"""What one check found, as the report states it: a sentence, pictures, tables, limits, and where the evidence is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fmnist_governance.evidence.record import CheckEntry
from fmnist_governance.render.charts.catalog import CHARTS
from fmnist_governance.render.page import picture, size
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.report.leads import Lead, leads
from fmnist_governance.render.tables import grid
from fmnist_governance.render.view import Examination, Grid, Number

_TALL = 1.5
"""Heights of a picture, in its widths, from which on it is folded."""
_FEW = 3
"""Ids that are named at once where one reason is given for them."""
_CHART_ROWS, _CURVE_ROWS = 100, 34
"""Rows of a chart's table that are printed below it, longer ones are named with their file; and points of a curve."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart or a picture, with the table it is drawn from where that is not printed elsewhere."""

    image: Markup
    caption: str
    table: Grid | None
    is_tall: bool = False
    """Whether it is a picture of pixels that is much taller than wide, and so is folded."""

    @property
    def shows(self) -> str:
        """What it shows, as its caption begins."""
        return self.caption.partition(".")[0].partition(":")[0]


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one check."""

    check: Examination
    leads: tuple[Lead, ...]
    rows: tuple[Number, ...]
    more: str | None
    """How many further numbers stand in the appendix, such as `5 more numbers`; None where none do."""
    figures: tuple[Figure, ...]
    grids: tuple[Grid, ...]
    """Further tables."""
    absent: tuple[Absent, ...]
    """What it owed and did not measure, by reason."""


@dataclass(frozen=True, slots=True)
class Absent:
    """Why some numbers are not there."""

    reason: str
    ids: tuple[str, ...]
    many: str | None
    """How many, where they are too many to be named at once; else None."""


def findings(report: Report, examinations: Sequence[Examination]) -> tuple[Finding, ...]:
    """Return what every check of the record found, in its order.

    Args:
        report: The run.
        examinations: Of the same checks, in the same order.
    """
    return tuple(
        _finding(examined, entry, report) for examined, entry in zip(examinations, report.record.checks, strict=True)
    )


def _finding(examined: Examination, entry: CheckEntry, report: Report) -> Finding:
    record = report.record
    stated = leads(entry.name, record)
    told = {lead.number.id for lead in stated}
    rows = () if {row.id for row in examined.first} <= told else examined.first
    shown = {number.id for number in (*rows, *(lead.number for lead in stated))}
    shown |= {number.id for row in examined.class_rows for number in row.numbers if number}
    left = sum(m.id.startswith(f"{entry.name}.") and m.id not in shown for m in record.measurements)
    drawn = {chart.table for chart in CHARTS} | {picture.id for picture in record.pictures}
    return Finding(
        check=examined,
        leads=stated,
        rows=rows,
        more=_counted(left),
        figures=(*_charts(examined, report), *_sheets(examined, report)),
        grids=tuple(table for table in examined.grids if table.id not in drawn),
        absent=_absent(examined, entry),
    )


def _absent(examined: Examination, entry: CheckEntry) -> tuple[Absent, ...]:
    reasons: dict[str, list[str]] = {}
    for id_ in examined.lost:
        reasons.setdefault(entry.absent.get(id_, "no reason was recorded"), []).append(id_)
    return tuple(
        Absent(reason, tuple(ids), f"{len(ids):,}" if len(ids) > _FEW else None) for reason, ids in reasons.items()
    )


def _charts(examined: Examination, report: Report) -> Iterator[Figure]:
    files = {table.id: table for table in report.record.tables}
    paths = {image.path for image in examined.charts}
    for chart in CHARTS:
        if chart.path in paths:
            most = _CURVE_ROWS if chart.is_curve else None
            table = None if chart.shows_all else grid(files[chart.table], report.read, _CHART_ROWS, most)
            yield Figure(picture(chart.path, chart.alternative, report), chart.caption, table)


def _sheets(examined: Examination, report: Report) -> Iterator[Figure]:
    for image in examined.images:
        width, height = size(report.read(image.path)) or (1, 1)
        drawn = picture(image.path, image.alternative, report)
        listed = next((table for table in examined.grids if _stem(table.path) == _stem(image.path)), None)
        yield Figure(drawn, image.caption, listed, is_tall=height > _TALL * width)


def _stem(path: str) -> str:
    return path.rpartition(".")[0]


def _counted(left: int) -> str | None:
    if left <= 0:
        return None
    return f"{left:,} more number{'s' if left > 1 else ''}"
