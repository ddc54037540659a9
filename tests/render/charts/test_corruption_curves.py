from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.corruption_curves import CORRUPTION_CURVES
from fmnist_governance.render.tables import StoredTable

SVG = "{http://www.w3.org/2000/svg}"
COLUMNS = ["corruption", "severity", "accuracy", "accuracy_low", "accuracy_high", "baseline_accuracy"]
Row = list[object]


def table(rows: list[Row], columns: list[str] = COLUMNS) -> StoredTable:
    named = [{"name": name, "unit": None} for name in columns]
    return StoredTable.model_validate_json(json.dumps({"columns": named, "rows": rows}))


def curve(name: str, values: list[float], baseline: float | None = 0.5) -> list[Row]:
    return [[name, s, v, max(0, v - 0.1), min(1, v + 0.1), baseline] for s, v in enumerate(values, 1)]


CLEAN: Row = ["undisturbed", 0, 0.9, 0.85, 0.95, 0.8]


def drawn(rows: list[Row]) -> ET.Element:
    return ET.fromstring(CORRUPTION_CURVES.draw(table(rows), "label"))  # noqa: S314 - our own text


def texts(rows: list[Row]) -> list[str]:
    return [found.text or "" for found in drawn(rows).iter(f"{SVG}text")]


def path(svg: ET.Element, mark: str) -> str:
    """Return the one path of a look; nothing where there is none."""
    return next((found.attrib["d"] for found in svg.iter(f"{SVG}path") if found.get("class") == mark), "")


def dots(svg: ET.Element) -> list[tuple[float, float]]:
    """Return the places of all dots: lines of no length with round ends."""
    return [(float(x), float(y)) for x, y in re.findall(r"M(\S+) (\S+?)h0", path(svg, "dots"))]


def test_the_corruption_that_costs_most_comes_first() -> None:
    found = texts([CLEAN, *curve("fog", [0.8, 0.7]), *curve("snow", [0.6, 0.3])])

    assert [text for text in found if text in {"fog", "snow"}] == ["snow", "fog"]


def test_a_panel_shows_model_baseline_and_the_undisturbed_level() -> None:
    svg = drawn([CLEAN, *curve("fog", [0.8, 0.7])])

    lines = [path(svg, mark) for mark in ("dotted", "dashed", "whole")]
    assert [len(re.findall(r"[\d.]+", line)) // 2 for line in lines] == [2, 3, 3]
    assert len(dots(svg)) == 3
    assert path(svg, "band").count("z") == 1


def test_without_baseline_or_undisturbed_images_the_curve_is_drawn_alone() -> None:
    svg = drawn(curve("fog", [0.8, 0.7], baseline=None))

    assert not path(svg, "dashed")
    assert not path(svg, "dotted")
    assert path(svg, "whole")


def test_higher_accuracy_stands_higher() -> None:
    svg = drawn(curve("fog", [0.9, 0.1]))

    (_, first), (_, second) = dots(svg)
    assert first < second


@pytest.mark.parametrize("name", ["<script>", '"/><x', "]]>", "\u202ea", "n" * 90])
def test_a_hostile_name_stays_text(name: str) -> None:
    tags = {found.tag for found in drawn([CLEAN, *curve(name, [0.5])]).iter()}

    assert tags == {f"{SVG}{tag}" for tag in ("svg", "style", "text", "path", "polyline")}


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [CLEAN],
        [["fog", "one", 0.5, 0.4, 0.6, 0.5]],
        [["fog", 1, 1.5, 0.4, 0.6, 0.5]],
        [["fog", -1, 0.5, 0.4, 0.6, None]],
    ],
)
def test_a_table_without_a_curve_is_refused(rows: list[Row]) -> None:
    with pytest.raises(EvidenceError, match="no accuracy under a corruption"):
        CORRUPTION_CURVES.draw(table(rows), "label")


def test_a_table_without_a_column_is_refused_by_its_name() -> None:
    with pytest.raises(EvidenceError, match="without severity"):
        CORRUPTION_CURVES.draw(table([], [c for c in COLUMNS if c != "severity"]), "label")
