from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from reports import make_record, make_report

from fmnist_governance.evidence.record import EvidenceRecord, Interval, Measurement
from fmnist_governance.render.documents.report import html
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.report.chapters import CHAPTERS, chapters
from fmnist_governance.render.report.findings import findings
from fmnist_governance.render.report.first import tiles
from fmnist_governance.render.report.leads import LEADS, leads
from fmnist_governance.render.view import row


def measured(id_: str, value: float, low: float, high: float, **changes: object) -> Measurement:
    held = Interval(low=low, high=high, method="bootstrap")
    made = {"title": "A number", "unit": "fraction", "better": None, "n": 100, "interval": held, "headline": True}
    return Measurement.model_validate({"id": id_, "value": value, **made, **changes})


def with_check(name: str, *found: Measurement, entry: Callable[..., object]) -> EvidenceRecord:
    record = make_record()
    checks = (*record.checks, entry(name, tuple(m.id for m in found)))
    return record.model_copy(update={"checks": checks, "measurements": (*record.measurements, *found)})


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page[page.index("<body") :]).split())


def test_the_first_screen_names_system_verdict_reason_and_what_is_missing(report: Report) -> None:
    page = html(report)
    first = text(page[page.index("<body") : page.index("<nav")].join(["<body>", ""]))

    for words in ("FashionMNIST_PyTorch_Classifier", "Refused", "Clause number 1", "93.12 %", "things:", "2024/1689"):
        assert words in first


def test_chapters_come_in_the_order_in_which_an_auditor_asks(report: Report) -> None:
    titles = re.findall(r"<h2 id=\"\w+\">([^<]+)</h2>", html(report))

    assert titles == [
        "What is it for?", "Is it good?", "Where does it fail?", "What was it trained on?", "Who says so?",
        "What is not known?", "Every measurement",
    ]  # fmt: skip


def test_a_check_that_no_table_names_has_its_place_and_sentence(build: SimpleNamespace) -> None:
    record = with_check("novelty", measured("novelty.share", 0.25, 0.2, 0.3), entry=build.entry)

    page = html(make_report(record))

    assert page.index('id="others"') < page.index('id="check-novelty"') < page.index('id="says"')
    assert "A number: 25.00 % (20.00 % to 30.00 %, n = 100)." in text(page)


def test_no_check_stands_in_two_chapters() -> None:
    placed = [check for checks in CHAPTERS.values() for check in checks]

    assert len(placed) == len(set(placed))


def test_every_finding_is_in_one_chapter(report: Report) -> None:
    from fmnist_governance.render.examined import examinations

    found = findings(report, examinations(report))

    assert sum(map(len, chapters(found).values())) == len(found)


@pytest.mark.parametrize(
    ("low", "high", "side"), [(0.01, 0.03, "above"), (-0.03, -0.01, "below"), (-0.01, 0.01, "undecided")]
)
def test_a_sentence_says_only_what_the_whole_interval_says(
    build: SimpleNamespace, low: float, high: float, side: str
) -> None:
    gap = measured("calibration.overconfidence", (low + high) / 2, low, high)

    (lead,) = leads("calibration", with_check("calibration", gap, entry=build.entry))

    assert lead.key == f"calibration.overconfidence.{side}"


def test_every_number_leads_to_its_row(report: Report) -> None:
    page = html(report)

    rows = dict(re.findall(r'<tr id="(m[a-z2-7]{8})"><th>([\w.]+)', page))
    assert rows == {row(m.id): m.id for m in report.record.measurements}
    assert set(re.findall(r'href="#(m[a-z2-7]{8})"', page)) <= rows.keys()


def test_what_the_numbers_of_a_check_share_stands_once(report: Report) -> None:
    page = html(report)

    assert page.count(report.record.subject.digest) <= 3
    assert page.count("wilson, 95 %, for 10 at once") == 1


def test_a_lead_is_about_a_check_that_has_a_chapter() -> None:
    assert set(LEADS) <= {check for checks in CHAPTERS.values() for check in checks}
    assert all(id_.startswith(f"{check}.") for check, ids in LEADS.items() for id_ in ids)


def test_a_bar_lies_where_the_interval_does(report: Report) -> None:
    accuracy = next(tile for tile in tiles(report.record) if tile.number.id == "performance.accuracy")

    assert accuracy.bar is not None
    assert accuracy.bar.value == "93.1"
    assert float(accuracy.bar.low) < 93.1 < float(accuracy.bar.low) + float(accuracy.bar.width)


def test_a_number_that_is_no_share_has_no_bar(build: SimpleNamespace) -> None:
    slow = measured("efficiency.latency", 3.5, 3.0, 4.0, unit="seconds")
    record = with_check("efficiency", slow, entry=build.entry).model_copy(update={"measurements": (slow,)})

    assert [tile.bar for tile in tiles(record)] == [None]


def test_a_page_without_pictures_is_small(report: Report) -> None:
    assert len(html(report).encode()) < 80_000
