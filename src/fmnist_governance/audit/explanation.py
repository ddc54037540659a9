"""What does the model look at, and can its explanations be trusted?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from fmnist_governance.audit.attribution import pictures, tables
from fmnist_governance.audit.attribution.averages import mean_interval, resampled_means
from fmnist_governance.audit.attribution.deletion import area
from fmnist_governance.audit.attribution.explained import INTENSITY, METHOD, RANDOM, Explained, explained, gains
from fmnist_governance.audit.attribution.grad_cam import Explain, grad_cam
from fmnist_governance.audit.attribution.regions import CORNERS
from fmnist_governance.audit.attribution.settings import ExplanationParams
from fmnist_governance.audit.check import Check, CheckResult
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement, Unit
from fmnist_governance.stats.proportions import wilson

Better = Literal["higher", "lower"]
LIMITS = (
    "A map shows where the last layer's evidence for an answer lies, coarsely; not why, and not whether it is right.",
    "Deletion and insertion show the network images unlike any that it was trained on.",
    "A network may look at the right place for a wrong reason; nothing here would tell.",
)
HEADLINES = frozenset(
    {
        *("background_share", "corner_share", "empty_maps", "occlusion.corner_flips"),
        *("deletion.gain_over_random", "deletion.gain_over_intensity", "insertion.gain_over_random"),
        *("randomisation.spearman", "stability.spearman"),
    }
)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over images, before it has its interval."""

    name: str
    title: str
    values: Tensor
    """(N,) float64; NaN where an image has no such value."""
    unit: Unit
    better: Better
    span: tuple[float, float]
    """The least and the greatest value that there can be."""
    family: int = 1


def measure(subject: Subject, params: ExplanationParams) -> CheckResult:
    """Explain the answers to the test images by Grad-CAM.

    Raises:
        CheckError: There are no test images, no network, or no layer to explain.
    """
    return measured(subject, params, grad_cam)


def measured(subject: Subject, params: ExplanationParams, explain: Explain) -> CheckResult:
    """Explain the answers by any method, and put its maps to every test.

    Raises:
        CheckError: There are no test images, no network, or it cannot be explained.
    """
    if subject.network is None or not len(subject.test):
        msg = "explanation: there is no network, or no test image, to explain"
        raise CheckError(msg)
    found = explained(subject, subject.network, params, explain)
    means = tuple(_means(found))
    defined = [mean for mean in means if bool((~mean.values.isnan()).any())]
    measurements = (*_shares(found), *_places(found), *_measurements(subject, params, defined))
    reason = "no map of any image has mass, or none can be compared"
    return CheckResult(
        measurements=measurements,
        limits=LIMITS,
        passes=found.passes / len(subject.test),
        tables=(
            tables.places(found, subject.classes),
            tables.curves(found.curves),
            tables.stages(found.stages),
            tables.occlusion(found),
        ),
        pictures=(
            pictures.mean_maps(found.examples, found.maps, subject.classes),
            pictures.grid(found.examples, found.maps, subject.classes, params.examples),
        ),
        absent={f"explanation.{mean.name}": reason for mean in means if mean not in defined},
    )


def _shares(found: Explained) -> Iterator[Measurement]:
    empty, n = int(found.regions.empty.sum()), len(found.examples)
    yield _share(
        "empty_maps", "Share of the answers that no place of the last map speaks for", empty, n, better="lower"
    )


def _places(found: Explained) -> Iterator[Measurement]:
    n, family = found.asked, len(CORNERS)
    corners, (border, background) = found.occluded[:family], found.occluded[family:]
    flips, right = max(corners, key=lambda c: c.flips), min(corners, key=lambda c: c.right)
    title = f"Share of the answers that change when the {flips.place} corner is painted black, the worst of four"
    yield _share("occlusion.corner_flips", title, flips.flips, n, better="lower", family=family)
    title = f"Accuracy with the {right.place} corner painted black, the worst of four"
    yield _share("occlusion.corner_accuracy", title, right.right, n, better="higher", family=family)
    title = "Share of the answers that change when the border is painted black"
    yield _share("occlusion.border_flips", title, border.flips, n, better="lower")
    title = "Share of the answers that change when what is nearly black becomes black"
    yield _share("occlusion.background_flips", title, background.flips, n, better="lower")


