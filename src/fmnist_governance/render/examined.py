"""What each check found, as a page prints it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from fmnist_governance.evidence.record import CheckEntry, EvidenceRecord
from fmnist_governance.render import shown
from fmnist_governance.render.charts.catalog import CHARTS
from fmnist_governance.render.markdown import anchor
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.tables import grid
from fmnist_governance.render.titled import title
from fmnist_governance.render.view import ClassRow, Examination, Grid, Image, Number, class_names

MOST_FIRST = 10
"""Numbers of a check that stand first."""


def examinations(report: Report) -> tuple[Examination, ...]:
    """Return every check of the record, run or not, in its order."""
    return tuple(_examined(entry, report) for entry in report.record.checks)


def _examined(entry: CheckEntry, report: Report) -> Examination:
    record = report.record
    numbers = tuple(Number.of(m) for m in record.measurements if _belongs(m.id, entry.name))
    plain = tuple(number for number in numbers if number.kind == number.id)
    columns, rows = _by_class(numbers, record)
    return Examination(
        name=entry.name,
        title=title(entry.name),
        anchor=anchor(f"Check: {title(entry.name)}"),
        version=f"{entry.version}",
        status=entry.status.replace("_", " "),
        reason=entry.reason or "no reason was recorded",
        settings=json.dumps(entry.params, sort_keys=True, ensure_ascii=False),
        limits=entry.limits,
        numbers=plain,
        first=_first(plain, record),
        class_columns=columns,
        class_rows=rows,
        kinds=tuple(dict.fromkeys(number.kind for number in numbers)),
        lost=tuple(id_ for id_ in entry.promised if record.find(id_) is None),
        charts=tuple(_charts(entry, record)),
        grids=tuple(_grids(entry, report)),
        images=tuple(
            Image(picture.path, picture.caption, picture.alternative)
            for picture in record.pictures
            if _belongs(picture.id, entry.name)
        ),
        cost=_cost(entry),
    )


def _first(numbers: tuple[Number, ...], record: EvidenceRecord) -> tuple[Number, ...]:
    """Return the headline numbers, of a check that has none its first ones."""
    headline = {measured.id for measured in record.measurements if measured.headline}
    return (tuple(number for number in numbers if number.id in headline) or numbers)[:MOST_FIRST]


def _belongs(id_: str, check: str) -> bool:
    return id_.partition(".")[0] == check


def _by_class(numbers: tuple[Number, ...], record: EvidenceRecord) -> tuple[tuple[str, ...], tuple[ClassRow, ...]]:
    found = {number.id: number for number in numbers if number.kind != number.id}
    names = class_names(record)
    kinds = tuple(dict.fromkeys(number.kind for number in found.values()))
    of_class: dict[str, dict[str, Number]] = {}
    for id_, number in found.items():
        of_class.setdefault(_class_of(id_), {})[_class_kind(id_)] = number
    rows = [
        ClassRow(name, tuple(of_class[slug].get(k) for k in kinds)) for slug, name in names.items() if slug in of_class
    ]
    return tuple(k.rpartition(".")[2].replace("_", " ") for k in kinds), tuple(rows)


def _class_kind(id_: str) -> str:
    head, _, tail = id_.partition(".class.")
    return f"{head}.class.{tail.partition('.')[2]}"


def _class_of(id_: str) -> str:
    return id_.partition(".class.")[2].partition(".")[0]


def _charts(entry: CheckEntry, record: EvidenceRecord) -> Iterator[Image]:
    ids = {table.id for table in record.tables}
    for chart in CHARTS:
        if chart.table in ids and _belongs(chart.table, entry.name):
            yield Image(chart.path, chart.caption, chart.alternative)


def _grids(entry: CheckEntry, report: Report) -> Iterator[Grid]:
    told = {chart.table for chart in CHARTS if chart.shows_all}
    for table in report.record.tables:
        if _belongs(table.id, entry.name) and table.id not in told:
            yield grid(table, report.read)


def _cost(entry: CheckEntry) -> str:
    if entry.cost is None:
        return "not recorded"
    passes = shown.amount(entry.cost.passes, "score").rstrip("0").rstrip(".")
    return f"passes over the test images: {passes}; {shown.amount(entry.cost.seconds, 'seconds')}"
