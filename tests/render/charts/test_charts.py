from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.catalog import CHARTS, charts
from fmnist_governance.render.charts.chart import Chart, breadth
from fmnist_governance.render.charts.confusion import CONFUSION_MATRIX, mixed
from fmnist_governance.render.charts.per_class import PER_CLASS
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.tables import StoredTable

SVG = "{http://www.w3.org/2000/svg}"


def table(columns: list[str], rows: list[list[object]]) -> StoredTable:
    named = [{"name": name, "unit": None} for name in columns]
    return StoredTable.model_validate_json(json.dumps({"columns": named, "rows": rows}))


def square(*names: str) -> StoredTable:
    rows: list[list[object]] = [
        [name, *(7 if i == j else 1 for j in range(len(names)))] for i, name in enumerate(names)
    ]
    return table(["class", *names], rows)


def texts(svg: str) -> list[str]:
    return [found.text or "" for found in ET.fromstring(svg).iter(f"{SVG}text")]  # noqa: S314 - our own text


def test_each_chart_is_drawn_from_its_table_as_well_formed_svg(report: Report) -> None:
    drawn = charts(report.record, report.read)

    held = {table.id for table in report.record.tables}
    assert set(drawn) == {chart.path for chart in CHARTS if chart.table in held}
    assert all(ET.fromstring(data).tag == f"{SVG}svg" for data in drawn.values())  # noqa: S314 - our own text


def test_the_same_table_gives_the_same_bytes(report: Report) -> None:
    assert charts(report.record, report.read) == charts(report.record, report.read)


def test_a_record_without_the_tables_has_no_charts(report: Report) -> None:
    assert charts(report.record.model_copy(update={"tables": ()}), report.read) == {}


def test_counts_of_the_matrix_are_written_in_its_cells() -> None:
    found = texts(CONFUSION_MATRIX.draw(square("a", "b"), "label"))

    assert sorted(found[-4:]) == ["1", "1", "7", "7"]


@pytest.mark.parametrize("size", [2, 10, 30, 31, 100])
def test_a_matrix_of_many_long_names_is_drawn(size: int) -> None:
    svg = CONFUSION_MATRIX.draw(square(*("n" * 60 + str(k) for k in range(size))), "label")

    assert svg.count("M") == size * size
    assert len(svg) < 320_000


def test_of_very_many_classes_the_weakest_are_drawn_and_counted() -> None:
    names = [f"c{k}" for k in range(150)]
    rows: list[list[object]] = [[n, *(0 if i == j == 149 else 1 for j in range(150))] for i, n in enumerate(names)]
    recalls: list[list[object]] = [[n, 1 - k / 200, 0.1, 1.0] for k, n in enumerate(names)]

    matrix = texts(CONFUSION_MATRIX.draw(table(["class", *names], rows), "label"))
    dots = texts(PER_CLASS.draw(table(["class", "recall", "recall_low", "recall_high"], recalls), "label"))

    assert matrix.count("c149") == 2
    assert "the 100 of 150 classes that are named rightly least often" in matrix
    assert "c149" in dots
    assert "c10" not in dots
    assert "the 100 weakest of 150 classes" in dots


@pytest.mark.parametrize("name", ["<script>", '"/><x', "]]>", "&amp;", "\u202ea", "\x1b[0m", "\x00"])
def test_a_hostile_name_stays_text(name: str) -> None:
    svg = CONFUSION_MATRIX.draw(square(name, "b"), name)

    assert {found.tag for found in ET.fromstring(svg).iter()} == {  # noqa: S314 - our own text
        f"{SVG}{tag}" for tag in ("svg", "style", "g", "text", "rect", "path")
    }


@pytest.mark.parametrize(
    "broken",
    [table(["class", "a"], []), table(["class", "a"], [["a", "x"]]), table(["class", "a"], [["a", 1], ["b", 2]])],
)
def test_a_table_that_is_no_matrix_is_refused(broken: StoredTable) -> None:
    with pytest.raises(EvidenceError, match="square"):
        CONFUSION_MATRIX.draw(broken, "label")


def test_names_have_the_room_that_their_letters_take() -> None:
    assert breadth(["iiii"]) < breadth(["nnnn"]) < breadth(["mmmm"])
    assert breadth(["\u5b57" * 4]) == breadth(["mmmm"])
    assert breadth(["n" * 500]) < breadth(["n" * 27]) + 13


def test_classes_are_sorted_by_recall_the_weakest_first() -> None:
    rows: list[list[object]] = [["good", 0.9, 0.8, 0.95], ["weak", 0.5, 0.4, 0.6], ["absent", None, None, None]]

    found = texts(PER_CLASS.draw(table(["class", "recall", "recall_low", "recall_high"], rows), "label"))

    assert [name for name in found if name in {"good", "weak", "absent"}] == ["weak", "good"]
    assert "50.00 %" in found


@pytest.mark.parametrize("columns", [["class"], ["class", "recall", "recall_low", "recall_high"]])
def test_a_table_without_a_recall_is_refused(columns: list[str]) -> None:
    with pytest.raises(EvidenceError, match="recall"):
        PER_CLASS.draw(table(columns, []), "label")


def test_perfect_recall_can_be_drawn() -> None:
    perfect = table(["class", "recall", "recall_low", "recall_high"], [["a", 1.0, 1.0, 1.0]])

    assert "100.00 %" in texts(PER_CLASS.draw(perfect, "label"))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_chart_says_what_it_shows(chart: Chart) -> None:
    assert chart.caption
    assert chart.alternative


def test_shades_run_from_white_to_the_colour() -> None:
    assert (mixed("#102030", 0.0), mixed("#102030", 1.0)) == ("#ffffff", "#102030")
