from __future__ import annotations

import sys
from types import ModuleType

import pytest
from reports import make_report

from fmnist_governance.errors import ConfigError
from fmnist_governance.pipeline.documenting import chosen, rendered
from fmnist_governance.render.catalog import PRINTED, RENDERERS
from fmnist_governance.render.documents.report import html
from fmnist_governance.render.pdf import _for_print, printed


def test_without_the_extra_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(ConfigError, match=r"^--format pdf: WeasyPrint is needed.*\[pdf\]'$"):
        printed("<p>x</p>")


def test_pdf_is_made_only_where_it_is_asked_for() -> None:
    assert chosen((), ()) == RENDERERS
    assert chosen((), ("pdf",)) == PRINTED
    assert [renderer.filename for renderer in chosen(("report",), ("pdf", "html"))] == ["report.html", "report.pdf"]


def test_what_is_printed_is_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, object] = {}

    class Html:
        def __init__(self, **options: object) -> None:
            given.update(options)

        def write_pdf(self, **options: object) -> bytes:
            given.update(options)
            return b"%PDF"

    class Fetcher:
        def __init__(self, allowed_protocols: list[str]) -> None:
            given["allowed"] = allowed_protocols

    library, urls = ModuleType("weasyprint"), ModuleType("weasyprint.urls")
    monkeypatch.setattr(library, "HTML", Html, raising=False)
    monkeypatch.setattr(urls, "URLFetcher", Fetcher, raising=False)
    monkeypatch.setitem(sys.modules, "weasyprint", library)
    monkeypatch.setitem(sys.modules, "weasyprint.urls", urls)
    report = make_report()

    files = rendered(chosen(("report",), ("pdf",)), report)

    assert files == {"report.pdf": b"%PDF"}
    assert given["string"] == _for_print(html(report))
    assert given["allowed"] == ["data"]
    assert given["pdf_variant"] == "pdf/ua-1"


def test_a_printed_chart_has_its_own_style_and_no_variables() -> None:
    page = _for_print(html(make_report()))

    charts = page.split('class="fg"')[1:]
    assert charts
    assert all("<style>" in chart.partition("</svg>")[0] for chart in charts)
    assert "var(--right)" not in page.partition("<body>")[2]