def _share(  # noqa: PLR0913 - the fields of a measurement
    name: str, title: str, hits: int, n: int, *, better: Better, family: int = 1
) -> Measurement:
    return Measurement(
        id=f"explanation.{name}",
        title=title,
        value=hits / n,
        unit="fraction",
        better=better,
        n=n,
        interval=wilson(hits, n, family=family),
        headline=name in HEADLINES,
    )


def _means(found: Explained) -> Iterator[Mean]:
    where = found.regions
    share, both = (0.0, 1.0), (-1.0, 1.0)
    corner = int(where.corners.nan_to_num(0.0).mean(dim=0).argmax())
    title = f"Share of the maps in the {CORNERS[corner]} corner, the most of four"
    yield Mean("background_share", "Share of the maps on the background", where.background, "fraction", "lower", share)
    yield Mean("border_share", "Share of the maps by the border", where.border, "fraction", "lower", share)
    yield Mean("corner_share", title, where.corners[:, corner], "fraction", "lower", share, len(CORNERS))
    far = float(np.hypot(*found.maps.shape[1:]))
    title = "Distance of the maps' centre from the object's"
    yield Mean("centre_distance", title, where.distance, "pixels", "lower", (0.0, far))
    for way, less in (("deletion", True), ("insertion", False)):
        curves = found.curves.deletion if less else found.curves.insertion
        title = f"Area under the {way} curve"
        yield Mean(f"{way}.auc", title, area(curves[METHOD]), "score", "lower" if less else "higher", share)
        for name, gain in gains(curves, less=less).items():
            what = {RANDOM: "a random map", INTENSITY: "the brightness of the pixels"}[name]
            yield Mean(
                f"{way}.gain_over_{name}", f"How much better {way} goes than by {what}", gain, "score", "higher", both
            )
    title = "Likeness of the maps to those of a network that has forgotten everything (size of rank correlation)"
    yield Mean("randomisation.spearman", title, found.stages[-1].likeness, "score", "lower", share)
    title = "Likeness of the maps to those under slight noise (rank correlation)"
    yield Mean("stability.spearman", title, found.stability.likeness, "score", "higher", both)
    title = "Largest change of a map under slight noise, relative to the map"
    yield Mean("stability.largest_change", title, found.stability.largest, "score", "lower", (0.0, far))


def _measurements(subject: Subject, params: ExplanationParams, means: Sequence[Mean]) -> Iterator[Measurement]:
    """Give each mean its interval; those of the same images are resampled together."""
    groups: dict[bytes, list[Mean]] = {}
    for mean in means:
        groups.setdefault(mean.values.isnan().numpy().tobytes(), []).append(mean)
    for group in groups.values():
        values = torch.stack([mean.values[~mean.values.isnan()] for mean in group], dim=1).numpy()
        generator = subject.generator("explanation", "bootstrap", *(mean.name for mean in group))
        drawn = resampled_means(values, params.resamples, generator)
        for column, mean in enumerate(group):
            interval = mean_interval(values[:, column], drawn[:, column], mean.span, mean.family)
            yield _mean(mean, float(values[:, column].mean()), len(values), interval)


def _mean(mean: Mean, value: float, n: int, interval: Interval) -> Measurement:
    return Measurement(
        id=f"explanation.{mean.name}",
        title=mean.title,
        value=value,
        unit=mean.unit,
        better=mean.better,
        n=n,
        interval=interval,
        headline=mean.name in HEADLINES,
    )


EXPLANATION = Check(
    name="explanation",
    version=1,
    needs=frozenset({Need.GRADIENTS, Need.LAYER}),
    params=ExplanationParams,
    measure=measure,
)
