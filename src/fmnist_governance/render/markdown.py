"""Markdown to HTML that can do no harm: no raw HTML, no links that leave the folder, no pictures but the run's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from fmnist_governance.render.view import row

STATES = {
    "Measured": "measured",
    "Recorded": "measured",
    "Declared": "declared",
    "Missing": "missing",
    "Passed": "measured",
    "passed": "measured",
    "Refused": "refused",
    "failed": "refused",
    "undecided": "missing",
    "no evidence": "missing",
    "waiver expired": "refused",
    "waiver unused": "missing",
    "waiver not yet granted": "missing",
    "waiver too broad": "missing",
    "waiver unknown": "missing",
    "clause dropped": "missing",
    "clause loosened": "missing",
    "supported": "measured",
    "refuted": "refused",
    "untested": "missing",
    "evidenced": "measured",
    "declared": "declared",
    "missing": "missing",
    "not applicable": "aside",
    "Flagged": "missing",
}
"""Words that are marked on the page, and the class that marks them. Only a template can print them in bold."""

_BEFORE_PERCENT = re.compile(r"(?<=\d) (?=%)")
_FEW_COLUMNS = 2
"""As many stand side by side on any screen."""
APPENDIX = "every-measurement"
"""The heading below which each measurement has a row."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, for the table of contents."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Body:
    """A document as HTML."""

    html: str
    headings: tuple[Heading, ...]


def to_html(markdown: str, picture: Callable[[str, str], str], beside: Collection[str] = ()) -> Body:
    """Turn a document into HTML.

    Args:
        markdown: The document; markup in it that is not Markdown stays text.
        picture: Returns the HTML of a picture of the run, given its path and a text that says what it shows.
        beside: Files of the same folder that it may link to; no other link leaves the page.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    headings = tuple(_name_headings(tokens))
    _name_rows(tokens)
    _head_rows(tokens)
    for token in tokens:
        _inline(token.children or [], beside)
    renderer = _Page(parser, picture)
    return Body(renderer.render(tokens, parser.options, {}), headings)


def anchor(title: str) -> str:
    """Return the anchor of a heading, as forges make it."""
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title.lower())).strip("-")


def _name_headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    used: dict[str, int] = {}
    for opened, inner in pairwise(tokens):
        if opened.type != "heading_open":
            continue
        title = "".join(child.content for child in inner.children or ())
        name = anchor(title) or "section"
        used[name] = used.get(name, -1) + 1
        name = name if not used[name] else f"{name}-{used[name]}"
        opened.attrSet("id", name)
        yield Heading(int(opened.tag[1:]), name, title)


def _name_rows(tokens: Sequence[Token]) -> None:
    """Give each row of the appendix the id of its measurement."""
    inside = False
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            inside = token.attrGet("id") == APPENDIX
        if inside and token.type == "tr_open":
            cell = tokens[place + 2].children or []
            if len(cell) == 1 and cell[0].type == "code_inline":
                token.attrSet("id", row(cell[0].content))


def _head_rows(tokens: Sequence[Token]) -> None:
    """Make the first cell of each row the heading of that row, and let a class say which cells stand to the right."""
    for opened, cell in pairwise(tokens):
        if opened.type == "tr_open" and cell.type == "td_open":
            cell.tag = "th"
        if cell.type in {"th_open", "td_open"} and cell.attrs.pop("style", "") == "text-align:right":
            cell.attrSet("class", "r")


def _inline(tokens: Sequence[Token], beside: Collection[str]) -> None:
    for token, inner in pairwise(tokens):
        if token.type == "strong_open" and inner.content in STATES:
            token.attrSet("class", f"state {STATES[inner.content]}")
        if token.type == "link_open":
            token.attrSet("href", _target(f"{token.attrGet('href')}", token.attrGet("title"), beside))


def _target(target: str, title: str | float | None, beside: Collection[str]) -> str:
    """Return where a link may lead: to a place of this page, or of one in the same folder; a number to its row."""
    file, _, place = target.partition("#")
    if file and file not in beside:
        return "#"
    return f"{file}#{row(f'{title}') if place == APPENDIX and title else place}"


def _labels(table: Sequence[Token]) -> tuple[str, ...]:
    """Return the names of the columns of a table of texts; none of one with numbers or with two columns."""
    head = table[: next(k for k, token in enumerate(table) if token.type == "thead_close")]
    cells = [token for token in head if token.type == "th_open"]
    names = tuple(token.content for token in head if token.type == "inline")
    return names if len(names) > _FEW_COLUMNS and not any(cell.attrs for cell in cells) else ()


class _Page(RendererHTML):
    """Renders tokens; wide tables scroll by themselves, and pictures are looked up."""

    def __init__(self, parser: MarkdownIt, picture: Callable[[str, str], str]) -> None:
        super().__init__(parser)
        self._picture = picture
        self._labels: tuple[str, ...] = ()
        self._column = 0

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Return a picture of the run."""
        shows = self.renderInlineAsText(tokens[idx].children, options, env)
        return self._picture(unquote(f"{tokens[idx].attrGet('src')}"), shows)

    def text(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Return plain text, in which no line ends between a number and its per cent sign."""
        return escapeHtml(_BEFORE_PERCENT.sub("\u00a0", tokens[idx].content))

    def table_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Open a table inside a box that scrolls, by keyboard too; one of texts can stack its cells instead."""
        self._labels = _labels(tokens[idx:])
        stacks = ' class="stacks"' if self._labels else ""
        return f'<div class="scroll" tabindex="0" role="group" aria-label="table"><table{stacks}>'

    def table_close(self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Close both."""
        return "</table></div>\n"

    def tr_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Begin a row; it ends where the next one begins, as HTML allows."""
        self._column = 0
        return f"\n<tr{self.renderAttrs(tokens[idx])}>"

    def th_open(self, tokens: Sequence[Token], idx: int, _options: OptionsDict, _env: EnvType) -> str:
        """Begin a cell; it ends where the next one begins."""
        return f"<{tokens[idx].tag}{self.renderAttrs(tokens[idx])}>"

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Begin a cell of the body; one that can be stacked holds the name of its column."""
        if self._labels and self._column:
            tokens[idx].attrSet("data-label", self._labels[self._column])
        self._column += 1
        return self.th_open(tokens, idx, options, env)

    def _nothing(self, _tokens: Sequence[Token], _idx: int, _options: OptionsDict, _env: EnvType) -> str:
        return ""

    tr_close = th_close = td_close = _nothing
