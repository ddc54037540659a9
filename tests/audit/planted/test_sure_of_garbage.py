"""A model that is sure of what is no garment at all must be caught, whatever it makes of garments."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.ood import OOD, OodParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement

PARAMS = OodParams(images=300)
# Each bound lies beyond the interval of the clean network.
SURE = 0.4
"""Share of noise, of blanks and of digits that is answered with confidence; of the clean one at most 0.24."""
TOLD_APART = 0.6
"""How often a garment scores above noise; the clean one reaches down to 0.85."""
Audited = Callable[[nn.Module], Subject]


class Excited(nn.Module):
    """A network whose logits grow with the contrast between neighbours, as in noise and in no garment."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        roughness = (images[..., 1:] - images[..., :-1]).abs().mean(dim=(1, 2, 3))
        found: Tensor = self.network(images) * (1 + 200 * (roughness - 0.25).clamp(min=0))[:, None]
        return found


class SureOfNothing(nn.Module):
    """A network that calls whatever is blank a dress, for sure."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        blank = images.std(dim=(1, 2, 3)) < 0.02
        dress = nn.functional.one_hot(torch.tensor(3), 10)
        found: Tensor = self.network(images) + 25 * blank[:, None] * dress
        return found


class Loud(nn.Module):
    """A network whose logits are six times as large as those it learned."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = 6 * self.network(images)
        return found


def measured(result: CheckResult, id_: str) -> Measurement:
    return next(m for m in result.measurements if m.id == id_)


def ends(result: CheckResult, id_: str) -> tuple[float, float]:
    interval = measured(result, id_).interval
    assert interval is not None
    return interval.low, interval.high


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Audited) -> CheckResult:
    return OOD.measure(audited(trained), PARAMS)


def test_the_clean_twin_stays_on_the_good_side(clean: CheckResult) -> None:
    for name in ("uniform_noise", "gaussian_noise", "constant", "digits"):
        assert ends(clean, f"ood.{name}.confident_rate")[1] < SURE
    assert ends(clean, "ood.uniform_noise.msp.auroc")[0] > TOLD_APART
    assert ends(clean, "ood.uniform_noise.energy.auroc")[0] > TOLD_APART


def test_logits_that_grow_on_noise_are_caught(trained: nn.Module, audited: Audited) -> None:
    planted = audited(Excited(trained))
    found = OOD.measure(planted, PARAMS)

    assert float((planted.test.predicted == audited(trained).test.predicted).float().mean()) == 1.0
    assert ends(found, "ood.uniform_noise.confident_rate")[0] > SURE
    assert ends(found, "ood.uniform_noise.msp.auroc")[1] < TOLD_APART
    assert ends(found, "ood.uniform_noise.energy.auroc")[1] < TOLD_APART


def test_a_sure_answer_to_blank_images_is_caught_and_its_class_named(trained: nn.Module, audited: Audited) -> None:
    found = OOD.measure(audited(SureOfNothing(trained)), PARAMS)

    assert ends(found, "ood.constant.confident_rate")[0] > SURE
    assert "taken for Dress" in measured(found, "ood.constant.absorbed_rate").title
    assert ends(found, "ood.constant.max_logit.auroc")[1] < TOLD_APART


def test_a_model_that_is_sure_of_everything_is_caught(trained: nn.Module, audited: Audited) -> None:
    found = OOD.measure(audited(Loud(trained)), PARAMS)

    for name in ("gaussian_noise", "constant", "digits"):
        assert ends(found, f"ood.{name}.confident_rate")[0] > SURE
