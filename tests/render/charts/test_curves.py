from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.adversarial_curve import ADVERSARIAL_CURVE
from fmnist_governance.render.charts.chart import WIDE, Chart
from fmnist_governance.render.charts.deletion_curve import DELETION_CURVE
from fmnist_governance.render.charts.panel import HEIGHT, TOP, Panel
from fmnist_governance.render.tables import StoredTable

SVG = "{http://www.w3.org/2000/svg}"
BUDGETS = ["norm", "budget", "radius", "accuracy", "accuracy_low", "accuracy_high", "fgsm_accuracy", "noise_accuracy"]
CURVES = [
    "share",
    *(f"{way}_{name}" for way in ("deletion", "insertion") for name in ("grad_cam", "random", "intensity")),
]


def table(columns: list[str], rows: list[list[object]]) -> StoredTable:
    named = [{"name": name, "unit": None} for name in columns]
    return StoredTable.model_validate_json(json.dumps({"columns": named, "rows": rows}))


def budgets(name: str = "L-infinity", first: str = "0") -> StoredTable:
    rows: list[list[object]] = [
        [name, first, 0.0, 0.9, 0.88, 0.92, 0.9, 0.9],
        [name, "8/255", 0.03, 0.2, 0.18, 0.22, 0.5, 0.85],
        [name, "0.1", 0.1, 0.0, 0.0, 0.01, 0.05, None],
        ["L2", "0", 0.0, 0.9, 0.88, 0.92, 0.9, None],
        ["L2", "0.5", 0.5, 0.3, 0.28, 0.32, 0.6, None],
    ]
    return table(BUDGETS, rows)


def curves() -> StoredTable:
    rows: list[list[object]] = [[x, 0.9 - x / 2, 0.9, 0.8, x, x / 2, x / 3] for x in (0.0, 0.5, 1.0)]
    return table(CURVES, rows)


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))  # noqa: S314 - our own text


@pytest.mark.parametrize(("chart", "stored"), [(ADVERSARIAL_CURVE, budgets()), (DELETION_CURVE, curves())])
def test_a_chart_is_well_formed_and_the_same_each_time(chart: Chart, stored: StoredTable) -> None:
    svg = chart.draw(stored, chart.alternative)

    assert ET.fromstring(svg).get("aria-label") == chart.alternative  # noqa: S314 - our own text
    assert svg == chart.draw(stored, chart.alternative)


def test_each_budget_has_a_dot_and_an_interval_and_noise_its_own() -> None:
    svg = ADVERSARIAL_CURVE.draw(budgets(), "label")
    texts = [found.text for found in drawn(svg, "text")]

    assert len(drawn(svg, "circle")) == 5 + 2
    assert [found.get("d", "").count("M") for found in drawn(svg, "path") if found.get("class") == "held"] == [3, 2]
    assert {"L-infinity: accuracy left", "L2: accuracy left", "8/255", "0.5"} <= set(texts)


def test_a_share_stands_at_its_height() -> None:
    panel = Panel(10, 100)

    assert panel.at(0, 1) == (10, TOP)
    assert panel.at(0.5, 0.25) == (60, TOP + 0.75 * HEIGHT)


def test_a_legend_that_is_too_wide_goes_on_in_a_row_above() -> None:
    texts = drawn(ADVERSARIAL_CURVE.draw(budgets(), "label"), "text")[:3]

    assert [float(found.get("y", "")) for found in texts] == [-1, -1, 16]
    assert all(float(found.get("x", "")) + 6.6 * len(found.text or "") <= WIDE for found in texts)


def test_norms_are_stacked_so_that_the_picture_fits_a_telephone() -> None:
    root = ET.fromstring(ADVERSARIAL_CURVE.draw(budgets(), "label"))  # noqa: S314 - our own text

    assert root.get("width") == f"{WIDE:g}"
    assert float(root.get("height", "")) > 2 * HEIGHT


def test_deletion_and_insertion_have_three_lines_each() -> None:
    svg = DELETION_CURVE.draw(curves(), "label")

    assert len(drawn(svg, "polyline")) == 3 + 2 * 3


@pytest.mark.parametrize("name", ["<script>", '"/><x', "]]>", "\u202ea", "\x1b[0m", "n" * 500])
def test_a_hostile_name_stays_text_and_short(name: str) -> None:
    svg = ADVERSARIAL_CURVE.draw(budgets(name, name), name)

    assert {found.tag for found in ET.fromstring(svg).iter()} == {  # noqa: S314 - our own text
        f"{SVG}{tag}" for tag in ("svg", "style", "text", "path", "polyline", "circle")
    }
    assert len(svg) < 12_000


@pytest.mark.parametrize(
    ("chart", "broken"),
    [
        (ADVERSARIAL_CURVE, table(["norm", "budget"], [])),
        (ADVERSARIAL_CURVE, table(BUDGETS, [])),
        (ADVERSARIAL_CURVE, table(BUDGETS, [["L2", "0", 0.0, "x", 2.0, -1.0, None, None]])),
        (DELETION_CURVE, table(["share"], [])),
        (DELETION_CURVE, table(CURVES, [[0.0, "x", None, 7.0, 1.0, 1.0, 1.0]])),
    ],
)
def test_a_table_without_the_numbers_is_refused(chart: Chart, broken: StoredTable) -> None:
    with pytest.raises(EvidenceError, match=r"without|holds no"):
        chart.draw(broken, "label")
