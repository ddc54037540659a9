from __future__ import annotations

import re

import pytest

from fmnist_governance.render.markdown import to_html
from fmnist_governance.render.view import row


def body(markdown: str) -> str:
    return to_html(markdown, lambda path, shows: f"[{path}|{shows}]").html


def test_raw_html_stays_text() -> None:
    assert "<script>" not in body("<script>alert(1)</script>\n\na <b>c</b>")


def test_a_link_cannot_leave_the_page() -> None:
    assert 'href="#"' in body("[a](http://evil.example)")
    assert "evil" not in body("[a](http://evil.example)")


def test_a_picture_is_looked_up_and_never_fetched() -> None:
    assert body("![shows](charts/a%20b.svg)") == "<p>[charts/a b.svg|shows]</p>\n"


def test_a_number_leads_to_its_row() -> None:
    html = body('[9](#every-measurement "a.b")\n\n## Every measurement\n\n| M | V |\n| - | - |\n| `a.b` | 9 |\n')

    assert f'href="#{row("a.b")}"' in html
    assert f'<tr id="{row("a.b")}">' in html


def test_headings_have_anchors_that_differ() -> None:
    found = to_html("# A b\n\n## A b\n\n## Ä: c\n", lambda path, _: path)

    assert [heading.anchor for heading in found.headings] == ["a-b", "a-b-1", "ä-c"]


def test_the_first_cell_of_each_row_heads_it() -> None:
    html = body("| A | B |\n| - | -: |\n| a | b |\n| c | d |\n")

    assert "<tr><th>A" in html
    assert html.count('<tr><th>a<td class="r">b') == html.count('<tr><th>c<td class="r">d') == 1


def test_a_word_of_state_is_marked_and_other_bold_words_are_not() -> None:
    html = body("**Missing**: x. **Wonderful**.")

    assert '<strong class="state missing">Missing</strong>' in html
    assert "<strong>Wonderful</strong>" in html


TABLE = "| {} | B | C |\n| --- | --- | {} |\n| one | two | three |\n"


def test_a_table_of_texts_can_be_stacked_and_names_each_cell() -> None:
    found = body(TABLE.format('A"', "---"))

    assert '<table class="stacks">' in found
    assert re.findall(r'data-label="([^"]*)"', found) == ["B", "C"]


@pytest.mark.parametrize("table", [TABLE.format("A", "---:"), "| A | B |\n| --- | --- |\n| one | two |\n"])
def test_a_table_with_numbers_or_two_columns_stays_one(table: str) -> None:
    found = body(table)

    assert "stacks" not in found
    assert "data-label" not in found


def test_the_labels_of_one_table_do_not_reach_the_next() -> None:
    found = body(TABLE.format("A", "---") + "\ntext\n\n" + TABLE.format("A", "---:"))

    assert found.count("data-label") == 2


def test_no_line_ends_before_a_per_cent_sign() -> None:
    assert body("93.72 % of 5 % and <b>") == "<p>93.72\u00a0% of 5\u00a0% and &lt;b&gt;</p>\n"
