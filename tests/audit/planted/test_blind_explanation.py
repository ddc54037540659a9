"""An explanation that ignores the weights looks reasonable; forgetting the weights must show it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.attribution.settings import ExplanationParams
from fmnist_governance.audit.explanation import EXPLANATION
from fmnist_governance.audit.subject import Subject

PARAMS = ExplanationParams(
    n=50, occlusion_n=50, deletion_n=20, randomisation_n=60, randomisation_draws=5, stability_n=20, stability_draws=2
)


class Shows(nn.Module):
    """Hands its layer for Grad-CAM something that does not depend on what was learned: the image itself."""

    GRAD_CAM_LAYER = "shown"

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network, self.shown = network, nn.Identity()

    def forward(self, images: Tensor) -> Tensor:
        shown = self.shown(images)
        found: Tensor = self.network(images) + (shown - shown.detach()).sum(dim=(1, 2, 3))[:, None]
        return found


def likeness(subject: Subject) -> float:
    result = EXPLANATION.measure(subject, PARAMS)
    return next(m.value for m in result.measurements if m.id == "explanation.randomisation.spearman")


def test_maps_of_the_image_itself_stay_when_everything_is_forgotten(
    trained: nn.Module, audited: Callable[[nn.Module], Subject]
) -> None:
    torch.manual_seed(0)

    planted, clean = likeness(audited(Shows(trained))), likeness(audited(trained))

    assert planted == pytest.approx(1.0)
    assert clean < 0.5
