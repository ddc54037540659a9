"""The contract of a chart. Read this before adding one: a chart is one file and one catalog line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import escape

from fmnist_governance.errors import EvidenceError
from fmnist_governance.render import text
from fmnist_governance.render.tables import StoredTable

RIGHT, WRONG = "#1f5fa8", "#b3530a"
"""Blue and orange differ for every common kind of colour blindness, and in brightness when printed in grey."""

WIDE = 440.0
"""Pixels that fit a telephone at three quarters of their size; the parts of a chart are stacked to stay within."""
_LEAST, _MOST = 0.75, 1.18
"""How far a chart shrinks and grows with the page: its letters stay between 9 and 14 pixels."""

STYLE = (
    f"svg.fg{{--ink:#1b2430;--soft:#5b6675;--line:#c9d0d9;--right:{RIGHT};"
    "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',sans-serif}"
    "@media (prefers-color-scheme:dark){svg.fg{--ink:#e7ebf0;--soft:#a3adba;--line:#46505e;--right:#6fa8e8}}"
    f"@media print{{svg.fg{{--ink:#000;--soft:#333;--line:#999;--right:{RIGHT}}}}}"
    "svg.fg text{fill:var(--ink);font-size:12px}svg.fg text.soft{fill:var(--soft)}svg.fg .small text{font-size:9px}"
    "svg.fg .tight,svg.fg .tight text{font-size:10px}"
    "svg.fg .line{stroke:var(--line);fill:none}svg.fg .right{stroke:var(--right);fill:var(--right)}"
    "svg.fg .pale text{fill:#fff}svg.fg .dark text{fill:#111}svg.fg .faint text{fill:#5b6675}"
    "svg.fg .end{text-anchor:end}svg.fg .mid{text-anchor:middle}"
    "svg.fg .whole{fill:none;stroke:var(--right);stroke-width:2}"
    f"svg.fg .dashed{{fill:none;stroke:{WRONG};stroke-width:1.5;stroke-dasharray:6 4}}"
    "svg.fg .dotted{fill:none;stroke:var(--soft);stroke-width:1.5;stroke-dasharray:1.5 3.5;stroke-linecap:round}"
    "svg.fg .band{fill:var(--right);fill-opacity:.2}svg.fg .bar{fill:var(--line);fill-opacity:.55}"
    "svg.fg .held{fill:none;stroke:var(--right);stroke-width:1.5}"
    "svg.fg .dots{fill:none;stroke:var(--right);stroke-width:4.5;stroke-linecap:round}"
    f"svg.fg .blue{{fill:var(--right)}}svg.fg .orange{{fill:{WRONG}}}svg.fg .grey{{fill:var(--soft)}}"
    "svg.fg .hollow{fill:none;stroke:var(--ink);stroke-width:1.4}"
    f"svg.fg .ring{{fill:none;stroke:{WRONG};stroke-width:1.5}}"
    "svg.fg .zero{fill:none;stroke:var(--soft);stroke-width:1.5}"
)
"""The style of every chart; a page that shows several holds it once."""

_STYLED = f"<style>{STYLE}</style>"


class NothingToDrawError(EvidenceError):
    """A table is what it should be, and holds nothing that could be shown."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of one stored table."""

    name: str
    """Its file is `charts/NAME.svg`."""
    table: str
    """The id of the table that it is drawn from."""
    caption: str
    alternative: str
    """What it shows, for a reader who cannot see it."""
    draw: Callable[[StoredTable, str], str]
    """Return the SVG of a table, with a text that names it. The same table always gives the same text."""
    shows_all: bool
    """Whether every value of the table is on the page elsewhere, so that the table need not be printed too."""
    is_curve: bool = False
    """Whether the rows are points of a curve, which a part of them tells too."""

    @property
    def path(self) -> str:
        """Its path in the run."""
        return f"charts/{self.name}.svg"


def svg(width: float, height: float, label: str, parts: Iterable[str], above: float = 0) -> str:
    """Return a whole picture; it scales with the page and names no font or file from elsewhere.

    Args:
        width: In pixels.
        height: In pixels, from 0 downwards.
        label: What the picture is, for a reader who cannot see it.
        parts: Its elements.
        above: Pixels that the parts need above 0.
    """
    named, whole = escape(text.visible(label), quote=True), height + above
    box = f'viewBox="0 {number(0 - above)} {number(width)} {number(whole)}"'
    size = f'width="{number(width)}" height="{number(whole)}"'
    ends = f'style="min-width:{width * _LEAST:.0f}px;max-width:{width * _MOST:.0f}px"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" class="fg" {box} {size} {ends} role="img" aria-label="{named}">'
    return f"{head}{_STYLED}{''.join(parts)}</svg>"


def inlined(drawn: str) -> str:
    """Return a picture for a page that holds the style of all pictures once."""
    return drawn.replace(_STYLED, "", 1)


def words(x: float, y: float, value: str, kind: str = "", turn: float | None = None) -> str:
    """Return a text at a place; `kind` names its classes, `turn` is in degrees."""
    turned = "" if turn is None else f' transform="rotate({number(turn)} {number(x)} {number(y)})"'
    named = f' class="{kind}"' if kind else ""
    return f'<text x="{number(x)}" y="{number(y)}"{named}{turned}>{escape(text.visible(value), quote=True)}</text>'


def number(value: float) -> str:
    """Return a length with at most one decimal place."""
    return f"{value:.1f}".removesuffix(".0")


def short(name: str, longest: int = 28) -> str:
    """Return a name that fits beside a chart."""
    line = text.visible(name)
    return line if len(line) <= longest else line[: longest - 1] + "\u2026"


def rules(places: Iterable[tuple[float, float, float]], *, upright: bool, kind: str = "line") -> str:
    """Return straight lines as one path, which takes a third of the bytes of a line each.

    Args:
        places: Of each line its place across its direction, where it starts and where it ends, in pixels.
        upright: Whether the lines stand; else they lie.
        kind: Names the class of their look.
    """
    pieces = (
        f"M{number(at)} {number(start)}V{number(end)}" if upright else f"M{number(start)} {number(at)}H{number(end)}"
        for at, start, end in places
    )
    return f'<path class="{kind}" d="{"".join(pieces)}"/>'


def breadth(names: Iterable[str], share: float = 1.0) -> float:
    """Return about how wide the widest of some short names is, or a share of that, with a margin, in pixels."""
    return max((sum(map(_letter, short(name))) for name in names), default=0.0) * share + 12


def _letter(letter: str) -> float:
    """Return how wide a letter of 12 pixels is at most in the usual fonts, in pixels."""
    if unicodedata.east_asian_width(letter) in {"W", "F"} or letter in "mwMW@%\u2026":
        return 12.0
    return 5.0 if letter in " fijlrt.,:;|!'()[]/-" else 7.8
