"""A data sheet as text of at most 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator

from fmnist_governance.data.describe import DataSheet, SplitSheet

Cell = Callable[[SplitSheet, str], str]
_WIDTH = 80
_NAME = 24


def lines(sheet: DataSheet) -> Iterator[str]:
    """Return the sheet, line by line."""
    channels, height, width = sheet.shape
    images = "grey" if channels == 1 else f"{channels}-channel"
    yield f"{sheet.name}: {images} images of {height} x {width} pixels in {len(sheet.classes)} classes"
    yield from textwrap.wrap(f"Source:  {sheet.source}", _WIDTH, subsequent_indent="         ")
    yield f"Licence: {sheet.licence or 'not stated'}"
    yield f"Digest:  {sheet.digest}"
    yield ""
    yield from _table("class", sheet, lambda split, name: f"{split.counts[name]:,}", sheet.classes)
    yield from _table("", sheet, lambda split, _: f"{split.n:,}", ("all",))
    yield ""
    yield from _table("pixels, 0 to 1", sheet, _pixel, ("mean", "sd", "share at 0", "share at 1"))
    yield ""
    repeats = {"exact duplicates": "duplicates", "  with another label": "conflicts"}
    yield from _table("within a split", sheet, lambda split, row: f"{getattr(split, repeats[row]):,}", tuple(repeats))
    for shared in sheet.shared:
        also = f"{shared.images:,} (with another label: {shared.conflicts:,})"
        yield f"images of {shared.second} that are also in {shared.first}: {also}"
    yield ""
    for name, split in sheet.splits.items():
        yield f"{name}: {split.digest}"


def _pixel(split: SplitSheet, row: str) -> str:
    values = {"share at 0": split.pixels.zero, "share at 1": split.pixels.full}
    return f"{values[row] if row in values else getattr(split.pixels, row):.4f}"


def _table(title: str, sheet: DataSheet, cell: Cell, rows: tuple[str, ...]) -> Iterator[str]:
    if title:
        yield f"{title:<{_NAME}}" + "".join(f"{name:>14}" for name in sheet.splits)
    for row in rows:
        name = row if len(row) < _NAME else row[: _NAME - 2] + "\u2026"
        yield f"{name:<{_NAME}}" + "".join(f"{cell(split, row):>14}" for split in sheet.splits.values())
