from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.chart import WIDE, Chart
from fmnist_governance.render.charts.drift_power import DRIFT_POWER
from fmnist_governance.render.charts.membership_roc import MEMBERSHIP_ROC
from fmnist_governance.render.charts.ood_sets import OOD_SETS
from fmnist_governance.render.charts.panel import HEIGHT, LEFT, TOP
from fmnist_governance.render.tables import StoredTable

SVG = "{http://www.w3.org/2000/svg}"
SETS = ["set", "confident", "confident_low", "confident_high", "msp_auroc", "max_logit_auroc", "energy_auroc"]
SETS = [*SETS, "knn_auroc"]
POWER = ["images", "severity", "alarms_n_100", "alarms_n_100_low", "alarms_n_1000"]
ROC = ["false_positive_rate", "true_positive_rate", "true_positive_low", "true_positive_high"]
Row = list[object]


def table(columns: list[str], rows: list[Row]) -> StoredTable:
    named = [{"name": name, "unit": None} for name in columns]
    return StoredTable.model_validate_json(json.dumps({"columns": named, "rows": rows}))


def sets(name: str = "noise") -> StoredTable:
    return table(SETS, [[name, 0.25, 0.2, 0.3, 0.5, 0.6, None, 1.0], ["digits", 0.0, 0.0, 0.1, 0.75, 0.8, None, None]])


def power(name: str = "rotation") -> StoredTable:
    return table(POWER, [["undisturbed", 0, 0.04, 0.02, 0.06], [name, 3, 0.5, 0.4, None]])


def roc() -> StoredTable:
    return table(ROC, [[0.01, 0.1, 0.05, 0.2], [1.0, 1.0, 0.9, 1.0], [0.0001, 0.0, 0.0, 0.01]])


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))  # noqa: S314 - our own text


def texts(svg: str) -> list[str]:
    return [found.text or "" for found in drawn(svg, "text")]


def test_a_score_that_nobody_measured_is_not_in_the_legend() -> None:
    svg = OOD_SETS.draw(sets(), "label")

    assert {"noise", "digits", "probability", "largest logit", "distance"} <= set(texts(svg))
    assert "energy" not in texts(svg)


def test_marks_stand_at_their_numbers() -> None:
    svg = OOD_SETS.draw(sets(), "label")

    zero, other = [float(found.get("x", "")) for found in drawn(svg, "text") if found.text == "0 %"]
    places = [float(circle.get("cx", "")) for circle in drawn(svg, "circle") if circle.get("cy") != "12"]
    expected = [zero, zero + 0.25 * 140, *(other + share * (WIDE - 224) for share in (0.5, 0.75, 1.0))]
    assert sorted(places) == pytest.approx(expected)


def test_each_size_of_sample_has_a_mark_where_it_was_drawn() -> None:
    svg = DRIFT_POWER.draw(power(), "label")

    assert {"100 images", "1,000 images", "undisturbed", "rotation"} <= set(texts(svg))
    assert len(drawn(svg, "circle")) == 1 + 2, "one in the legend, one a row"
    assert len(drawn(svg, "rect")) == 1 + 1


def test_what_every_sample_notices_has_no_row() -> None:
    rows: list[Row] = [["undisturbed", 0, 1.0, 0.9, 1.0], ["noise", 3, 1.0, 0.9, 0.996], ["blur", 3, 0.99, 0.9, 1.0]]

    shown = texts(DRIFT_POWER.draw(table(POWER, rows), "label"))

    assert {"undisturbed", "blur"} <= set(shown)
    assert "noise" not in shown


@pytest.mark.parametrize(("chart", "rows"), [(OOD_SETS, sets("s" * 90)), (DRIFT_POWER, power("s" * 90))])
def test_the_picture_fits_a_telephone_whatever_the_names(chart: Chart, rows: StoredTable) -> None:
    assert ET.fromstring(chart.draw(rows, "label")).get("width") == f"{WIDE:g}"  # noqa: S314 - our own text


def test_the_curve_is_drawn_in_powers_of_ten_by_rising_false_positives() -> None:
    svg = MEMBERSHIP_ROC.draw(roc(), "label")

    curve = drawn(svg, "polyline")[-1].get("points") or ""
    points = [tuple(map(float, point.split(","))) for point in curve.split()]
    assert points[0] == (LEFT, TOP + HEIGHT)
    assert points[1] == (LEFT + (WIDE - LEFT - 24) / 2, TOP + 0.25 * HEIGHT)
    assert points[2] == (WIDE - 24, TOP)


@pytest.mark.parametrize("name", ["<script>", '"/><x', "]]>", "\u202ea", "\x1b[0m", "a" * 300])
def test_hostile_names_stay_text(name: str) -> None:
    known = {f"{SVG}{tag}" for tag in ("svg", "style", "text", "path", "polyline", "polygon", "circle", "rect")}
    for chart, rows in ((OOD_SETS, sets(name)), (DRIFT_POWER, power(name)), (MEMBERSHIP_ROC, roc())):
        svg = chart.draw(rows, name)

        assert {found.tag for found in ET.fromstring(svg).iter()} <= known  # noqa: S314 - our own text
        assert svg == chart.draw(rows, name)


@pytest.mark.parametrize(
    ("chart", "broken"),
    [
        (OOD_SETS, table(["set"], [])),
        (OOD_SETS, table(SETS, [])),
        (OOD_SETS, table(SETS, [["x", 2.0, "y", None, 0.5, 0.5, 0.5, 0.5]])),
        (DRIFT_POWER, table(["alarms_n_9"], [])),
        (DRIFT_POWER, table(POWER, [["x", 1, None, None, 7.0]])),
        (DRIFT_POWER, table(["images"], [["x"]])),
        (MEMBERSHIP_ROC, table(["false_positive_rate"], [])),
        (MEMBERSHIP_ROC, table(ROC, [[0.5, "x", None, 3.0]])),
    ],
)
def test_a_table_without_the_numbers_is_refused(chart: Chart, broken: StoredTable) -> None:
    with pytest.raises(EvidenceError, match=r"without|holds no"):
        chart.draw(broken, "label")
