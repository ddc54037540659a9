"""How far an attack may move an image, and what a step of that length is."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import torch
from torch import Tensor

_FORM = re.compile(r"[0-9]{1,4}(/[1-9][0-9]{0,3}|\.[0-9]{1,6})?")


class Norm(StrEnum):
    """How the size of a change is measured."""

    LINF = "linf"
    """The largest change of any pixel."""
    L2 = "l2"
    """The square root of the sum of squared changes."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A ball around each image, in pixels from 0 to 1."""

    norm: Norm
    text: str
    """Its radius as a person wrote it: `8/255` or `0.1`."""

    def __post_init__(self) -> None:
        """Refuse what is no positive number.

        Raises:
            ValueError: The text is neither a decimal number nor a fraction of whole numbers above 0.
        """
        if not _FORM.fullmatch(self.text) or Fraction(self.text) <= 0:
            msg = f"budget {self.text!r}: expected a number above 0, such as 8/255 or 0.1"
            raise ValueError(msg)

    @property
    def radius(self) -> float:
        """Its radius."""
        return float(Fraction(self.text))

    @property
    def slug(self) -> str:
        """Its segment of a measurement id, such as `eps_8_255` or `eps_0_1`."""
        return "eps_" + self.text.replace("/", "_").replace(".", "_")


def largest_change(norm: Norm, shape: torch.Size) -> float:
    """Return the size of the largest change that keeps pixels in [0, 1], for an image of that shape."""
    return 1.0 if norm is Norm.LINF else math.sqrt(shape.numel())


def size(change: Tensor, norm: Norm) -> Tensor:
    """Return (N,) the sizes of (N, ...) changes."""
    flat = change.flatten(1)
    return flat.abs().amax(dim=1) if norm is Norm.LINF else flat.norm(dim=1)


def projected(moved: Tensor, images: Tensor, budget: Budget) -> Tensor:
    """Bring moved images back into the ball around the images, and pixels into [0, 1].

    Args:
        moved: (N, C, H, W) float32.
        images: (N, C, H, W) float32 in [0, 1], the centres.
        budget: The ball.

    Returns:
        (N, C, H, W) float32. Clipping comes last: it moves each pixel towards the image, so never out of the ball.
    """
    change = moved - images
    if budget.norm is Norm.LINF:
        change = change.clamp(-budget.radius, budget.radius)
    else:
        change = change * (budget.radius / size(change, budget.norm).clamp_min(budget.radius)).view(-1, 1, 1, 1)
    return (images + change).clamp_(0, 1)


def steepest(gradient: Tensor, norm: Norm) -> Tensor:
    """Return the change of size 1 along which a loss with this gradient grows fastest; 0 where the gradient is 0.

    Args:
        gradient: (N, C, H, W) float32; its scale does not matter, however small.
        norm: What is of size 1.
    """
    if norm is Norm.LINF:
        return gradient.sign()
    scaled = gradient / _each(size(gradient, Norm.LINF).clamp_min(torch.finfo(gradient.dtype).tiny))
    return scaled / _each(size(scaled, Norm.L2).clamp_min(torch.finfo(gradient.dtype).tiny))


def started(images: Tensor, noise: Tensor, budget: Budget) -> Tensor:
    """Move images to a random place in the ball.

    Args:
        images: (N, C, H, W) float32 in [0, 1].
        noise: (N, C, H, W) float32 in [-1, 1], uniform: each pixel's share of the radius, or the direction of the move.
        budget: The ball.

    Returns:
        (N, C, H, W) float32 in [0, 1]. For L2, in so many dimensions, a uniform draw from the ball lies by its surface.
    """
    unit = noise if budget.norm is Norm.LINF else steepest(noise, budget.norm)
    return projected(images + budget.radius * unit, images, budget)


def _each(values: Tensor) -> Tensor:
    return values.view(-1, 1, 1, 1)
