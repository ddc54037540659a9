"""The card on one screen: the note of the run and the description of the model version in MLflow."""

from __future__ import annotations

from fmnist_governance.render.documents.model_card import card
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

LONGEST = 5000
"""Characters that MLflow keeps of a description."""

_CUT = "\n\nCut here; the model card has the rest.\n"


def markdown(report: Report) -> str:
    """Return verdict, first numbers, gaps and digests as Markdown without pictures, at most 5,000 characters."""
    whole = document_template("documents/summary.md.j2").render(card=card(report))
    if len(whole) <= LONGEST:
        return whole
    kept = whole[: LONGEST - len(_CUT)]
    return kept[: kept.rindex("\n")] + _CUT


SUMMARY = Renderer("summary", "md", markdown)
