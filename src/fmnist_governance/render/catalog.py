"""Every renderer, in the order of the files that a run gets."""

from __future__ import annotations

from fmnist_governance.render.documents.coverage_matrix import COVERAGE_MATRIX
from fmnist_governance.render.documents.data_sheet import DATA_SHEET
from fmnist_governance.render.documents.declaration_of_conformity import DECLARATION_OF_CONFORMITY
from fmnist_governance.render.documents.instructions_for_use import INSTRUCTIONS_FOR_USE
from fmnist_governance.render.documents.model_card import MODEL_CARD
from fmnist_governance.render.documents.post_market_plan import POST_MARKET_PLAN
from fmnist_governance.render.documents.report import REPORT
from fmnist_governance.render.documents.summary import SUMMARY
from fmnist_governance.render.documents.technical_documentation import TECHNICAL_DOCUMENTATION
from fmnist_governance.render.pdf import printed
from fmnist_governance.render.renderer import Renderer

RENDERERS: tuple[Renderer, ...] = (
    *REPORT,
    *MODEL_CARD,
    SUMMARY,
    *COVERAGE_MATRIX,
    *TECHNICAL_DOCUMENTATION,
    *INSTRUCTIONS_FOR_USE,
    *DATA_SHEET,
    *DECLARATION_OF_CONFORMITY,
    *POST_MARKET_PLAN,
)

PRINTED: tuple[Renderer, ...] = tuple(
    Renderer(page.name, "pdf", page.render, page.offered, printed) for page in RENDERERS if page.format == "html"
)
"""Pages as PDF: made only where they are asked for, because they need an extra."""
