"""What becomes of the answers when a place is painted black?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.attribution.regions import BACKGROUND, CORNERS, border_mask, corner_masks
from fmnist_governance.audit.subject import Examples


@dataclass(frozen=True, slots=True)
class Occluded:
    """The answers with one place painted black."""

    place: str
    flips: int
    """How many answers changed."""
    right: int
    """How many answers are right then."""


def occluded(examples: Examples, answer: Callable[[Tensor], Tensor]) -> tuple[Occluded, ...]:
    """Ask again with each corner, the border, and all that is nearly black painted black.

    This needs no explanation to be right: it changes the image and looks at the answer.

    Args:
        examples: The images with their answers.
        answer: Maps (N, C, H, W) float32 in [0, 1] to logits.

    Returns:
        The four corners, the border and the background, in this order.
    """
    images = examples.images.float() / 255
    size = images.shape[2:]
    places = dict(zip(CORNERS, corner_masks(size), strict=True)) | {"border": border_mask(size)}
    painted = {name: images.masked_fill(mask, 0.0) for name, mask in places.items()}
    painted["background"] = torch.where(images <= BACKGROUND, 0.0, images)
    found = []
    for name, changed in painted.items():
        answers = answer(changed).argmax(dim=1)
        flips, right = answers != examples.predicted, answers == examples.labels
        found.append(Occluded(name, int(flips.sum()), int(right.sum())))
    return tuple(found)
