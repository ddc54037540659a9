"""The data sheet: what is known of the data, in the sections of Gebru et al. (2021)."""

from __future__ import annotations

from fmnist_governance.render.filed import filed
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

_TITLE = "Data sheet"
_ASKED_BY = ("10(2)", "Annex IV 2(d)")


def markdown(report: Report) -> str:
    """Return the document as Markdown."""
    doc = filed(report, "data_sheet", _TITLE, _ASKED_BY)
    return document_template("documents/data_sheet.md.j2").render(doc=doc)


def html(report: Report) -> str:
    """Return the document as one HTML page that needs no other file."""
    return page("data_sheet", _TITLE, markdown(report), report)


DATA_SHEET = (Renderer("data_sheet", "md", markdown), Renderer("data_sheet", "html", html))
