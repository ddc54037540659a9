"""Does the answer fade when the pixels of a map are taken away, and come back with them?"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

STEPS = 28
SIGMA = 3.0
"""Blur, in pixels, of the image into which pixels are put back."""


def order(maps: Tensor, lot: Tensor) -> Tensor:
    """Return (N, H * W) int64, the pixels of each map from the largest to the smallest value.

    Args:
        maps: (N, H, W) float32.
        lot: (N, H * W) float32, random: in its order stand the pixels of equal value, so that where a map is flat no
            place of the image comes first.
    """
    drawn = lot.argsort(dim=1)
    ranked = maps.flatten(1).gather(1, drawn).argsort(dim=1, descending=True, stable=True)
    return drawn.gather(1, ranked)


def path(  # noqa: PLR0913 - two ends and the way between them
    answer: Callable[[Tensor], Tensor],
    first: Tensor,
    last: Tensor,
    pixels: Tensor,
    classes: Tensor,
    *,
    ends: tuple[Tensor, Tensor],
) -> Tensor:
    """Turn one image into another, a part of the pixels at a time.

    Args:
        answer: Maps (N, C, H, W) float32 in [0, 1] to (N, K) logits.
        first: (N, C, H, W) images to start from.
        last: (N, C, H, W) images to arrive at.
        pixels: (N, H * W) int64, in which order pixels change.
        classes: (N,) int64, the class that is watched.
        ends: (N,) float64 each, its probability at the two ends, known already.

    Returns:
        (N, STEPS + 1) float64, the probability of the class on the way.
    """
    rank = torch.empty_like(pixels).scatter_(1, pixels, torch.arange(pixels.shape[1]).expand_as(pixels).contiguous())
    rank = rank.view(len(first), 1, *first.shape[2:])
    found = [ends[0]]
    for step in range(1, STEPS):
        changed = torch.where(rank * STEPS < step * pixels.shape[1], last, first)
        found.append(probability(answer(changed), classes))
    return torch.stack((*found, ends[1]), dim=1)


def probability(logits: Tensor, classes: Tensor) -> Tensor:
    """Return (N,) float64, the probability of a class of each image."""
    return logits.double().softmax(dim=1).gather(1, classes[:, None])[:, 0]


def area(curves: Tensor) -> Tensor:
    """Return (N,) the area under curves over [0, 1], by trapezia, both ends included.

    References:
        Petsiuk et al. (2018), RISE: randomized input sampling for explanation of black-box models, section 4.
    """
    return torch.trapezoid(curves, dx=1 / (curves.shape[1] - 1), dim=1)


def blurred(images: Tensor) -> Tensor:
    """Return (N, C, H, W) the images under a Gaussian blur."""
    reach = round(3 * SIGMA)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / SIGMA) ** 2)
    kernel = kernel / kernel.sum()
    single = images.flatten(0, 1)[:, None]
    padded = nn.functional.pad(single, (reach, reach, reach, reach), mode="reflect")
    down = nn.functional.conv2d(padded, kernel.view(1, 1, -1, 1))
    return nn.functional.conv2d(down, kernel.view(1, 1, 1, -1)).view_as(images).clamp(0, 1)
