"""Does the model's confidence mean what it says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.check import Cell, Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.subject import Examples, Need, Subject
from fmnist_governance.audit.uncertainty import errors
from fmnist_governance.audit.uncertainty.bins import equal_mass, equal_width
from fmnist_governance.audit.uncertainty.held_out import HeldOut, held_out, in_order
from fmnist_governance.audit.uncertainty.resampling import Measure, Span, around, once, resampled
from fmnist_governance.audit.uncertainty.temperature import fitted, refitted
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement, Unit
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "All but the class-wise error, the Brier score and the log-loss look at the winning class only.",
    "A calibration error is above zero for a perfectly calibrated model too; what it is then is among the numbers.",
    "Being calibrated over all images does not say that the model is so for each class or kind of image.",
    "The error after tempering takes the fitted temperature as given.",
)


_SURE_NATS = 87.0
"""A probability is taken for 0 where its logarithm lies below this: float32 has next to none there."""


class CalibrationParams(Params):
    """Settings of the calibration check."""

    bins: Annotated[int, Field(ge=2, le=100)] = 15
    """Bins of confidence."""
    fewest: Annotated[int, Field(ge=1, le=10_000)] = 30
    """Images that a bin must hold for its gap to count as the largest."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind each interval."""
    simulations: Annotated[int, Field(ge=100, le=10_000)] = 200
    """How often the answers of a perfectly calibrated model are simulated."""


@dataclass(frozen=True, slots=True)
class _Number:
    """One number that is measured again on resamples."""

    name: str
    title: str
    measure: Measure
    """Gives (B,), or (B, 2) with the noise of gaps."""
    unit: Unit = "fraction"
    better: Literal["lower"] | None = "lower"
    span: Span = (0.0, 1.0)
    scale: float = 1.0
    """How far the number may move for a share of images that the sample does not show."""
    headline: bool = False


def measure(subject: Subject, params: CalibrationParams) -> CheckResult:
    """Compare confidence with accuracy, and find the temperature that would mend it.

    Raises:
        CheckError: There are no test images, or too few to fit on some and score on others.
    """
    if not len(subject.test):
        msg = "calibration: there are no test images"
        raise CheckError(msg)
    held, test = held_out(subject), in_order(subject.test)
    measurements = (
        *_measured(subject, test, tuple(_numbers(test, params)), params, "test"),
        _if_calibrated(subject, test, params),
        *_tempered(subject, held, params),
    )
    reasons = {"calibration.mce": f"no bin of confidence holds {params.fewest} images", **_UNTEMPERED}
    found = {measurement.id for measurement in measurements}
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, f"The temperature was {held.source}.", *_impossible(subject, test)),
        tables=(_reliability(test, params.bins),),
        absent={id_: reason for id_, reason in reasons.items() if id_ not in found},
    )


_UNTEMPERED = dict.fromkeys(
    ("calibration.temperature", "calibration.ece_after_temperature", "calibration.ece_gain_of_temperature"),
    "no temperature is best: the surer, or the less sure, the more likely are the labels that it is fitted on",
)


def _impossible(subject: Subject, test: Examples) -> Iterator[str]:
    """Say how often the truth got a probability of 0, of which the logarithm is infinite."""
    if Need.LOGITS in subject.has:
        return
    surprise = errors.surprise(test.logits, test.labels)
    if hits := int((surprise > _SURE_NATS).sum()):
        yield (
            f"The label of {hits} of {len(test)} images got a probability of 0, so that the log-loss is infinite;"
            f" each was counted as {float(surprise.max()):.1f} nats."
        )


def _numbers(test: Examples, params: CalibrationParams) -> Iterator[_Number]:
    probabilities, bins = test.probabilities, params.bins
    confidence = probabilities.max(dim=1).values
    wide, even = equal_width(confidence, bins), equal_mass(confidence, bins)
    title = "Expected calibration error, {} bins of equal {}"
    ece = errors.calibration_error(confidence, test.correct, even)
    yield _Number("ece_equal_mass", title.format(bins, "size"), ece, headline=True)
    ece = errors.calibration_error(confidence, test.correct, wide)
    yield _Number("ece", title.format(bins, "width"), ece, headline=True)
    debiased = errors.debiased_error(confidence, test.correct, even)
    yield _Number("debiased_l2", "Root mean squared calibration error, less the bins' noise", debiased)
    largest = errors.largest_error(confidence, test.correct, wide, params.fewest)
    if largest is not None:
        yield _Number("mce", f"Largest gap of a bin of at least {params.fewest} images", largest)
    classwise = errors.classwise_error(probabilities, test.labels, bins)
    yield _Number("classwise_ece", f"Calibration error of each class's probability, averaged, {bins} bins", classwise)
    yield from _scores(test, probabilities, confidence)


def _scores(test: Examples, probabilities: Tensor, confidence: Tensor) -> Iterator[_Number]:
    squared = errors.mean_of(errors.brier(probabilities, test.labels))
    yield _Number("brier", "Brier score, 0 to 2", squared, "score", span=(0.0, 2.0), scale=2.0, headline=True)
    nats = errors.mean_of(errors.surprise(test.logits, test.labels))
    costly = max(1.0, float((test.logits.amax(dim=1) - test.logits.amin(dim=1)).max()))
    title = "Log-loss: mean negative logarithm of the label's probability"
    yield _Number("nll", title, nats, "nats", span=(0.0, None), scale=costly, headline=True)
    excess = errors.mean_of(confidence - test.correct.double())
    title = "Mean confidence less accuracy: above zero the model is too sure"
    yield _Number("overconfidence", title, excess, better=None, span=(-1.0, 1.0), headline=True)


