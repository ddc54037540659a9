"""Every set of outsiders, far ones first, in the order of a report. All are made offline.

References:
    Hendrycks and Gimpel (2017), A Baseline for Detecting Misclassified and Out-of-Distribution Examples in Neural
    Networks, arXiv 1610.02136 (noise); Bulatov (2011), notMNIST (letters).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fmnist_governance.audit.outsiders.outsider import Outsider
from fmnist_governance.audit.subject import Subject
from fmnist_governance.data import digits, glyphs

_GREY, _SPREAD = 0.5, 0.25
"""Mean and standard deviation of Gaussian noise."""
_DRAWN = (1, digits.SIDE, digits.SIDE)
_DIGIT, _LETTER = re.compile(r"\d\b"), re.compile(rf"[{glyphs.LETTERS}]\b", re.IGNORECASE)
"""How the names of classes begin that are digits or letters themselves."""


def _shape(subject: Subject) -> tuple[int, ...]:
    return tuple(subject.test.images.shape[1:])


def _nothing(subject: Subject) -> str | None:  # noqa: ARG001 - a set of any shape lacks nothing
    return None


def _uniform(subject: Subject, count: int) -> Tensor:
    shape = _shape(subject)
    return subject.draw(("ood", "uniform"), torch.arange(count), lambda n, g: torch.rand(n, *shape, generator=g))


def _gaussian(subject: Subject, count: int) -> Tensor:
    shape = _shape(subject)
    drawn = subject.draw(("ood", "gaussian"), torch.arange(count), lambda n, g: torch.randn(n, *shape, generator=g))
    return (_GREY + _SPREAD * drawn).clamp_(0, 1)


def _constant(subject: Subject, count: int) -> Tensor:
    channels, height, width = _shape(subject)
    levels = subject.draw(
        ("ood", "constant"), torch.arange(count), lambda n, g: torch.rand(n, channels, 1, 1, generator=g)
    )
    return levels.expand(-1, -1, height, width).contiguous()


def _clean(subject: Subject, count: int) -> Tensor:
    return subject.subset(count).images.float() / 255


def _shuffled(subject: Subject, count: int) -> Tensor:
    examples, (_, height, width) = subject.subset(count), _shape(subject)
    places = height * width
    order = subject.draw(
        ("ood", "shuffled"), examples.index, lambda n, g: torch.rand(n, places, generator=g).argsort(dim=1)
    )
    flat = examples.images.float().flatten(2) / 255
    return flat.gather(2, order[:, None].expand_as(flat)).view(examples.images.shape)


def _inverted(subject: Subject, count: int) -> Tensor:
    return 1 - _clean(subject, count)


def _upside_down(subject: Subject, count: int) -> Tensor:
    return _clean(subject, count).flip(2)


def _turned(subject: Subject, count: int) -> Tensor:
    return _clean(subject, count).rot90(1, (2, 3)).contiguous()


def _not_square(subject: Subject) -> str | None:
    _, height, width = _shape(subject)
    return None if height == width else f"images of {height} x {width} pixels do not fit when turned by 90 degrees"


def _some(every: NDArray[np.uint8], name: str, subject: Subject, count: int) -> Tensor:
    order = torch.randperm(len(every), generator=subject.generator("ood", name))
    return torch.from_numpy(every)[order[:count].sort().values].float() / 255


def _digits(subject: Subject, count: int) -> Tensor:
    return _some(digits.every().images, "digits", subject, count)


def _letters(subject: Subject, count: int) -> Tensor:
    return _some(glyphs.glyphs(), "letters", subject, count)


def _foreign(known: re.Pattern[str], what: str) -> Callable[[Subject], str | None]:
    """Return a demand for grey images of 28 x 28 pixels, and for classes that are not what is shown."""

    def lacks(subject: Subject) -> str | None:
        if _shape(subject) != _DRAWN:
            shape = " x ".join(map(str, _shape(subject)))
            return f"{what} are grey, of {digits.SIDE} x {digits.SIDE} pixels; the images here are {shape}"
        named = next((name for name in subject.classes if known.match(name)), None)
        return None if named is None else f"{what} are what the model is for: it has a class {named}"

    return lacks


OUTSIDERS: tuple[Outsider, ...] = (
    Outsider("uniform_noise", "uniform noise", "far", _uniform, _nothing),
    Outsider("gaussian_noise", "Gaussian noise", "far", _gaussian, _nothing),
    Outsider("constant", "blank images of one shade", "far", _constant, _nothing),
    Outsider("shuffled", "test images with their pixels shuffled", "far", _shuffled, _nothing),
    Outsider("digits", "handwritten digits", "far", _digits, _foreign(_DIGIT, "the digits")),
    Outsider("letters", "printed letters A to J", "far", _letters, _foreign(_LETTER, "the letters")),
    Outsider("inverted", "test images with black and white swapped", "near", _inverted, _nothing),
    Outsider("upside_down", "test images upside down", "near", _upside_down, _nothing),
    Outsider("rotated_90", "test images turned by 90 degrees", "near", _turned, _not_square),
)
