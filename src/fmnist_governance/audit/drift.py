"""Would the alarm of a plan for monitoring notice that images changed, and would it keep quiet when they did not?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import Field, model_validator

from fmnist_governance.audit.check import Cell, Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.clustered import pooled_interval
from fmnist_governance.audit.corruptions.catalog import CORRUPTIONS
from fmnist_governance.audit.corruptions.corruption import SIDE, Corruption
from fmnist_governance.audit.monitor import alarm
from fmnist_governance.audit.monitor.trial import SPARE, Trial, alarms, disturbed, samples, some, undisturbed
from fmnist_governance.audit.subject import Subject
from fmnist_governance.audit.uncertainty.held_out import HeldOut, held_out
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "All samples come from the same images and meet one reference; with another one the rates would differ somewhat.",
    "The disturbances are formulas; drift in use may be slower, and other.",
    "The alarm says that answers changed, not that they got worse; a change that leaves them alone raises none.",
)
_REDRAWN = 2000
"""Bootstrap resamples behind the interval of the mean."""
Severity = Literal[1, 2, 3, 4, 5]


class DriftParams(Params):
    """Settings of the drift check."""

    sizes: Annotated[tuple[Annotated[int, Field(ge=10)], ...], Field(min_length=1)] = (100, 300, 1000)
    """Images in a sample, in ascending order."""
    resamples: Annotated[int, Field(ge=100, le=10_000)] = 200
    """How many samples are drawn of each size."""
    corruptions: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "gaussian_noise",
        "defocus_blur",
        "brightness",
        "contrast",
        "jpeg_compression",
        "rotate",
    )
    """What happens to the images that the alarm is to notice."""
    severities: Annotated[tuple[Severity, ...], Field(min_length=1)] = (1, 3)
    """How strongly, in ascending order."""
    images: Annotated[int, Field(ge=20)] = 2000
    """How many test images are disturbed, a stratified draw; samples are drawn from them."""
    alpha: Annotated[float, Field(gt=0, lt=1)] = alarm.ALPHA
    """How often the alarm may be raised at most where nothing has changed."""

    @model_validator(mode="after")
    def _known(self) -> DriftParams:
        for values in (self.sizes, self.severities):
            if list(values) != sorted(set(values)):
                msg = f"{list(values)}: expected each once, in ascending order"
                raise ValueError(msg)
        known = [corruption.name for corruption in CORRUPTIONS]
        if unknown := [name for name in self.corruptions if name not in known]:
            msg = f"no corruption is called {', '.join(unknown)}; there are {', '.join(known)}"
            raise ValueError(msg)
        return self

    @property
    def headline(self) -> int:
        """The size of sample whose rates are kept as metrics of the run: the middle one."""
        return self.sizes[len(self.sizes) // 2]

    def asked(self) -> tuple[Corruption, ...]:
        """Return what happens to the images, in the order of the catalog."""
        return tuple(corruption for corruption in CORRUPTIONS if corruption.name in self.corruptions)


def measure(subject: Subject, params: DriftParams) -> CheckResult:
    """Draw samples of undisturbed and of disturbed images, and count the alarms.

    Raises:
        CheckError: There are too few test images.
    """
    held = held_out(subject)
    reference = alarm.reference_of(held.fit.probabilities)
    trials = _trials(subject, held, params)
    found = _counted(subject, params, reference, trials)
    measurements = tuple(_numbers(subject, params, trials, found))
    there = {measurement.id for measurement in measurements}
    source = _source(held)
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, f"The reference: {source}."),
        passes=sum(len(trial.correct) for trial in trials[1:]) / len(subject.test),
        tables=(alarm.as_table(reference, subject.slugs, source), _table(params, trials, found)),
        absent={id_: why for id_, why in _owed(params, trials, held).items() if id_ not in there},
    )


def _source(held: HeldOut) -> str:
    what = f"{held.split} images"
    return f"{len(held.fit):,} {what}"


def _trials(subject: Subject, held: HeldOut, params: DriftParams) -> list[Trial]:
    """Return the undisturbed trial first, and every other one after it."""
    clean = undisturbed(held.score)
    if held.score.images.shape[1:] != (1, SIDE, SIDE) or len(held.score) < SPARE * params.sizes[0]:
        return [clean]
    examples = some(subject, held.score, params.images)
    return [
        clean,
        *(disturbed(subject, examples, c, severity) for c in params.asked() for severity in params.severities),
    ]


Found = Mapping[tuple[str, int], NDArray[np.bool_]]
"""Name of the trial and size of the sample to (B,) bool, on which samples the alarm was raised."""


def _counted(subject: Subject, params: DriftParams, reference: alarm.Reference, trials: list[Trial]) -> Found:
    rows: dict[int, NDArray[np.int64]] = {}
    found = {}
    for trial in trials:
        n = len(trial.correct)
        if n not in rows:
            generator = subject.generator("drift", "samples", n)
            rows[n] = samples(n, params.sizes[-1], params.resamples, generator)
        for size in params.sizes:
            if n >= SPARE * size:
                found[trial.name, size] = alarms(reference, trial, rows[n][:, :size], params.alpha)
    return found


def _numbers(subject: Subject, params: DriftParams, trials: list[Trial], found: Found) -> Iterator[Measurement]:
    for size in params.sizes:
        headline = size == params.headline
        if (clean := found.get(("clean", size))) is not None:
            title = f"False alarms on samples of {size:,} undisturbed images; {params.alpha:.0%} are allowed"
            yield _rate(f"false_alarm_rate.n_{size}", title.replace("%", " %"), clean, headline=headline)
        yield from (m.model_copy(update={"headline": headline}) for m in _overall(subject, trials, found, size))
    for trial in trials[1:]:
        for size in params.sizes:
            if (raised := found.get((trial.name, size))) is not None:
                title = f"Alarms on samples of {size:,} images with {trial.title}"
                yield _power(f"{trial.name}.n_{size}", title, raised)


def _overall(subject: Subject, trials: list[Trial], found: Found, size: int) -> Iterator[Measurement]:
    rates = {trial.title: found[trial.name, size] for trial in trials[1:] if (trial.name, size) in found}
    if not rates:
        return
    least = min(rates, key=lambda title: float(rates[title].mean()))
    title = f"Alarms on samples of {size:,} images, the fewest of {len(rates)} disturbances: {least}"
    yield _power(f"worst.n_{size}", title, rates[least], family=len(rates))
    every = np.stack(list(rates.values()))
    generator = subject.generator("drift", "mean", size)
    held = pooled_interval(torch.from_numpy(every.sum(axis=0)), len(rates), _REDRAWN, generator)
    title = f"Alarms on samples of {size:,} images, mean of {len(rates)} disturbances"
    mean = _power(f"mean.n_{size}", title, rates[least])
    yield mean.model_copy(update={"value": float(every.mean()), "interval": held})


def _power(name: str, title: str, raised: NDArray[np.bool_], *, family: int = 1) -> Measurement:
    found = _rate(f"power.{name}", title, raised, family=family)
    return found.model_copy(update={"better": "higher"})


def _rate(name: str, title: str, raised: NDArray[np.bool_], *, family: int = 1, headline: bool = False) -> Measurement:
    count, n = int(raised.sum()), len(raised)
    return Measurement(
        id=f"drift.{name}",
        title=title,
        value=count / n,
        unit="fraction",
        better="lower",
        n=n,
        interval=wilson(count, n, family=family),
        headline=headline,
    )


def _owed(params: DriftParams, trials: list[Trial], held: HeldOut) -> dict[str, str]:
    """Return every id that the check owes, with the reason for which it may be absent."""
    pool = held.score
    shape = " x ".join(map(str, pool.images.shape[1:]))
    owed = {}
    for size in params.sizes:
        few = f"samples of {size:,} images need {SPARE * size:,} to be drawn from; there are {{}}"
        owed[f"drift.false_alarm_rate.n_{size}"] = few.format(len(pool))
        changed = few.format(len(trials[-1].correct))
        if pool.images.shape[1:] != (1, SIDE, SIDE):
            changed = f"the disturbances are fitted to grey images of {SIDE} x {SIDE} pixels; these are {shape}"
        names = (f"{c.name}.sev_{severity}" for c in params.asked() for severity in params.severities)
        owed |= {f"drift.power.{name}.n_{size}": changed for name in ("worst", "mean", *names)}
    return owed


def _table(params: DriftParams, trials: list[Trial], found: Found) -> Table:
    rows = []
    for trial in trials:
        right = float(trial.correct.double().mean())
        cells: list[Cell] = [trial.title, trial.severity, right]
        for size in params.sizes:
            raised = found.get((trial.name, size))
            cells += [None, None, None] if raised is None else _cells(raised)
        rows.append(tuple(cells))
    ends = ("", "_low", "_high")
    columns = (
        Column("images"),
        Column("severity", "count"),
        Column("accuracy", "fraction"),
        *(Column(f"alarms_n_{size}{end}", "fraction") for size in params.sizes for end in ends),
    )
    caption = (
        "How often the alarm is raised, by what happened to the images and how many there are in a sample; each"
        " interval holds on its own"
    )
    return Table("power", caption, columns, tuple(rows))


def _cells(raised: NDArray[np.bool_]) -> list[Cell]:
    count, n = int(raised.sum()), len(raised)
    held = wilson(count, n)
    return [count / n, held.low, held.high]


DRIFT = Check(name="drift", version=1, needs=frozenset(), params=DriftParams, measure=measure)
