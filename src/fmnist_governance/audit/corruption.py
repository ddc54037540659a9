"""How much of its accuracy does the model keep when images get worse, as cameras, weather and files make them?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fmnist_governance.audit.check import Check, CheckResult, Condition
from fmnist_governance.audit.clustered import drop_interval, pooled_interval
from fmnist_governance.audit.corruptions import tables
from fmnist_governance.audit.corruptions.corruption import SIDE
from fmnist_governance.audit.corruptions.overall import Number, Overall, overall
from fmnist_governance.audit.corruptions.scores import WRONG
from fmnist_governance.audit.corruptions.settings import CorruptionParams
from fmnist_governance.audit.corruptions.sweep import Asked, Baseline, Sweep, swept
from fmnist_governance.audit.subject import Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.model import logistic_pixels
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "The disturbances are formulas: frost and snow are no photographs, and cameras have faults of their own.",
    "One disturbance at a time; several at once may do more harm than each alone.",
    "Averages depend on the list of corruptions and on the scale of their strengths: compare like with like.",
)
MILDEST = 1
RELATIVE = ("corruption.mce", "corruption.relative_mce")


def measure(subject: Subject, params: CorruptionParams) -> CheckResult:
    """Disturb a stratified draw of test images in every way that was asked for, and score the answers.

    Raises:
        CheckError: There are no test images.
    """
    drawn = subject.subset(params.images)
    if not len(drawn):
        msg = "corruption: there is no test image to disturb"
        raise CheckError(msg)
    asked = params.asked()
    if drawn.images.shape[1:] != (1, SIDE, SIDE):
        shape = " x ".join(map(str, drawn.images.shape[1:]))
        reason = f"the strengths are fitted to grey images of {SIDE} x {SIDE} pixels; these are {shape}"
        return CheckResult(measurements=(), limits=LIMITS, absent=dict.fromkeys(_owed(asked), reason))
    return _found(subject, params, swept(subject, drawn.take(drawn.index.argsort()), asked, _baseline(subject)))


def _baseline(subject: Subject) -> Baseline | None:
    if subject.classes != logistic_pixels.CLASSES:
        return None
    weights = logistic_pixels.logistic_pixels()
    return lambda images: logistic_pixels.logits(weights, images)


def _found(subject: Subject, params: CorruptionParams, sweep: Sweep) -> CheckResult:
    each = tuple(_each(subject, params, sweep))
    whole = overall(sweep, params.resamples, subject.generator("corruption", "overall"))
    measurements = (
        *_averages(subject, params, sweep, whole),
        _worst(each),
        *_worst_first_step(subject, params, sweep),
        *each,
        *_cells(sweep),
    )
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, *_left_out(whole)),
        passes=sweep.correct.numel() / len(subject.test),
        tables=(tables.cells(sweep), tables.by_corruption(sweep, each)),
        pictures=(tables.examples(sweep),),
        outcomes=tuple(_outcomes(sweep)),
        absent=_absent(sweep, {measurement.id for measurement in measurements}),
    )


def _averages(subject: Subject, params: CorruptionParams, sweep: Sweep, whole: Overall) -> Iterator[Measurement]:
    kinds, severities, n = sweep.correct.shape
    hits = sweep.correct.sum(dim=(0, 1))
    held = pooled_interval(hits, kinds * severities, params.resamples, subject.generator("corruption", "mean"))
    title = f"Mean accuracy under {kinds} corruptions at {severities} severities"
    value = int(hits.sum()) / (kinds * severities * n)
    yield _fraction("mean_accuracy", title, value, n, held, headline=True)
    title = f"Errors under corruption, as a multiple of the baseline's ({logistic_pixels.NAME})"
    yield from _multiple("mce", title, whole.mce, n)
    title = f"Errors that corruption adds, as a multiple of what it adds to the baseline's ({logistic_pixels.NAME})"
    yield from _multiple("relative_mce", title, whole.relative_mce, n)
    title = "Mean calibration error under corruption"
    yield _fraction("ece_mean", title, whole.ece.value, n, whole.ece.interval, better_is_lower=True, headline=True)
    yield Measurement(
        id="corruption.confidently_wrong_cells",
        title=f"Corruptions and severities under which fewer than {WRONG:.0%} are right and the model is sure",
        value=int(sweep.confidently_wrong.sum()),
        unit="count",
        better="lower",
        n=None,
        interval=None,
        headline=True,
    )


def _each(subject: Subject, params: CorruptionParams, sweep: Sweep) -> Iterator[Measurement]:
    kinds, severities, n = sweep.correct.shape
    for corruption, correct in zip(sweep.asked.corruptions, sweep.correct, strict=True):
        hits = correct.sum(dim=0)
        generator = subject.generator("corruption", "pooled", corruption.name)
        held = pooled_interval(hits, severities, params.resamples, generator, family=kinds)
        value = int(hits.sum()) / (severities * n)
        title = f"Accuracy under {corruption.title}"
        yield _fraction(f"{corruption.name}.accuracy", title, value, n, held)


def _worst(each: tuple[Measurement, ...]) -> Measurement:
    least = min(each, key=lambda m: m.value)
    title = f"{least.title}, the worst of {len(each)} corruptions"
    return least.model_copy(update={"id": "corruption.worst.accuracy", "title": title})


def _worst_first_step(subject: Subject, params: CorruptionParams, sweep: Sweep) -> Iterator[Measurement]:
    """Find the corruption whose mildest severity costs most: a model may keep its mean and break at the first touch."""
    if MILDEST not in sweep.asked.severities:
        return
    first = sweep.correct[:, sweep.asked.severities.index(MILDEST)]
    right = first.sum(dim=1)
    worst = int(right.argmin())
    generator = subject.generator("corruption", "first step")
    held = drop_interval(sweep.clean, first[worst], params.resamples, generator, family=len(first))
    value = (int(sweep.clean.sum()) - int(right[worst])) / sweep.n
    title = f"Accuracy lost at the mildest severity, the most of {len(first)}: {sweep.asked.corruptions[worst].title}"
    yield _fraction("worst_first_step.drop", title, value, sweep.n, held, better_is_lower=True, headline=True)


def _cells(sweep: Sweep) -> Iterator[Measurement]:
    for corruption, row in zip(sweep.asked.corruptions, sweep.correct, strict=True):
        for severity, correct in zip(sweep.asked.severities, row, strict=True):
            right = int(correct.sum())
            title = f"Accuracy under {corruption.title}, severity {severity}"
            held = wilson(right, sweep.n)
            yield _fraction(f"{corruption.name}.sev_{severity}.accuracy", title, right / sweep.n, sweep.n, held)


def _fraction(  # noqa: PLR0913 - the fields of a measurement
    name: str,
    title: str,
    value: float,
    n: int,
    interval: Interval,
    *,
    better_is_lower: bool = False,
    headline: bool = False,
) -> Measurement:
    return Measurement(
        id=f"corruption.{name}",
        title=title,
        value=value,
        unit="fraction",
        better="lower" if better_is_lower else "higher",
        n=n,
        interval=interval,
        headline=headline,
    )


def _multiple(name: str, title: str, number: Number | None, n: int) -> Iterator[Measurement]:
    if number is not None:
        yield Measurement(
            id=f"corruption.{name}",
            title=title,
            value=number.value,
            unit="score",
            better="lower",
            n=n,
            interval=number.interval,
            headline=True,
        )


def _outcomes(sweep: Sweep) -> Iterator[Condition]:
    for corruption, row in zip(sweep.asked.corruptions, sweep.correct, strict=True):
        for severity, correct in zip(sweep.asked.severities, row, strict=True):
            yield Condition(f"{corruption.name}.sev_{severity}", correct)


def _left_out(whole: Overall) -> Iterator[str]:
    if whole.relative_mce is not None and whole.left_out:
        names = ", ".join(whole.left_out)
        yield f"The relative error leaves out what the baseline hardly suffers from: {names}."


def _owed(asked: Asked) -> Iterator[str]:
    yield "corruption.mean_accuracy"
    yield from RELATIVE
    yield from (f"corruption.{name}" for name in ("ece_mean", "confidently_wrong_cells", "worst.accuracy"))
    yield "corruption.worst_first_step.drop"
    for corruption in asked.corruptions:
        yield f"corruption.{corruption.name}.accuracy"
        yield from (f"corruption.{corruption.name}.sev_{severity}.accuracy" for severity in asked.severities)


def _absent(sweep: Sweep, held: set[str]) -> Mapping[str, str]:
    compared = "the baseline makes no mistake, or loses nothing, that could be compared with"
    if sweep.baseline_correct is None:
        compared = f"the baseline ({logistic_pixels.NAME}) knows the classes of Fashion-MNIST alone"
    reasons = dict.fromkeys(RELATIVE, compared)
    untried = f"severity {MILDEST} was not asked for"
    return {id_: reasons.get(id_, untried) for id_ in _owed(sweep.asked) if id_ not in held}


CORRUPTION = Check(name="corruption", version=1, needs=frozenset(), params=CorruptionParams, measure=measure)
