"""All that is found out about the explanations of one model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist_governance.audit.attribution.deletion import STEPS, area, blurred, order, path, probability
from fmnist_governance.audit.attribution.grad_cam import Explain
from fmnist_governance.audit.attribution.occlusion import Occluded, occluded
from fmnist_governance.audit.attribution.randomisation import Stage, cascade
from fmnist_governance.audit.attribution.regions import Regions, regions
from fmnist_governance.audit.attribution.settings import ExplanationParams
from fmnist_governance.audit.attribution.stability import Stability, stability
from fmnist_governance.audit.subject import Examples, Subject

METHOD, RANDOM, INTENSITY = "grad_cam", "random", "intensity"
ENDS = 2
"""Of each pair of curves: an image that is all gone, and one that is all blurred."""


@dataclass(frozen=True, slots=True)
class Curves:
    """The probability of the predicted class on the way, by the map that says which pixels come first."""

    deletion: Mapping[str, Tensor]
    """(N, STEPS + 1) float64 each."""
    insertion: Mapping[str, Tensor]
    """(N, STEPS + 1) float64 each."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The maps, and what is to be known before one trusts them."""

    examples: Examples
    """The explained images, in index order."""
    maps: Tensor
    """(N, H, W) float32, not negative."""
    regions: Regions
    asked: int
    """How many images were asked again with a place painted black."""
    right: int
    """How many of them are right as they are."""
    occluded: tuple[Occluded, ...]
    curves: Curves
    stages: tuple[Stage, ...]
    stability: Stability
    passes: float
    """Images times forward passes; the way back from the answer to the layer is not counted."""


def explained(subject: Subject, network: nn.Module, params: ExplanationParams, explain: Explain) -> Explained:
    """Make the maps, and put them to every test.

    Args:
        subject: Its images and answers.
        network: Of the subject.
        params: Sizes.
        explain: What makes the maps.

    Raises:
        CheckError: The network cannot be explained.
    """
    examples = _some(subject, params.n)
    images = examples.images.float() / 255
    maps = explain(network, images.to(subject.device), examples.predicted)
    painted, few = _some(subject, params.occlusion_n), _some(subject, params.deletion_n)
    places = occluded(painted, subject.answer)
    curves = both_curves(subject, few, explain(network, _images(subject, few), few.predicted))
    known = _some(subject, params.randomisation_n)
    stages = cascade(
        subject, network, _images(subject, known), known.predicted, explain, draws=params.randomisation_draws
    )
    noisy = _some(subject, params.stability_n)
    passes = (
        len(examples)
        + len(painted) * len(places)
        + len(few) * (1 + ENDS + 2 * len(curves.deletion) * (STEPS - 1))
        + len(known) * (1 + len(stages) * params.randomisation_draws)
        + len(noisy) * (1 + 2 * params.stability_draws)
    )
    return Explained(
        examples=examples,
        maps=maps,
        regions=regions(maps, images),
        asked=len(painted),
        right=int(painted.correct.sum()),
        occluded=places,
        curves=curves,
        stages=stages,
        stability=stability(subject, network, noisy, explain, params.stability_draws),
        passes=passes,
    )


def _some(subject: Subject, size: int) -> Examples:
    found = subject.subset(size)
    return found.take(found.index.argsort())


def _images(subject: Subject, examples: Examples) -> Tensor:
    return (examples.images.float() / 255).to(subject.device)


def both_curves(subject: Subject, examples: Examples, maps: Tensor) -> Curves:
    """Delete pixels to black, and insert them into the blurred image, led by the maps and by two that know nothing.

    Args:
        subject: Answers, and draws the random map.
        examples: The images.
        maps: (N, H, W) float32.
    """
    images, classes = examples.images.float() / 255, examples.predicted
    pixels = images.shape[2] * images.shape[3]
    lot, chance = (
        subject.draw(("explanation", name), examples.index, lambda n, g: torch.rand(n, pixels, generator=g))
        for name in ("ties", "random map")
    )
    led = {
        METHOD: order(maps, lot),
        RANDOM: order(chance.view_as(maps), lot),
        INTENSITY: order(images.mean(dim=1), lot),
    }
    black, blur = torch.zeros_like(images), blurred(images)
    clean = probability(examples.logits, classes)
    gone, soft = (probability(subject.answer(end), classes) for end in (black, blur))
    return Curves(
        {name: path(subject.answer, images, black, way, classes, ends=(clean, gone)) for name, way in led.items()},
        {name: path(subject.answer, blur, images, way, classes, ends=(soft, clean)) for name, way in led.items()},
    )


def gains(curves: Mapping[str, Tensor], *, less: bool) -> dict[str, Tensor]:
    """Return (N,) by how much the area under the curve is better than with a map that knows nothing.

    Args:
        curves: By map.
        less: Whether the smaller area is the better one, as for deletion.
    """
    own = area(curves[METHOD])
    sign = -1.0 if less else 1.0
    return {name: sign * (own - area(curves[name])) for name in (RANDOM, INTENSITY)}
