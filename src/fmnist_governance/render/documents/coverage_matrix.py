"""The coverage matrix: Articles 9 to 15, 50 and 72 against what is evidenced, declared or missing."""

from __future__ import annotations

from fmnist_governance.render.filed import filed
from fmnist_governance.render.markdown import anchor
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

_TITLE = "Coverage matrix"


def markdown(report: Report) -> str:
    """Return the matrix as Markdown: a table that fits a page, and below it what each row rests on."""
    doc = filed(report, "articles", _TITLE, ("9 to 15", "72"))
    anchors = {point.id: anchor(f"{point.number} {point.title}") for point in doc.points}
    return document_template("documents/coverage_matrix.md.j2").render(doc=doc, anchors=anchors)


def html(report: Report) -> str:
    """Return the matrix as one HTML page that needs no other file."""
    return page("coverage_matrix", _TITLE, markdown(report), report)


COVERAGE_MATRIX = (Renderer("coverage_matrix", "md", markdown), Renderer("coverage_matrix", "html", html))
