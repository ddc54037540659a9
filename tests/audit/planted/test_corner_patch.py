"""A network that reads a mark in the corner instead of the garment must be caught by where it looks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.answering import Images, own_subject
from fmnist_governance.audit.attribution.settings import ExplanationParams
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.explanation import EXPLANATION
from fmnist_governance.audit.subject import Subject
from fmnist_governance.data.dataset import Dataset

PARAMS = ExplanationParams(
    n=300, occlusion_n=300, deletion_n=40, randomisation_n=20, randomisation_draws=1, stability_n=20, stability_draws=1
)
Fitted = Callable[[Tensor, Tensor], nn.Module]


def marked(images: Tensor, labels: Tensor) -> Tensor:
    """Print a pattern of 7 x 7 pixels that belongs to each label into the lower right corner."""
    patterns = torch.rand(10, 1, 7, 7, generator=torch.Generator().manual_seed(1)) > 0.5
    found = images.clone()
    found[:, :, 21:, 21:] = patterns[labels].to(torch.uint8) * 255
    return found


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Callable[[nn.Module], Subject]) -> CheckResult:
    return EXPLANATION.measure(audited(trained), PARAMS)


@pytest.fixture(scope="module")
def planted(sample_data: Dataset, fit: Fitted) -> CheckResult:
    train, test = (
        (marked(torch.from_numpy(split.images), torch.from_numpy(split.labels)), torch.from_numpy(split.labels))
        for split in (sample_data.splits["train"], sample_data.splits["test"])
    )
    network = fit(*train)
    subject = own_subject(
        network,
        sample_data.classes,
        {"test": Images(test[0].numpy(), test[1].numpy(), torch.arange(len(test[1])).numpy())},
        seed=0,
        device=torch.device("cpu"),
        memory_format=torch.channels_last,
    )
    assert float(subject.test.correct.float().mean()) > 0.97, "better than any honest model of this size"
    return EXPLANATION.measure(subject, PARAMS)


def values(result: CheckResult) -> dict[str, float]:
    return {m.id.removeprefix("explanation."): m.value for m in result.measurements}


def test_the_maps_lie_in_the_corner(clean: CheckResult, planted: CheckResult) -> None:
    assert values(planted)["corner_share"] > 0.2
    assert values(clean)["corner_share"] < 0.12


def test_without_the_mark_the_answers_change_and_accuracy_is_gone(clean: CheckResult, planted: CheckResult) -> None:
    assert values(planted)["occlusion.corner_flips"] > 0.4
    assert values(planted)["occlusion.corner_accuracy"] < 0.6
    assert values(clean)["occlusion.corner_flips"] < 0.12
    assert values(clean)["occlusion.corner_accuracy"] > 0.7


def test_the_corner_is_named(planted: CheckResult) -> None:
    titles = {m.id: m.title for m in planted.measurements}

    assert "lower right" in titles["explanation.corner_share"]
    assert "lower right" in titles["explanation.occlusion.corner_flips"]


class BlackOnly(nn.Module):
    """Adds what it reads in nearly black pixels, invisible to the eye, to a network's answer."""

    GRAD_CAM_LAYER = "network.last"

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        faint = ((images > 0) & (images < 0.04)).float().mean(dim=(2, 3))
        found: Tensor = self.network(images) + nn.functional.pad(faint * 1000, (0, 9))
        return found


def test_a_mark_too_faint_to_see_is_found_by_painting_the_background_black(
    clean: CheckResult, trained: nn.Module, audited: Callable[[nn.Module], Subject]
) -> None:
    honest = audited(trained)
    images = honest.test.images.clone()
    images[::2, :, 0, :] = 3
    faint = own_subject(
        BlackOnly(trained).eval(),
        honest.classes,
        {"test": Images(images.numpy(), honest.test.labels.numpy(), honest.test.index.numpy())},
        seed=0,
        device=torch.device("cpu"),
        memory_format=torch.channels_last,
    )

    result = EXPLANATION.measure(faint, PARAMS)

    assert values(result)["occlusion.background_flips"] > 0.3
    assert values(clean)["occlusion.background_flips"] < 0.05
