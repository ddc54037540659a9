"""Every renderer, in the order of the files that a run gets."""

from __future__ import annotations

from fmnist_governance.render.documents.model_card import MODEL_CARD
from fmnist_governance.render.documents.summary import SUMMARY
from fmnist_governance.render.renderer import Renderer

RENDERERS: tuple[Renderer, ...] = (*MODEL_CARD, SUMMARY)
