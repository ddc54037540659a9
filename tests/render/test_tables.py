from __future__ import annotations

from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import TableFile
from fmnist_governance.render.shown import moment
from fmnist_governance.render.tables import grid
from fmnist_governance.render.view import Grid

SHARE = {"name": "share_of_all", "unit": "fraction"}


def printed(count: int, most: int | None = None, longest: int = 100) -> Grid:
    stored = canonical({"columns": [SHARE], "rows": [[place / count] for place in range(1, count + 1)]})
    file = TableFile(id="a.curve", path="evidence/a/curve.json", caption="A curve", digest=digest(stored))
    return grid(file, lambda _path: stored, longest, most)


def test_a_long_curve_is_told_by_a_part_of_its_rows_the_last_among_them() -> None:
    table = printed(100, most=34)

    assert (len(table.rows), table.part, table.size) == (34, "34", "100 rows, 1 columns")
    assert (table.rows[0], table.rows[-1]) == (("1.00 %",), ("100.00 %",))


def test_a_short_curve_and_another_table_are_printed_whole() -> None:
    assert [(len(t.rows), t.part) for t in (printed(34, most=34), printed(100))] == [(34, None), (100, None)]


def test_a_table_that_is_too_long_is_named_with_its_file() -> None:
    table = printed(101, most=34)

    assert (table.rows, table.part, table.path) == ((), None, "evidence/a/curve.json")


def test_the_name_of_a_column_is_words() -> None:
    assert printed(1).columns == ("share of all",)


def test_a_time_is_shown_as_people_write_it_and_another_text_as_it_is() -> None:
    assert moment("2026-11-22T21:05:09Z") == "2026-11-22, 21:05 UTC"
    assert moment("yesterday") == "yesterday"
