"""How a model that others made is fed: the scale, the shape and the kind of numbers that it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.errors import ConfigError, ModelError

SCALES = "0-1, 0-255 or standardised:MEAN,SD, such as standardised:0.2860,0.3530"
_WHITE = 255
_COLOURS, _PLANE = 3, 2


@dataclass(frozen=True, slots=True)
class Scale:
    """What becomes of a pixel between 0 and 1 before the model takes it: less the mean, by the spread."""

    mean: float = 0.0
    spread: float = 1.0

    @classmethod
    def read(cls, text: str) -> Scale:
        """Read `0-1`, `0-255` or `standardised:MEAN,SD`, both of pixels between 0 and 1.

        Raises:
            ConfigError: It is none of these.
        """
        kind, _, numbers = text.partition(":")
        if text in {"0-1", "0-255"}:
            return cls() if text == "0-1" else cls(spread=1 / _WHITE)
        try:
            mean, spread = (float(number) for number in numbers.split(","))
        except ValueError:
            mean, spread = math.nan, math.nan
        if kind != "standardised" or not math.isfinite(mean) or not 0 < spread < math.inf:
            msg = f"--input-scale: {text!r} is not {SCALES}"
            raise ConfigError(msg)
        return cls(mean, spread)

    def apply(self, images: Tensor) -> Tensor:
        """Map float32 in [0, 1] to what the model takes."""
        return images if (self.mean, self.spread) == (0.0, 1.0) else (images - self.mean) / self.spread


@dataclass(frozen=True, slots=True)
class Feeding:
    """Scale and shape together."""

    scale: Scale
    shape: tuple[int, ...] | None
    """Of one image, as the model's signature gives it; None where it says nothing: as the data has it."""

    def apply(self, images: Tensor) -> Tensor:
        """Map (N, C, H, W) float32 in [0, 1] to what the model takes; gradients flow through.

        Raises:
            ModelError: Images of this shape cannot be brought into the model's.
        """
        return shaped(self.scale.apply(images), self.shape)


def shaped(images: Tensor, shape: tuple[int, ...] | None) -> Tensor:
    """Bring images into the shape that a model takes; those of another size bilinearly.

    Args:
        images: (N, C, H, W).
        shape: Of one image: C x H x W, H x W x C, H x W, or all pixels in a row (of square grey images also those of a
            square of another size); grey is repeated where three colours are taken. None leaves it.

    Raises:
        ModelError: It is none of these.
    """
    count, channels, height, width = images.shape
    if shape is None or shape == (channels, height, width):
        return images
    if shape == (channels * height * width,):
        return images.flatten(1)
    if channels == 1 and height == width and len(shape) == 1 and math.isqrt(shape[0]) ** 2 == shape[0] > 0:
        return _sized(images, math.isqrt(shape[0]), math.isqrt(shape[0])).flatten(1)
    if channels == 1 and len(shape) == _PLANE:
        return _sized(images, *shape)[:, 0]
    if len(shape) == _PLANE + 1:
        for colours, sides, last in ((shape[0], shape[1:], False), (shape[2], shape[:2], True)):
            if colours == channels or (channels == 1 and colours == _COLOURS):
                found = _sized(images, *sides).expand(count, colours, *sides)
                return found.permute(0, 2, 3, 1) if last else found
    msg = (
        f"it takes images of shape {shape}; those of the data are {(channels, height, width)}:"
        " audit it on images like its own (--dataset npz:FILE)"
    )
    raise ModelError(msg)


def _sized(images: Tensor, height: int, width: int) -> Tensor:
    if images.shape[2:] == (height, width):
        return images
    return functional.interpolate(images, (height, width), mode="bilinear", align_corners=False, antialias=True)


def as_log_probabilities(values: Tensor) -> Tensor:
    """Return the logarithm of probabilities, so that a softmax gives them back; 0 becomes the smallest float32."""
    return values.clamp_min(torch.finfo(torch.float32).tiny).log()


def are_probabilities(values: Tensor) -> bool:
    """Tell whether rows are probabilities: none below 0, and each sums to 1 but for rounding."""
    near = (values.double().sum(dim=1) - 1).abs() <= 1e-3  # noqa: PLR2004 - float16 rounds ten classes to less
    return bool((values >= 0).all() and near.all())
