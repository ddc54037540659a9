from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace

import pytest

from fmnist_governance.audit.catalog import CHECKS
from fmnist_governance.pipeline.documenting import chosen, rendered
from fmnist_governance.render.catalog import RENDERERS
from fmnist_governance.render.documents.model_card import html as card_page
from fmnist_governance.render.markdown import to_html
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.templates import page_template
from fmnist_governance.render.titled import TITLES, title
from fmnist_governance.render.view import row


@pytest.fixture
def folder(report: Report) -> Mapping[str, str]:
    """All pages of a run, as one command writes them."""
    return {name: data.decode() for name, data in rendered(chosen((), ("html",)), report).items()}


def links(page: str) -> set[tuple[str, str]]:
    """Return file and anchor of each link; no file where it stays on the page."""
    return {(file, place) for file, place in re.findall(r'href="([^"#]*)#?([^"]*)"', page)}


def test_each_page_leads_to_every_page_of_the_folder(folder: Mapping[str, str]) -> None:
    for name, page in folder.items():
        (here,) = re.findall(r'aria-current="page">([^<]+)<', page)

        assert {file for file, _ in links(page) if file} == folder.keys() - {name}
        assert here.lower().replace(" ", "_") == name.removesuffix(".html")


def test_every_link_between_pages_has_its_target(folder: Mapping[str, str]) -> None:
    ids = {name: set(re.findall(r'\bid="([^"]+)"', page)) for name, page in folder.items()}

    crossing = {(file, place) for page in folder.values() for file, place in links(page) if file and place}

    assert len(crossing) > 10
    assert [(file, place) for file, place in crossing if place not in ids[file]] == []


def test_a_page_alone_leads_nowhere(report: Report) -> None:
    alone = rendered(chosen(("report",), ("html",)), report)["report.html"].decode()

    assert {file for file, _ in links(alone)} == {""}
    assert 'aria-label="Documents"' not in alone


def test_a_page_leads_to_what_its_folder_holds_already(report: Report) -> None:
    page = rendered(chosen(("report",), ("html",)), report, {"model_card.html", "record.json"})["report.html"].decode()

    assert {file for file, _ in links(page) if file} == {"model_card.html"}


def test_a_number_of_the_card_leads_to_its_row_in_the_report_beside_it(folder: Mapping[str, str]) -> None:
    assert ("report.html", row("performance.accuracy")) in links(folder["model_card.html"])
    assert f'id="{row("performance.accuracy")}"' not in folder["model_card.html"]


def test_a_card_alone_holds_every_row(report: Report) -> None:
    page = card_page(report)

    assert {f'id="{row(m.id)}"' for m in report.record.measurements} <= set(re.findall(r'id="[^"]+"', page))


def test_a_card_beside_the_report_is_shorter_in_every_format(report: Report) -> None:
    texts = [r for r in RENDERERS if r.name == "model_card" and r.format in {"md", "html"}]

    for renderer in texts:
        beside = renderer.render(replace(report, beside=("report.html",)))
        assert len(beside) < len(renderer.render(report))


def test_a_printed_document_stands_alone(report: Report) -> None:
    pages = chosen(("report", "model_card"), ("html",))
    printed = [replace(page, format="pdf", finish=str.encode) for page in pages]

    files = rendered((*pages, *printed), report)

    found = [links(data.decode()) for name, data in files.items() if name.endswith(".pdf")]
    assert [{file for file, _ in all_} for all_ in found] == [{""}, {""}]


def test_a_link_to_a_file_that_is_not_there_leads_nowhere() -> None:
    page = to_html("[a](report.html#x) [b](other.html#x) [c](x:y#z)", lambda path, _: path, ("report.html",))

    assert re.findall(r'href="([^"]*)"', page.html) == ["report.html#x", "#", "#"]


def test_every_check_has_a_title_and_a_question() -> None:
    names = {check.name for check in CHECKS}

    assert TITLES.keys() == names
    assert page_template("report/_words.html.j2").module.questions.keys() == names  # type: ignore[attr-defined]
    assert title("new_kind") == "New kind"


def test_a_check_is_called_by_its_title_in_card_and_contents(build: SimpleNamespace) -> None:
    record = build.record()
    changed = record.model_copy(update={"checks": (*record.checks, build.entry("ood", ()))})

    pages = rendered(chosen(("report", "model_card"), ("html",)), build.report(changed))

    assert ">Images of something else</a>" in pages["report.html"].decode()
    assert "Check: Images of something else" in pages["model_card.html"].decode()
