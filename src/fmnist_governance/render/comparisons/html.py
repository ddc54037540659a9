"""A comparison as one HTML page that needs no other file."""

from __future__ import annotations

from html import escape

from markupsafe import Markup

from fmnist_governance.evidence.comparison import Comparison
from fmnist_governance.render.comparisons import markdown
from fmnist_governance.render.markdown import to_html
from fmnist_governance.render.templates import page_template

_TITLE = "Comparison of two audits"


def render(comparison: Comparison) -> str:
    """Return the Markdown view as a page without script, raw HTML or pictures."""
    body = to_html(markdown.render(comparison), lambda _path, shows: f"<em>{escape(shows)}</em>")
    contents = tuple(heading for heading in body.headings if heading.level == 2)  # noqa: PLR2004 - the main sections
    template = page_template("page.html.j2")
    return template.render(title=_TITLE, contents=contents, body=Markup(body.html))  # noqa: S704 - raw HTML is off
