"""Does an explanation stay when the image hardly changes and the answer stays?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist_governance.audit.attribution.grad_cam import Explain
from fmnist_governance.audit.attribution.likeness import change, correlation, ranked
from fmnist_governance.audit.subject import Examples, Subject

NOISE = 0.02
"""Standard deviation of the noise, for pixels in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How much the maps of images under slight noise differ from those without; NaN where no draw can tell."""

    likeness: Tensor
    """(N,) float64 in [-1, 1], mean rank correlation."""
    largest: Tensor
    """(N,) float64, largest relative change."""


def stability(subject: Subject, network: nn.Module, examples: Examples, explain: Explain, draws: int) -> Stability:
    """Compare the maps of the predicted class under noise with those without.

    Args:
        subject: Draws the noise.
        network: Evaluation mode.
        examples: In index order.
        explain: What makes the maps.
        draws: How many draws of noise; one counts for an image where its answer stays.
    """
    images = examples.images.float() / 255
    classes, shape = examples.predicted, images.shape[1:]
    before = explain(network, images.to(subject.device), classes)
    ranks = ranked(before)
    likeness, changes = [], []
    for draw in range(draws):
        noise = subject.draw(
            ("explanation", "stability", draw), examples.index, lambda n, g: torch.randn(n, *shape, generator=g)
        )
        moved = (images + NOISE * noise).clamp(0, 1)
        same = subject.answer(moved).argmax(dim=1) == classes
        after = explain(network, moved.to(subject.device), classes)
        likeness.append(torch.where(same, correlation(ranks, ranked(after)), torch.nan))
        changes.append(torch.where(same, change(before, after), torch.nan))
    sizes = torch.stack(changes)
    largest = sizes.nan_to_num(-torch.inf).amax(dim=0)
    return Stability(torch.stack(likeness).nanmean(dim=0), largest.where(largest > -torch.inf, torch.nan))
