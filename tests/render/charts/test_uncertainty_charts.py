from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.chart import WIDE, Chart
from fmnist_governance.render.charts.panel import HEIGHT, LEFT, TOP
from fmnist_governance.render.charts.reliability import RELIABILITY
from fmnist_governance.render.charts.risk_coverage import RISK_COVERAGE
from fmnist_governance.render.tables import StoredTable

SVG = "{http://www.w3.org/2000/svg}"
BINS = ["bin_low", "bin_high", "n", "confidence", "accuracy", "accuracy_low", "accuracy_high"]
CURVE = ["coverage", "risk", "risk_low", "risk_high"]
Row = list[object]


def table(columns: list[str], rows: list[Row]) -> StoredTable:
    named = [{"name": name, "unit": None} for name in columns]
    return StoredTable.model_validate_json(json.dumps({"columns": named, "rows": rows}))


def bins() -> StoredTable:
    empty: Row = [0.0, 0.5, 0, None, None, None, None]
    return table(BINS, [empty, [0.5, 0.75, 25, 0.6, 0.5, 0.3, 0.7], [0.75, 1.0, 75, 0.95, 0.97, 0.9, 1.0]])


def curve(most: float = 0.08) -> StoredTable:
    return table(CURVE, [[0.5, 0.0, 0.0, 0.04], [1.0, most, most * 0.8, min(1.0, most * 1.2)]])


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))  # noqa: S314 - our own text


def texts(svg: str) -> list[str]:
    return [found.text or "" for found in drawn(svg, "text")]


def test_each_bin_with_images_has_a_dot_and_a_bar() -> None:
    svg = RELIABILITY.draw(bins(), "label")

    assert len(drawn(svg, "circle")) == 2
    assert [float(bar.get("height", "")) for bar in drawn(svg, "rect")] == [0.25 * HEIGHT, 0.75 * HEIGHT]


def test_a_dot_stands_at_its_confidence_and_accuracy() -> None:
    low, high = drawn(RELIABILITY.draw(bins(), "label"), "circle")

    assert float(low.get("cy", "")) == pytest.approx(TOP + 0.5 * HEIGHT)
    assert float(high.get("cx", "")) - float(low.get("cx", "")) == pytest.approx(0.35 * (WIDE - LEFT - 24))


@pytest.mark.parametrize(
    ("most", "edge"), [(0.0, "1 %"), (0.08, "10 %"), (0.095, "20 %"), (0.3, "40 %"), (1.0, "100 %")]
)
def test_the_scale_ends_a_little_above_the_highest_error(most: float, edge: str) -> None:
    assert edge in texts(RISK_COVERAGE.draw(curve(most), "label"))[: 2 + 1 + 5]


def test_an_interval_beyond_the_scale_ends_at_its_edge() -> None:
    svg = RISK_COVERAGE.draw(table(CURVE, [[0.1, 0.0, 0.0, 1.0], [1.0, 0.05, 0.04, 0.06]]), "label")

    (band,) = drawn(svg, "polygon")
    heights = [float(point.split(",")[1]) for point in (band.get("points") or "").split()]
    assert min(heights) == TOP
    assert max(heights) == TOP + HEIGHT


def test_the_order_of_the_rows_does_not_matter() -> None:
    turned = table(CURVE, [list(row) for row in reversed(curve().rows)])

    assert RISK_COVERAGE.draw(turned, "label") == RISK_COVERAGE.draw(curve(), "label")


@pytest.mark.parametrize(("chart", "rows"), [(RELIABILITY, bins()), (RISK_COVERAGE, curve())])
@pytest.mark.parametrize("name", ["<script>", '"/><x', "]]>", "\u202ea", "\x1b[0m"])
def test_a_hostile_label_stays_text(chart: Chart, rows: StoredTable, name: str) -> None:
    svg = chart.draw(rows, name)

    known = {f"{SVG}{tag}" for tag in ("svg", "style", "text", "path", "polyline", "polygon", "circle", "rect")}
    assert {found.tag for found in ET.fromstring(svg).iter()} <= known  # noqa: S314 - our own text
    assert svg == chart.draw(rows, name)


@pytest.mark.parametrize(
    ("chart", "broken"),
    [
        (RELIABILITY, table(["n"], [])),
        (RELIABILITY, table(BINS, [])),
        (RELIABILITY, table(BINS, [[0.0, 1.0, -3, 0.5, 0.5, 0.4, 0.6], [0.0, 1.0, 3, "x", 2.0, 0.4, None]])),
        (RISK_COVERAGE, table(["risk"], [])),
        (RISK_COVERAGE, table(CURVE, [])),
        (RISK_COVERAGE, table(CURVE, [[1.0, "x", None, 7.0]])),
    ],
)
def test_a_table_without_the_numbers_is_refused(chart: Chart, broken: StoredTable) -> None:
    with pytest.raises(EvidenceError, match=r"without|holds no"):
        chart.draw(broken, "label")
