"""A document as one HTML page that needs no other file, runs no script and asks no network."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from markupsafe import Markup

from fmnist_governance.evidence.record import PictureFile
from fmnist_governance.render.charts.catalog import CHARTS, draw
from fmnist_governance.render.markdown import to_html
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.templates import page_template

_PNG = b"\x89PNG\r\n\x1a\n"


def page(title: str, markdown: str, report: Report) -> str:
    """Return a document as a page.

    Args:
        title: For the window.
        markdown: The document.
        report: The run whose charts and pictures it shows.
    """
    body = to_html(markdown, lambda path, shows: _picture(path, shows, report))
    contents = tuple(heading for heading in body.headings if heading.level == 2)  # noqa: PLR2004 - the main sections
    template = page_template("page.html.j2")
    return template.render(title=title, contents=contents, body=Markup(body.html))  # noqa: S704 - raw HTML is off


def _picture(path: str, shows: str, report: Report) -> str:
    for chart in CHARTS:
        if chart.path == path:
            return f'<span class="figure">{draw(chart, report.record, report.read).decode()}</span>'
    for picture in report.record.pictures:
        if picture.path == path:
            return _inlined(picture, shows, report)
    return f"<em>{escape(shows)} (this picture is not among the files of the run)</em>"


def _inlined(picture: PictureFile, shows: str, report: Report) -> str:
    data = report.read(picture.path)
    if not data.startswith(_PNG):
        return f"<em>{escape(shows)} (the stored file is no PNG)</em>"
    source = f"data:image/png;base64,{b64encode(data).decode()}"
    return f'<span class="figure"><img class="pixels" alt="{escape(shows, quote=True)}" src="{source}"></span>'
