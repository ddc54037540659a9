"""Stored tables, read back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from pydantic import FiniteFloat, model_validator

from fmnist_governance.evidence.codec import decode
from fmnist_governance.evidence.record import Record, TableFile, Unit
from fmnist_governance.render import shown
from fmnist_governance.render.view import Grid

WIDEST, LONGEST = 21, 60
"""Columns and rows of the largest table that is printed; a larger one is named with its file."""


class StoredColumn(Record):
    """A column of a stored table; `unit` is null for text."""

    name: str
    unit: Unit | None = None


class StoredTable(Record):
    """A stored table."""

    columns: tuple[StoredColumn, ...]
    rows: tuple[tuple[str | int | FiniteFloat | None, ...], ...]

    @model_validator(mode="after")
    def _rectangular(self) -> Self:
        for place, row in enumerate(self.rows):
            if len(row) != len(self.columns):
                msg = f"row {place} has {len(row)} cells; there are {len(self.columns)} columns"
                raise ValueError(msg)
        return self


def stored(file: TableFile, read: Callable[[str], bytes]) -> StoredTable:
    """Read a table of the run.

    Raises:
        EvidenceError: The file is not a table.
    """
    return decode(read(file.path), StoredTable, file.path)


def grid(file: TableFile, read: Callable[[str], bytes], longest: int = LONGEST, most: int | None = None) -> Grid:
    """Return a stored table as text, without its rows where it is too large for a page.

    Args:
        file: Names the table.
        read: Returns a stored file of the run.
        longest: Rows from which on it is too large.
        most: Of a table of more rows than this only each so many-th is returned, the last among them; None: each.
    """
    table = stored(file, read)
    fits = len(table.columns) <= WIDEST and len(table.rows) <= longest
    step = 1 if most is None else -(-len(table.rows) // most) or 1
    rows = table.rows[::-1][::step][::-1] if fits else ()
    return Grid(
        id=file.id,
        caption=file.caption,
        path=file.path,
        digest=file.digest,
        columns=tuple(column.name.replace("_", " ") for column in table.columns),
        rows=tuple(_row(table, row) for row in rows),
        size=f"{len(table.rows):,} rows, {len(table.columns):,} columns",
        part=f"{len(rows):,}" if fits and step > 1 else None,
    )


def _row(table: StoredTable, row: tuple[str | int | float | None, ...]) -> tuple[str, ...]:
    return tuple(_cell(value, column.unit) for value, column in zip(row, table.columns, strict=True))


def _cell(value: str | float | None, unit: Unit | None) -> str:
    if value is None:
        return "missing"
    return value if isinstance(value, str) else shown.amount(value, unit)
