from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
from reports import HOSTILE, bare_report, odd_report

from fmnist_governance.render.catalog import RENDERERS
from fmnist_governance.render.charts.catalog import CHARTS
from fmnist_governance.render.renderer import Renderer

every = pytest.mark.parametrize("renderer", RENDERERS, ids=lambda renderer: renderer.filename)
pages = pytest.mark.parametrize("renderer", [r for r in RENDERERS if r.format == "html"], ids=lambda r: r.filename)


class Skeleton(HTMLParser):
    """The elements of a page, with their attributes but for values that hold text."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, *sorted(name for name, _ in attrs)))


def skeleton(page: str) -> list[tuple[str, ...]]:
    """Return what text must not change: all but how a short text is marked, and whether a chart's box scrolls."""
    found = [element for element in Skeleton(page).elements if element[0] != "code"]
    box = {"tabindex", "role", "aria-label"}
    return [tuple(name for name in element if name not in box) for element in found]


@every
def test_the_same_report_gives_the_same_text(renderer: Renderer, build: SimpleNamespace) -> None:
    assert renderer.render(build.report()) == renderer.render(build.report())
    assert renderer.render(bare_report()) == renderer.render(bare_report())


@every
def test_a_report_without_anything_renders_and_says_so(renderer: Renderer) -> None:
    assert "missing" in renderer.render(bare_report()).lower()


@every
@pytest.mark.parametrize("classes", [("a", "b"), tuple(f"class {k} " + "n" * 60 for k in range(100))], ids=["2", "100"])
def test_any_number_of_classes_can_be_shown(
    renderer: Renderer, build: SimpleNamespace, classes: tuple[str, ...]
) -> None:
    assert renderer.render(build.report(build.record(classes)))


@every
def test_digests_of_run_model_data_and_seal_are_on_each_document(renderer: Renderer, build: SimpleNamespace) -> None:
    report = build.report()

    text = renderer.render(report)

    assert all(
        word in text for word in (report.seal, report.run, report.record.subject.digest, report.record.dataset.digest)
    )


@pages
@pytest.mark.parametrize("word", HOSTILE)
def test_hostile_text_leaves_a_page_its_elements(renderer: Renderer, word: str) -> None:
    assert skeleton(renderer.render(odd_report(word))) == skeleton(renderer.render(odd_report("plain")))


@every
@pytest.mark.parametrize("word", ["\u202ex", "\x1b[31mx", "\x00x", "\u2066x"])
def test_no_document_holds_an_unseen_character(renderer: Renderer, word: str) -> None:
    if renderer.format == "json":
        assert json.loads(renderer.render(odd_report(word)))["name"]
    else:
        assert not set(renderer.render(odd_report(word))) & set("\u202e\x1b\x00\u2066")


@pages
def test_a_page_asks_no_network_and_runs_nothing(renderer: Renderer) -> None:
    page = renderer.render(odd_report("http://evil.example/x"))

    sources = re.findall(r"""\s(?:src|href|action|xlink:href|srcset|data)\s*=\s*["']?([^"'\s>]+)""", page)
    assert sources
    assert "url(" not in page
    assert all(source.startswith(("#", "data:image/png;base64,")) for source in sources)
    assert "<script" not in page
    assert "default-src 'none'" in page


@pages
def test_every_link_of_a_page_has_its_target(renderer: Renderer, build: SimpleNamespace) -> None:
    page = renderer.render(build.report())

    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


@pages
def test_elements_of_a_page_are_closed_in_order(renderer: Renderer, build: SimpleNamespace) -> None:
    class Balance(HTMLParser):
        stack: list[str]

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as called
            if tag in {"td", "th", "tr"}:
                self.leave({"td", "th"} if tag != "tr" else {"td", "th", "tr"})
            if tag not in {"meta", "img", "rect", "line", "circle", "br", "hr"}:
                self.stack.append(tag)

        def leave(self, tags: set[str]) -> None:
            """Close what HTML closes by itself: a cell before a cell, cells and rows before a row."""
            while self.stack[-1] in tags:
                self.stack.pop()

        def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            pass

        def handle_endtag(self, tag: str) -> None:
            if tag in {"thead", "tbody", "table"}:
                self.leave({"td", "th", "tr"})
            assert self.stack.pop() == tag

    balance = Balance()
    balance.stack = []

    balance.feed(renderer.render(build.report()))

    assert balance.stack == []


def test_rendering_needs_no_tensor_library() -> None:
    script = (
        "import sys, fmnist_governance.render.catalog\n"
        "print([m for m in ('torch', 'numpy', 'mlflow', 'matplotlib', 'scipy') if m in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_names_of_files_and_charts_are_unique() -> None:
    assert len({renderer.filename for renderer in RENDERERS}) == len(RENDERERS)
    assert len({chart.path for chart in CHARTS}) == len(CHARTS)