def _measured(
    subject: Subject, examples: Examples, numbers: tuple[_Number, ...], params: CalibrationParams, key: str
) -> Iterator[Measurement]:
    def every(weights: Tensor) -> Tensor:
        return torch.stack([_with_noise(number.measure(weights)) for number in numbers], dim=1)

    n, correct = len(examples), examples.correct
    generator = subject.generator("calibration", "bootstrap", key)
    values, drawn = once(every, n)[:, 0].tolist(), resampled(every, n, params.resamples, generator)
    alike = bool(correct.all() or not correct.any())
    for number, value, (again, noise) in zip(numbers, values, drawn.permute(1, 2, 0), strict=True):
        interval = around(value, again, n, noise=noise, alike=alike, scale=number.scale, span=number.span)
        yield _measurement(number, value, n, interval)


def _with_noise(found: Tensor) -> Tensor:
    return found if found.ndim > 1 else torch.stack([found, torch.zeros_like(found)], dim=1)


def _measurement(number: _Number, value: float, n: int, interval: Interval) -> Measurement:
    return Measurement(
        id=f"calibration.{number.name}",
        title=number.title,
        value=value,
        unit=number.unit,
        better=number.better,
        n=n,
        interval=interval,
        headline=number.headline,
    )


def _if_calibrated(subject: Subject, test: Examples, params: CalibrationParams) -> Measurement:
    confidence, size = test.probabilities.max(dim=1).values, params.simulations
    chance = subject.draw(
        ("calibration", "if_calibrated"), test.index, lambda n, g: torch.rand(n, size, generator=g, dtype=torch.float64)
    )
    drawn = errors.if_calibrated(confidence, equal_mass(confidence, params.bins), chance)
    low, high = (float(q) for q in drawn.quantile(torch.tensor([0.025, 0.975], dtype=torch.float64)))
    value = float(drawn.mean())
    if not low < high:
        low, high = 0.0, max(value, wilson(0, len(test)).high)
    return Measurement(
        id="calibration.ece_if_calibrated",
        title=f"What a perfectly calibrated model would show as error, {params.bins} bins of equal size",
        value=value,
        unit="fraction",
        better=None,
        n=len(test),
        interval=Interval(low=min(low, value), high=max(high, value), method="simulation"),
    )


def _tempered(subject: Subject, held: HeldOut, params: CalibrationParams) -> Iterator[Measurement]:
    fit, score = held.fit, held.score
    temperature = fitted(fit.logits, fit.labels)
    if temperature is None:
        return
    again = refitted(fit.logits, fit.labels, temperature)
    title = "Temperature that would mend the confidence: above 1 the model is too sure"
    number = _Number("temperature", title, again, "score", None, (0.0, None), headline=True)
    yield from _measured(subject, fit, (number,), params, "temperature")
    before, after = (
        errors.calibration_error(confidence, score.correct, equal_mass(confidence, params.bins))
        for confidence in (score.probabilities.amax(dim=1), cooled(score, temperature))
    )
    bins = f"{params.bins} bins of equal size"
    title = f"Expected calibration error after tempering, {bins}"
    gain = "How much of the calibration error tempering takes away, on the same images"
    numbers = (
        _Number("ece_after_temperature", title, after, headline=True),
        _Number("ece_gain_of_temperature", gain, lambda w: (before(w) - after(w))[:, 0], better=None, span=(-1.0, 1.0)),
    )
    yield from _measured(subject, score, numbers, params, "tempered")


def cooled(examples: Examples, temperature: float) -> Tensor:
    """Return (N,) float64, the confidence of each answer once its logits are divided by a temperature."""
    return (examples.logits.double() / temperature).softmax(dim=1).amax(dim=1)


def _reliability(test: Examples, bins: int) -> Table:
    confidence = test.probabilities.max(dim=1).values
    place = equal_width(confidence, bins)
    counts = place.bincount(minlength=bins).tolist()
    right = place[test.correct].bincount(minlength=bins).tolist()
    sure = place.bincount(confidence, minlength=bins).tolist()
    family = sum(count > 0 for count in counts)
    rows = tuple(
        (m / bins, (m + 1) / bins, counts[m], *_bin(counts[m], right[m], sure[m], family)) for m in range(bins)
    )
    names = ("bin_low", "bin_high", "n", "confidence", "accuracy", "accuracy_low", "accuracy_high")
    columns = tuple(Column(name, "count" if name == "n" else "fraction") for name in names)
    caption = "Confidence and accuracy in bins of equal width, with intervals that hold for all bins at once"
    return Table("reliability", caption, columns, rows)


def _bin(count: int, right: int, sure: float, family: int) -> tuple[Cell, ...]:
    if not count:
        return (None, None, None, None)
    held = wilson(right, count, family=family)
    return (sure / count, right / count, held.low, held.high)


CALIBRATION = Check(name="calibration", version=1, needs=frozenset(), params=CalibrationParams, measure=measure)
