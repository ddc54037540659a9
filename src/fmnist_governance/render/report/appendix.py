"""The evidence behind every number: one shelf a check, what its numbers have in common once, then a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fmnist_governance.evidence.record import EvidenceRecord, PictureFile, TableFile
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.view import Examination, Fact, Number, row


@dataclass(frozen=True, slots=True)
class Row:
    """One number: in full, the ends of its interval to six digits, None where it is exact."""

    id: str
    n: str
    value: str
    ends: tuple[str, str] | None

    @property
    def row(self) -> str:
        """Its anchor."""
        return row(self.id)


@dataclass(frozen=True, slots=True)
class Lot:
    """Numbers of one check with the same unit and kind of interval."""

    unit: str
    method: str
    n: str | None
    """How many images all of them rest on; None where that differs from number to number."""
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The evidence of one check."""

    check: Examination
    lots: tuple[Lot, ...]
    files: tuple[Fact, ...]
    """Stored tables and pictures, each with its digest."""


def shelves(report: Report, examined: Sequence[Examination]) -> tuple[Shelf, ...]:
    """Return the evidence of every check."""
    record = report.record
    return tuple(Shelf(check, _lots(check.name, record), _files(check.name, record)) for check in examined)


def _lots(check: str, record: EvidenceRecord) -> tuple[Lot, ...]:
    lots: dict[tuple[str, str], list[Row]] = {}
    for measured in record.measurements:
        if measured.id.startswith(f"{check}."):
            number = Number.of(measured)
            held = measured.interval
            ends = (f"{held.low:.6g}", f"{held.high:.6g}") if held else None
            lots.setdefault((number.unit, number.method), []).append(Row(number.id, number.n, number.full, ends))
    return tuple(Lot(*shared, _shared(rows), tuple(rows)) for shared, rows in lots.items())


def _shared(rows: list[Row]) -> str | None:
    counts = {row.n for row in rows}
    return counts.pop() if len(counts) == 1 else None


def _files(check: str, record: EvidenceRecord) -> tuple[Fact, ...]:
    stored: tuple[TableFile | PictureFile, ...] = (*record.tables, *record.pictures)
    return tuple(Fact(file.path, file.digest, is_code=True) for file in stored if file.id.startswith(f"{check}."))
