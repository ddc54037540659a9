"""A document as one HTML page that needs no other file, runs no script and asks no network."""

from __future__ import annotations

import re
import struct
from base64 import b64encode

from markupsafe import Markup

from fmnist_governance.render import text
from fmnist_governance.render.beside import neighbours
from fmnist_governance.render.charts.catalog import CHARTS, draw
from fmnist_governance.render.charts.chart import WIDE, inlined
from fmnist_governance.render.markdown import to_html
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.templates import page_template

_PNG = b"\x89PNG\r\n\x1a\n"
_HEAD = 24
"""Bytes of a PNG file up to the end of its width and height."""
_ENLARGED = 2
"""Pixels of the page for one of a picture: images of clothes and digits are tiny."""


def page(name: str, title: str, markdown: str, report: Report) -> str:
    """Return a document as a page.

    Args:
        name: The document, such as `model_card`.
        title: For the window.
        markdown: The document.
        report: The run whose charts and pictures it shows.
    """
    body = to_html(markdown, lambda path, shows: picture(path, shows, report), report.beside)
    contents = tuple(heading for heading in body.headings if heading.level == 2)  # noqa: PLR2004 - the main sections
    first = len(body.html.partition("<h2")[0])
    head, rest = Markup(body.html[:first]), Markup(body.html[first:])  # noqa: S704 - raw HTML is off
    template = page_template("page.html.j2")
    return template.render(title=title, contents=contents, head=head, body=rest, beside=neighbours(report, name))


def picture(path: str, shows: str, report: Report) -> Markup:
    """Return a chart or a picture of the run as HTML that needs no other file.

    Args:
        path: In the run.
        shows: What it shows, for a reader who cannot see it.
        report: The run.
    """
    shows = text.visible(shows)
    for chart in CHARTS:
        if chart.path == path:
            return _drawn(draw(chart, report.record, report.read).decode(), shows)
    for stored in report.record.pictures:
        if stored.path == path:
            return _pixels(report.read(stored.path), shows)
    return Markup("<em>{} (this picture is not among the files of the run)</em>").format(shows)


def size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG file in pixels; None of another file."""
    if not data.startswith(_PNG) or len(data) < _HEAD:
        return None
    width, height = struct.unpack(">II", data[_HEAD - 8 : _HEAD])
    return width, height


def _drawn(svg: str, shows: str) -> Markup:
    scrolls = Markup(' tabindex="0" role="group" aria-label="{}"').format(shows) if _is_wide(svg) else ""
    return Markup('<span class="figure"{}>{}</span>').format(scrolls, Markup(inlined(svg)))  # noqa: S704 - drawn here


def _is_wide(svg: str) -> bool:
    """Whether a chart can be wider than a telephone, so that its box has to be reached by keyboard to be scrolled."""
    width = re.search(r' width="([\d.]+)"', svg)
    return width is None or float(width[1]) > WIDE


def _pixels(data: bytes, shows: str) -> Markup:
    sides = size(data)
    if sides is None:
        return Markup("<em>{} (the stored file is no PNG)</em>").format(shows)
    width, height = (_ENLARGED * side for side in sides)
    source = f"data:image/png;base64,{b64encode(data).decode()}"
    shape = Markup('<span class="figure"><img class="pixels" alt="{}" width="{}" height="{}" src="{}"></span>')
    return shape.format(shows, width, height, source)
