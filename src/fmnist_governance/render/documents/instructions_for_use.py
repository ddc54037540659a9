"""Instructions for use: every point of Article 13(3)."""

from __future__ import annotations

from fmnist_governance.render.filed import filed
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

_TITLE = "Instructions for use"


def markdown(report: Report) -> str:
    """Return the document as Markdown."""
    doc = filed(report, "instructions", _TITLE, ("13(2)",))
    return document_template("documents/instructions_for_use.md.j2").render(doc=doc)


def html(report: Report) -> str:
    """Return the document as one HTML page that needs no other file."""
    return page("instructions_for_use", _TITLE, markdown(report), report)


INSTRUCTIONS_FOR_USE = (
    Renderer("instructions_for_use", "md", markdown),
    Renderer("instructions_for_use", "html", html),
)
