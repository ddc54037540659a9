"""Every page in a real browser: for everybody, at every width, on paper and in the dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from browsed import SCREENS, Open
from reports import HOSTILE, make_record, make_report, odd_report

from fmnist_governance.render.documents.report import html as report_page
from fmnist_governance.render.view import row

pytestmark = pytest.mark.browser

DOCUMENTS = (
    "report", "model_card", "coverage_matrix", "technical_documentation", "instructions_for_use", "data_sheet",
    "post_market_plan",
)  # fmt: skip
PAGES = [("sample", document) for document in DOCUMENTS] + [
    (name, document) for name in ("bare", "crowded", "odd") for document in ("report", "model_card")
]

every_page = pytest.mark.parametrize(("name", "document"), PAGES, ids=str)
schemes = pytest.mark.parametrize("scheme", ["light", "dark"])

OVERFLOW = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .filter(e => !e.closest('.scroll, .figure, .skip')).map(e => e.tagName + ' ' + e.textContent.slice(0, 40))"""

CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => v / 255)
    .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b };
  const paper = light(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll('svg.fg text')].filter(t => !t.closest('.pale, .dark, .faint')).map(t => {
    const ink = light(getComputedStyle(t).fill);
    return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05) }) }"""

SKELETON = "() => [...document.querySelectorAll('*')].map(e => e.tagName).filter(t => t != 'CODE')"


def serious(found: Any) -> list[str]:  # noqa: ANN401 - axe's own type
    return [f"{rule['id']}: {[node['html'][:120] for node in rule['nodes'][:3]]}" for rule in found["violations"]]


def test_axe_sees_what_is_wrong(browser: Any) -> None:  # noqa: ANN401 - untyped here
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page()
    page.set_content("<p style='color:#eee;background:#fff'>pale</p><img src='data:,'>")
    found = " ".join(serious(Axe().run(page).response))
    page.close()

    assert "color-contrast" in found
    assert "image-alt" in found


@every_page
@pytest.mark.parametrize(("scheme", "width"), [("light", 480), ("dark", 1280)])
def test_axe_finds_nothing(opened: Open, name: str, document: str, scheme: str, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    seen = opened(name, document, width=width, scheme=scheme, bypass_csp=True)
    seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    assert serious(Axe().run(seen.page).response) == []


@every_page
def test_a_page_says_nothing_and_asks_for_nothing(opened: Open, name: str, document: str) -> None:
    seen = opened(name, document)

    assert seen.said == []
    assert [url for url in seen.asked[1:] if not url.startswith("data:image/png;base64,")] == []


@every_page
def test_nothing_leaves_the_page_to_the_right(opened: Open, name: str, document: str) -> None:
    for width in (360, 480, 640, 1280, 2560):
        seen = opened(name, document, width=width)
        seen.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
        assert seen.page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize("document", ["report", "model_card"])
def test_no_column_is_so_narrow_that_words_break_on_a_telephone(opened: Open, document: str) -> None:
    page = opened("sample", document, width=360).page

    widths = page.eval_on_selector_all(
        ".numbers tbody th, table:not([class]) tbody th",
        "all => all.filter(c => c.textContent.length > 20 && c.checkVisibility()).map(c => c.clientWidth)",
    )
    assert min(widths) >= 100


@schemes
def test_the_words_of_a_chart_can_be_read(opened: Open, scheme: str) -> None:
    contrasts = opened("sample", scheme=scheme).page.evaluate(CONTRAST)

    assert len(contrasts) > 100
    assert min(contrasts) >= 4.5


def test_letters_of_charts_are_large_enough_on_a_telephone(opened: Open) -> None:
    seen = opened("sample", width=360)

    heights = seen.page.evaluate(
        "() => [...document.querySelectorAll('svg.fg text')].map(t => parseFloat(getComputedStyle(t).fontSize)"
        " * Math.hypot(t.getScreenCTM().a, t.getScreenCTM().b))"
    )
    assert min(heights) >= 7.2


def test_a_keyboard_reaches_content_contents_and_tables(opened: Open) -> None:
    page = opened("sample").page

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    page.locator(".contents a").first.focus()
    page.keyboard.press("Enter")
    assert page.url.endswith("#purpose")
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.evaluate("d => d.open")


def test_every_link_of_the_contents_leads_to_a_heading(opened: Open) -> None:
    page = opened("sample").page

    for target in page.eval_on_selector_all(".contents a", "links => links.map(a => a.hash.slice(1))"):
        assert page.evaluate("id => document.getElementById(id).tagName", target) in {"H2", "H3"}


def test_a_number_leads_to_its_row(opened: Open) -> None:
    page = opened("sample").page

    page.locator(".tiles a").first.click()

    assert page.url.endswith(f"#{row('performance.accuracy')}")
    assert page.evaluate("document.querySelector(':target').getBoundingClientRect().top") < 800


def test_the_documents_lead_to_each_other_and_a_number_of_the_card_to_its_row(opened: Open) -> None:
    page = opened("sample").page

    page.get_by_role("navigation", name="Documents").get_by_role("link", name="Model card").click()
    assert page.title().startswith("Model card")
    page.locator("a[title='performance.accuracy']").first.click()

    assert page.url.endswith(f"report.html#{row('performance.accuracy')}")
    assert page.locator(":target").inner_text().startswith("performance.accuracy")


def test_the_width_of_a_wide_screen_is_used_and_lines_stay_short(opened: Open) -> None:
    page = opened("sample", width=2560).page

    left, right = page.locator("main").bounding_box()["x"], page.locator("header .verdict").bounding_box()
    assert right["x"] + right["width"] - left > 1400
    assert page.eval_on_selector_all("main p, main li", "all => Math.max(...all.map(p => p.clientWidth))") < 900


def test_a_screen_reader_hears_rows_by_their_first_cell(opened: Open) -> None:
    tree = opened("sample").page.locator(".numbers").first.aria_snapshot()

    assert "- columnheader" in tree
    assert "- rowheader" in tree


@pytest.mark.parametrize("document", ["report", "model_card", "technical_documentation"])
def test_a_printed_page_is_tagged_and_shows_what_was_folded(opened: Open, document: str) -> None:
    page = opened("sample", document).page

    printed = page.pdf(format="A4", tagged=True, outline=True)
    page.emulate_media(media="print")

    assert b"/StructTreeRoot" in printed
    assert b"/Marked true" in printed
    folded = page.eval_on_selector_all("details", "all => all.map(d => d.getBoundingClientRect().height)")
    assert all(height > 40 for height in folded)


def test_a_hostile_record_gives_the_same_elements_as_a_plain_one(browser: Any) -> None:  # noqa: ANN401 - untyped here
    shapes, said = {}, []
    page = browser.new_page()
    page.on("dialog", lambda dialog: said.append(dialog.message))
    for word in ("plain", *HOSTILE):
        page.set_content(report_page(odd_report(word)))
        shapes[word] = page.evaluate(SKELETON)
    page.close()

    assert [word for word, shape in shapes.items() if shape != shapes["plain"]] == []
    assert said == []


def test_a_thousand_classes_and_a_text_of_ten_megabytes_are_shown(browser: Any) -> None:  # noqa: ANN401 - untyped here
    record = make_record(tuple(f"class {k}" for k in range(1000)))
    training = record.training.model_copy(update={"recipe": "<i>" * 3_500_000}) if record.training else None
    page = browser.new_page()

    page.set_content(report_page(make_report(record.model_copy(update={"training": training}))))

    assert page.locator("i").count() == 0
    assert page.locator(f"#{row('performance.class.class_999.recall')}").count() == 1
    page.close()


@pytest.mark.parametrize("name", ["sample", "bare"])
def test_the_markup_is_valid(written: Mapping[tuple[str, str], Path], name: str) -> None:
    import html5lib

    for (owner, document), path in written.items():
        if owner == name:
            parser = html5lib.HTMLParser()
            parser.parse(path.read_text(encoding="utf-8"))
            assert parser.errors == [], document


@pytest.mark.parametrize("width", [360, 480, 1280, 2560])
@schemes
def test_pictures_of_the_pages_are_kept(opened: Open, width: int, scheme: str) -> None:
    SCREENS.mkdir(parents=True, exist_ok=True)
    for document in ("report", "model_card", "technical_documentation"):
        page = opened("sample", document, width=width, scheme=scheme).page
        path = SCREENS / f"{document}-{width}-{scheme}.png"

        page.screenshot(path=path)

        assert re.match(rb"\x89PNG", path.read_bytes())
