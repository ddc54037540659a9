"""The plan for monitoring after the market (Article 72)."""

from __future__ import annotations

from fmnist_governance.render.filed import filed
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

_TITLE = "Post-market monitoring plan"


def markdown(report: Report) -> str:
    """Return the document as Markdown."""
    doc = filed(report, "monitoring_plan", _TITLE, ("72(3)",))
    return document_template("documents/post_market_plan.md.j2").render(doc=doc)


def html(report: Report) -> str:
    """Return the document as one HTML page that needs no other file."""
    return page("post_market_plan", _TITLE, markdown(report), report)


POST_MARKET_PLAN = (Renderer("post_market_plan", "md", markdown), Renderer("post_market_plan", "html", html))
