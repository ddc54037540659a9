"""The contract of a corruption. Read this before adding one: a corruption is one function and one catalog line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from torch import Tensor

SEVERITIES = (1, 2, 3, 4, 5)
SIDE = 28
"""Pixels to a side of the images that the strengths are fitted to."""

Strength = tuple[float, ...]
Strengths = tuple[Strength, Strength, Strength, Strength, Strength]


class Scale(StrEnum):
    """Where the strengths of the five severities come from.

    `mnist_c` are those of the generator of MNIST-C. They were made for strokes of a pen: on garments fog, contrast,
    brightness and glass blur leave nothing to recognise from the first or second severity on, so that four of five
    points of a curve lie at chance and tell nothing.

    `garment28` scales them to garments of 28 x 28 pixels, by the accuracy of small convolutional networks that were
    trained on undisturbed images. Severity 1 costs them up to about five points, each further severity more, and at
    severity 5 they keep between a third and nine tenths of their accuracy: no cell lies at chance, and only the mildest
    are without effect. Photometric changes (brightness, contrast, fog, frost) had to shrink most, because a garment's
    background is exactly 0 and such networks rely on it; blurs are counted in pixels of 28; zoom and JPEG had to grow.

    References:
        Mu and Gilmer (2019), MNIST-C: A Robustness Benchmark for Computer Vision, arXiv 1906.02337.
    """

    GARMENT28 = "garment28"
    MNIST_C = "mnist_c"


@dataclass(frozen=True, slots=True)
class Corruption:
    """One way in which images get worse."""

    name: str
    """As it stands in measurement ids."""
    title: str
    noise: tuple[int, ...]
    """Shape of the random numbers that one image needs; empty for none."""
    apply: Callable[..., Tensor]
    """Takes (N, 1, 28, 28) float32 in [0, 1], (N, *noise) uniform in [0, 1), and a strength's numbers."""
    garment28: Strengths
    mnist_c: Strengths | None = None
    """None where MNIST-C's generator has no such corruption."""

    def strengths(self, scale: Scale) -> Strengths | None:
        """Return the strength of each severity, mildest first."""
        return self.garment28 if scale is Scale.GARMENT28 else self.mnist_c

    def at(self, images: Tensor, uniform: Tensor, severity: int, scale: Scale = Scale.GARMENT28) -> Tensor:
        """Disturb images.

        Args:
            images: (N, 1, 28, 28) float32 in [0, 1]; they are left as they are.
            uniform: (N, *noise) uniform in [0, 1), on the device of the images. All severities may share them: the
                disturbance then grows instead of changing its face.
            severity: 1 to 5; 0 changes nothing.
            scale: Whose strengths.

        Returns:
            (N, 1, 28, 28) float32 in [0, 1].

        Raises:
            ValueError: The scale has no such corruption.
        """
        if severity == 0:
            return images
        strengths = self.strengths(scale)
        if strengths is None:
            msg = f"{self.name}: the scale {scale} has no such corruption"
            raise ValueError(msg)
        found: Tensor = self.apply(images, uniform, *strengths[severity - 1])
        return found.clamp(0, 1)
