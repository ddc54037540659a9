"""An attack that needs no gradient: squares of one value at random places, kept where they help."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from fmnist_governance.audit.answering import BATCH
from fmnist_governance.audit.attacks.budget import Budget
from fmnist_governance.audit.attacks.gradient import Attempt, margin

FIRST_SHARE = 0.8
"""Share of the image that the first square covers."""
_HALVED_AT = (10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000)
"""After how many of 10,000 queries the share is halved."""


def share_covered(query: int, queries: int) -> float:
    """Return the share of the image that the square of a query covers.

    Args:
        query: Which one, from 0.
        queries: How many there are in all; the published schedule of 10,000 is scaled to them.
    """
    reached = query * 10_000 / queries
    halvings = sum(reached > mark for mark in _HALVED_AT)
    return float(FIRST_SHARE / 2**halvings)


def draw(queries: int, width: int, channels: int, size: int, generator: torch.Generator) -> Tensor:
    """Draw all that one attack needs for some images.

    Returns:
        (size, width * channels + queries * (2 + channels)) float32 in [0, 1): the sign of each stripe of the start,
        then row, column and signs of each square.
    """
    return torch.rand(size, width * channels + queries * (2 + channels), generator=generator)


def square(  # noqa: PLR0913 - an attack and what it attacks
    network: nn.Module, images: Tensor, labels: Tensor, drawn: Tensor, budget: Budget, *, queries: int
) -> Attempt:
    """Search the L-infinity ball without gradients; stop each image once it is misclassified.

    Args:
        network: Evaluation mode; only its answers are used.
        images: (N, C, H, W) float32 in [0, 1].
        labels: (N,) int64.
        drawn: What `draw` gives for these images.
        budget: The ball, of L-infinity.
        queries: How many answers to ask for, beside the one to the start.

    References:
        Andriushchenko et al. (2020), Square attack: a query-efficient black-box adversarial attack via random search,
        algorithms 1 and 2.
    """
    channels, width = images.shape[1], images.shape[3]
    stripes = _signs(drawn[:, : width * channels]).view(-1, channels, 1, width)
    squares = drawn[:, width * channels :].view(len(images), queries, 2 + channels)
    found = (images + budget.radius * stripes).clamp(0, 1)
    best = _margins(network, found, labels)
    passes = len(images)
    for query in range(queries):
        standing = (best <= 0).nonzero()[:, 0]
        if not len(standing):
            break
        centre, kept = images[standing], found[standing]
        side = _side(query, queries, images)
        inside = _inside(squares[standing, query, :2], side, images)
        value = budget.radius * _signs(squares[standing, query, 2:])[:, :, None, None]
        tried = torch.where(inside, (centre + value).clamp(0, 1), kept)
        reached = _margins(network, tried, labels[standing])
        better = reached > best[standing]
        found[standing[better]], best[standing[better]] = tried[better], reached[better]
        passes += len(standing)
    return Attempt(best > 0, found, passes)


def _signs(uniform: Tensor) -> Tensor:
    return torch.where(uniform < 0.5, -1.0, 1.0)  # noqa: PLR2004 - one draw in two


def _side(query: int, queries: int, images: Tensor) -> int:
    height, width = images.shape[2:]
    side = round(math.sqrt(share_covered(query, queries) * height * width))
    return max(1, min(side, min(height, width) - 1))


def _inside(uniform: Tensor, side: int, images: Tensor) -> Tensor:
    """Return (N, 1, H, W) bool, the pixels of a square at each image's random place."""
    lines = []
    for axis, length in enumerate(images.shape[2:]):
        first = (uniform[:, axis] * (length - side + 1)).long().clamp_max(length - side)[:, None]
        place = torch.arange(length, device=images.device)[None]
        lines.append((place >= first) & (place < first + side))
    return (lines[0][:, :, None] & lines[1][:, None, :])[:, None]


def _margins(network: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return (N,) margins; an answer that is no number, or a tie that goes to another class, counts as wrong."""
    with torch.no_grad():
        logits = torch.cat([network(batch) for batch in images.split(BATCH)])
    wrong = logits.argmax(dim=1) != labels
    reached = margin(logits, labels)
    return torch.where(wrong, reached.nan_to_num(1.0).clamp_min(torch.finfo(reached.dtype).tiny), reached)
