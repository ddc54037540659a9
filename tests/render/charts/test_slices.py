from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render.charts.chart import WIDE
from fmnist_governance.render.charts.slices import SLICES
from fmnist_governance.render.tables import StoredTable

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ["slice", "n", "accuracy", "gap", "gap_within_class", "gap_within_class_low", "gap_within_class_high"]
Row = list[object]


def table(rows: list[Row], columns: list[str] = NAMES) -> StoredTable:
    named = [{"name": name, "unit": None} for name in columns]
    return StoredTable.model_validate_json(json.dumps({"columns": named, "rows": rows}))


def groups() -> StoredTable:
    none: Row = ["Coat", 1000, 0.8, 0.1, None, None, None]
    return table([["bright", 2500, 0.92, 0.01, 0.02, -0.02, 0.06], ["dark", 1200, 0.7, 0.3, 0.2, 0.1, 0.3], none])


def drawn(svg: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(svg).iter(f"{SVG}{tag}"))  # noqa: S314 - our own text


def texts(svg: str) -> list[str]:
    return [found.text or "" for found in drawn(svg, "text")]


def spans(svg: str) -> list[tuple[float, float]]:
    """Return where the interval of each group starts and ends, in pixels."""
    path = next(found.get("d", "") for found in drawn(svg, "path") if found.get("class") == "whole")
    return [(float(low), float(high)) for low, high in re.findall(r"M(\S+) \S+?H([\d.]+)", path)]


def test_the_worst_for_its_class_stands_first_and_a_class_is_left_out() -> None:
    found = texts(SLICES.draw(groups(), "label"))

    assert [name for name in found if name in {"bright", "dark", "Coat"}] == ["dark", "bright"]
    assert {"70.00 %", "1,200"} <= set(found)


def test_each_group_has_a_dot_a_ring_and_an_interval() -> None:
    svg = SLICES.draw(groups(), "label")

    assert len(drawn(svg, "circle")) == 2 * 2
    assert len(spans(svg)) == 2


def test_a_dot_lies_on_its_interval_at_its_share() -> None:
    svg = SLICES.draw(groups(), "label")
    low, high = spans(svg)[0]
    dot = next(dot for dot in drawn(svg, "circle") if dot.get("class") == "blue")

    assert float(dot.get("cx", "")) == pytest.approx((low + high) / 2, abs=0.1)


def test_no_more_than_two_dozen_groups_are_drawn() -> None:
    many = table([[f"group {k}", 100, 0.9, 0.0, k / 1000, -0.1, 0.2] for k in range(300)])

    svg = SLICES.draw(many, "label")

    assert len([t for t in texts(svg) if t.startswith("group ")]) == 24
    assert "group 299" in texts(svg)


def test_the_picture_fits_a_telephone() -> None:
    assert ET.fromstring(SLICES.draw(groups(), "label")).get("width") == f"{WIDE:g}"  # noqa: S314 - our own text


@pytest.mark.parametrize("gap", [0.0, 1.0, -1.0])
def test_equal_and_extreme_gaps_can_be_drawn(gap: float) -> None:
    svg = SLICES.draw(table([["one", 100, 0.5, gap, gap, gap, gap]]), "label")

    width = float(str(ET.fromstring(svg).get("width")))  # noqa: S314 - our own text
    assert all(0 <= float(dot.get("cx", "")) <= width for dot in drawn(svg, "circle"))


@pytest.mark.parametrize("name", ["<script>", '"/><x', "]]>", "\u202ea", "\x1b[0m", "n" * 500])
def test_a_hostile_name_stays_text_and_short(name: str) -> None:
    svg = SLICES.draw(table([[name, 100, 0.5, 0.1, 0.1, 0.0, 0.2]]), name)

    assert {found.tag for found in ET.fromstring(svg).iter()} == {  # noqa: S314 - our own text
        f"{SVG}{tag}" for tag in ("svg", "style", "text", "path", "circle")
    }
    assert len(svg) < 6_000
    assert svg == SLICES.draw(table([[name, 100, 0.5, 0.1, 0.1, 0.0, 0.2]]), name)


@pytest.mark.parametrize(
    "broken",
    [table([], ["slice"]), table([]), table([["a", "x", 2.0, None, 0.1, 7, "y"]]), table([["a", *[None] * 6]])],
)
def test_a_table_without_the_numbers_is_refused(broken: StoredTable) -> None:
    with pytest.raises(EvidenceError, match=r"without|holds no"):
        SLICES.draw(broken, "label")
