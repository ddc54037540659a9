from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from fmnist_governance.render.text import LONGEST, code, escaped, literal, path, verbatim, visible

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a | b | c", "a\n\n# heading\n- item",
    "`code` ``two``",
    "```\nfence\n```", "[link](javascript:alert(1))", "![picture](http://evil.example/p.png)", "http://evil.example",
    "www.evil.example", "<http://evil.example>", "**Measured**", "__Declared__ *by* _nobody_", "&lt;b&gt; &#60;",
    "\u202eright to left\u202c", "\u2066isolate\u2069", "\x1b[31mred\x1b[0m", "\x00\x07", "tail\\", "~~struck~~",
    "# heading", "1. item", "- item", "> quote", "===", "---", "{{ 7 * 7 }}{% raw %}", "a\u2028b", "]]>", "--><b>",
    'x" onload="y', "' OR 1=1", "\ud800", "$x$", "|", "\t\tindented", "[^1]", "| --- |",
)  # fmt: skip


def inert(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(f"{markdown}\n")
    return [child.type for token in tokens for child in (token, *(token.children or []))]


@pytest.mark.parametrize("text", HOSTILE)
def test_escaped_text_is_one_plain_paragraph(text: str) -> None:
    kinds = inert(escaped(text))

    assert set(kinds) <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}


@given(st.text(alphabet="\\`*_[]<>&|~$!#+-=>:()1. \nahtp/w\u202e", max_size=40))
def test_no_mixture_of_special_characters_becomes_markup(text: str) -> None:
    kinds = inert(escaped(text))

    assert set(kinds) <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}


@pytest.mark.parametrize("text", HOSTILE)
def test_a_cell_stays_one_cell(text: str) -> None:
    tokens = (
        MarkdownIt("commonmark").enable("table").parse(f"| a | b |\n| - | - |\n| {escaped(text)} | {code(text)} |\n")
    )

    assert [token.type for token in tokens].count("td_open") == 2
    assert [token.type for token in tokens].count("tr_open") == 2


def test_escaped_text_reads_as_it_was_written() -> None:
    text = "a*b_c [d] <e> & f|g `h` ~i~ $j"

    assert MarkdownIt("commonmark").render(escaped(text)) == ("<p>a*b_c [d] &lt;e&gt; &amp; f|g `h` ~i~ $j</p>\n")


def test_characters_that_cannot_be_seen_are_shown_as_replaced() -> None:
    assert visible("a\u202eb\x1b[31mc\x00") == "a\ufffdb\ufffd[31mc\ufffd"


def test_scripts_that_need_joiners_keep_them() -> None:
    assert visible("می‌خواهم") == "می‌خواهم"


def test_a_text_without_end_is_cut_and_says_so() -> None:
    shown = visible("a" * 10_000_000)

    assert len(shown) < LONGEST + 50
    assert "cut" in shown


def test_a_literal_in_a_snippet_is_one_python_string() -> None:
    uri = 'models:/a"); import os #\n'

    assert eval(literal(uri)) == 'models:/a"); import os #'  # noqa: S307 - what a reader would run


def test_a_line_of_a_code_block_cannot_close_it() -> None:
    assert not verbatim("```\nout").startswith("`")


def test_the_path_of_a_picture_cannot_leave_its_brackets() -> None:
    assert path('a b)(<">.png') == "a%20b%29%28%3C%22%3E.png"
