"""Changes of an image that leave what it shows as it is, at least where they are small. Nothing in them is random."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from fmnist_governance.audit.corruptions.digital import contrast, inverted, quantize
from fmnist_governance.audit.corruptions.geometry import rotated, scaled, shifted

Change = Callable[[Tensor], Tensor]
"""Map (N, C, H, W) float32 in [0, 1] to the same shape; what leaves the range is cut off afterwards."""
_AXES = ((0, 1), (0, -1), (1, 0), (-1, 0))
_ALL_AROUND = (*_AXES, (1, 1), (1, -1), (-1, 1), (-1, -1))


@dataclass(frozen=True, slots=True)
class Variation:
    """One kind of change at one strength, in one or more variants such as left and right."""

    name: str
    """As it stands in measurement ids."""
    kind: str
    """Which sweep it belongs to."""
    title: str
    """Completes "the same answer when"."""
    variants: tuple[Change, ...]
    headline: bool = False


def _mirrored() -> Variation:
    return Variation("flip_lr", "mirror", "mirrored left to right", (lambda x: x.flip(3),), headline=True)


def _shift(distance_px: int, directions: tuple[tuple[int, int], ...], title: str) -> Variation:
    def towards(down: int, right: int) -> Change:
        def change(images: Tensor) -> Tensor:
            whole = torch.ones(len(images), dtype=torch.int64, device=images.device)
            return shifted(images, whole * (down * distance_px), whole * (right * distance_px))

        return change

    variants = tuple(towards(*direction) for direction in directions)
    return Variation(f"shift_{distance_px}", "shift", title, variants, headline=distance_px <= 2)  # noqa: PLR2004


def _rotation(degrees: int) -> Variation:
    def by(angle: int) -> Change:
        return lambda x: rotated(x, torch.full((len(x),), float(angle), device=x.device))

    title = f"turned by {degrees} degrees to either side"
    return Variation(f"rotate_{degrees}", "rotation", title, (by(degrees), by(-degrees)), headline=degrees == 10)  # noqa: PLR2004


def _size(percent: int) -> Variation:
    title = f"shown at {percent} % of its size"
    return Variation(f"scale_{percent}", "scale", title, (lambda x: scaled(x, percent / 100),), headline=percent == 90)  # noqa: PLR2004


def _lighter(percent: int) -> Variation:
    title = f"every pixel is brighter by {percent} % of white"
    return Variation(f"brighter_{percent}", "brightness", title, (lambda x: x + percent / 100,), headline=percent == 5)  # noqa: PLR2004


def _darker(percent: int) -> Variation:
    title = f"{percent} % of the light are left"
    return Variation(f"light_{percent}", "brightness", title, (lambda x: x * (percent / 100),))


def _contrast(percent: int) -> Variation:
    title = f"the contrast is {percent} %"
    return Variation(f"contrast_{percent}", "contrast", title, (lambda x: contrast(x, x, percent / 100),))


def _levels(count: int) -> Variation:
    title = f"there are {count} levels of grey"
    return Variation(f"levels_{count}", "quantisation", title, (lambda x: quantize(x, x, count),))


def _variations() -> Iterator[Variation]:
    yield _mirrored()
    yield _shift(1, _ALL_AROUND, "shifted by one pixel, in eight directions")
    yield _shift(2, _AXES, "shifted by two pixels, in four directions")
    yield _shift(4, _AXES, "shifted by four pixels, in four directions")
    yield from map(_rotation, (5, 10, 20))
    yield from map(_size, (80, 90, 110, 120))
    yield from map(_lighter, (2, 5, 10))
    yield from map(_darker, (80, 50))
    yield from map(_contrast, (125, 90, 75))
    yield from map(_levels, (16, 8, 4, 2))
    yield Variation("inverted", "inversion", "black and white are swapped", (inverted,))


VARIATIONS: tuple[Variation, ...] = tuple(_variations())
WORST_OF = frozenset({"flip_lr", "shift_1"})
"""The mildest changes of all; an image counts only if it is right under every variant of them."""
