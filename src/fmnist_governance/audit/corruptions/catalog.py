"""Every corruption, in the order of a report.

The first fifteen are those of ImageNet-C, then three that its authors keep for validation, then what small grey
pictures suffer besides. Five of MNIST-C have no severities (stripe, dotted line, zigzag, Canny edges, inverse) and
are left out.

References:
    Hendrycks and Dietterich (2019), Benchmarking Neural Network Robustness to Common Corruptions and Perturbations,
    arXiv 1903.12261.
"""

from __future__ import annotations

from fmnist_governance.audit.corruptions.blur import DEFOCUS_BLUR, GAUSSIAN_BLUR, GLASS_BLUR, MOTION_BLUR, ZOOM_BLUR
from fmnist_governance.audit.corruptions.corruption import Corruption
from fmnist_governance.audit.corruptions.digital import CONTRAST, JPEG_COMPRESSION, PIXELATE, QUANTIZE
from fmnist_governance.audit.corruptions.geometry import ELASTIC_TRANSFORM, ROTATE, SCALE, SHEAR, TRANSLATE
from fmnist_governance.audit.corruptions.noise import GAUSSIAN_NOISE, IMPULSE_NOISE, SHOT_NOISE, SPECKLE_NOISE
from fmnist_governance.audit.corruptions.weather import BRIGHTNESS, DARKEN, FOG, FROST, SNOW, SPATTER

CORRUPTIONS: tuple[Corruption, ...] = (
    GAUSSIAN_NOISE,
    SHOT_NOISE,
    IMPULSE_NOISE,
    DEFOCUS_BLUR,
    GLASS_BLUR,
    MOTION_BLUR,
    ZOOM_BLUR,
    SNOW,
    FROST,
    FOG,
    BRIGHTNESS,
    CONTRAST,
    ELASTIC_TRANSFORM,
    PIXELATE,
    JPEG_COMPRESSION,
    SPECKLE_NOISE,
    GAUSSIAN_BLUR,
    SPATTER,
    DARKEN,
    QUANTIZE,
    ROTATE,
    SHEAR,
    SCALE,
    TRANSLATE,
)
