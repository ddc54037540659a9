"""What does an answer cost: multiplications, memory, time and energy?"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.check import Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.resources import memory
from fmnist_governance.audit.resources.operations import LayerCost, layer_costs
from fmnist_governance.audit.resources.timing import timed
from fmnist_governance.audit.subject import Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement, Unit
from fmnist_governance.model.machine import energy_counter, processor
from fmnist_governance.stats.quantiles import fewest, quantile, quantile_interval

MEDIAN, MOST = 0.5, 0.95
LIMITS = (
    "Times are of one machine in one hour, with whatever else it did; another one takes other times.",
    "Multiply-adds are those of layers with weights; what a network multiplies in its own code is not among them.",
    f"The peak of memory is without weights and images: {memory.HOW}.",
)
HEADLINES = frozenset({"parameters", "multiply_adds", "latency.median"})
BLACK_BOX = "the model gives answers alone; it has no layers to count"


class EfficiencyParams(Params):
    """Settings of the efficiency check."""

    latency_repeats: Annotated[int, Field(ge=10, le=100_000)] = 200
    """How often one image is answered."""
    throughput_repeats: Annotated[int, Field(ge=10, le=100_000)] = 75
    """How often a batch is answered."""
    batch: Annotated[int, Field(ge=2, le=65_536)] = 256
    """Images in a batch."""
    seconds: Annotated[float, Field(ge=0.01, le=3600)] = 5.0
    """After so long no further pass is timed, for one image and for a batch each."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Passes that were timed one by one."""

    batch: int
    seconds: Sequence[float]
    joules: Sequence[float]
    """Of each pass, by the processor's own counter; empty without one."""


def measure(subject: Subject, params: EfficiencyParams) -> CheckResult:
    """Count what a pass needs, and time it.

    Raises:
        CheckError: There are no test images.
    """
    if not len(subject.test):
        msg = "efficiency: there are no test images"
        raise CheckError(msg)
    images = _images(subject, params.batch)
    one = _timed(subject, images[:1], params.latency_repeats, params.seconds)
    many = _timed(subject, images, params.throughput_repeats, params.seconds)
    layers = layer_costs(subject.original or subject.network, images[:1]) if subject.network is not None else ()
    found = (*_sizes(subject, layers), *_peak(subject, images), *_latency(one), *_throughput(many), *_energy(many))
    held = {m.id for m in found}
    return CheckResult(
        measurements=found,
        limits=(*LIMITS, _machine(subject), *_unmeasured_energy(many)),
        passes=(len(one.seconds) + len(many.seconds) * params.batch) / len(subject.test),
        tables=(_passes(one, many), *((_layers(layers),) if layers else ())),
        absent={id_: why for id_, why in _reasons(subject, one, many).items() if id_ not in held},
    )


def _images(subject: Subject, size: int) -> Tensor:
    """Return (size, C, H, W) float32 in [0, 1] on the device: test images, again from the first where they are few."""
    rows = torch.arange(size) % len(subject.test)
    chosen = subject.test.images[subject.test.index.argsort()[rows]]
    return (chosen.float() / 255).to(subject.device)


def _pass(subject: Subject, images: Tensor) -> Callable[[], object]:
    return partial(subject.answer if subject.network is None else subject.network, images)


@torch.inference_mode()
def _timed(subject: Subject, images: Tensor, repeats: int, seconds: float) -> Timed:
    once, counter, joules = _pass(subject, images), energy_counter(), []

    def counted() -> None:
        before = counter() if counter else 0.0
        once()
        if counter and (used := counter() - before) > 0:  # The counter starts anew now and then.
            joules.append(used)

    found = timed(counted, subject.device, repeats=repeats, seconds=seconds)
    return Timed(len(images), found, joules[-len(found) :])


def _sizes(subject: Subject, layers: tuple[LayerCost, ...]) -> Iterator[Measurement]:
    if subject.network is not None:
        total = sum(layer.parameters for layer in layers)
        yield _exact("parameters", "Numbers that the model has learned", total, "count")
        products = sum(layer.multiply_adds for layer in layers)
        yield _exact("multiply_adds", "Multiply-adds of one answer", products, "count")
    if subject.package is not None:
        yield _exact("package_bytes", "Size of the packaged model, all its files", subject.package.size, "bytes")


def _peak(subject: Subject, images: Tensor) -> Iterator[Measurement]:
    if subject.network is not None:
        title = f"Most memory that a pass over {len(images)} images takes at once, beside weights and images"
        yield _exact("peak_bytes", title, memory.peak_bytes(_pass(subject, images)), "bytes")


def _exact(name: str, title: str, value: int, unit: Unit) -> Measurement:
    return Measurement(
        id=f"efficiency.{name}",
        title=title,
        value=value,
        unit=unit,
        better="lower",
        n=None,
        interval=None,
        headline=name in HEADLINES,
    )


def _latency(one: Timed) -> Iterator[Measurement]:
    yield from _quantile("latency.median", "Time of an answer to one image, median", one.seconds, MEDIAN)
    yield from _quantile("latency.p95", "Time that 95 % of the answers to one image keep within", one.seconds, MOST)


def _throughput(many: Timed) -> Iterator[Measurement]:
    for name, share, title in (
        ("median", MEDIAN, "Images a second at batch {}, median"),
        ("p95", MOST, "Images a second at batch {} that 95 % of the passes reach"),
    ):
        for found in _quantile(f"throughput.{name}", title.format(many.batch), many.seconds, share):
            yield _as_rate(found, many.batch)


def _as_rate(found: Measurement, batch: int) -> Measurement:
    """Turn the seconds of a batch into images a second; the slow end becomes the low one."""
    if found.interval is None:
        msg = f"{found.id}: a time has an interval"
        raise ValueError(msg)
    ends = {"low": batch / found.interval.high, "high": batch / found.interval.low}
    changed = {"value": batch / found.value, "unit": "per_second", "better": "higher"}
    return found.model_copy(update={**changed, "interval": found.interval.model_copy(update=ends)})


def _energy(many: Timed) -> Iterator[Measurement]:
    each = [joules / many.batch for joules in many.joules]
    title = f"Energy an image at batch {many.batch}, as the processor counts it for the whole machine, median"
    for found in _quantile("energy.joules", title, each, MEDIAN):
        yield found.model_copy(update={"unit": "joules"})


def _quantile(name: str, title: str, values: Sequence[float], share: float) -> Iterator[Measurement]:
    interval: Interval | None = quantile_interval(values, share)
    if interval is None:
        return
    yield Measurement(
        id=f"efficiency.{name}",
        title=title,
        value=quantile(values, share),
        unit="seconds",
        better="lower",
        n=len(values),
        interval=interval,
        headline=name in HEADLINES,
    )


def _reasons(subject: Subject, one: Timed, many: Timed) -> dict[str, str]:
    found = dict.fromkeys(("efficiency.parameters", "efficiency.multiply_adds", "efficiency.peak_bytes"), BLACK_BOX)
    if subject.package is None:
        found["efficiency.package_bytes"] = "the model is not packaged"
    for name, passes in (("latency", one), ("throughput", many)):
        for quantile_name, share in (("median", MEDIAN), ("p95", MOST)):
            found[f"efficiency.{name}.{quantile_name}"] = (
                f"{len(passes.seconds)} passes were timed; its interval needs {fewest(share)} (seconds, repeats)"
            )
    return found


def _machine(subject: Subject) -> str:
    threads = torch.get_num_threads()
    return f"Timed on {processor()}, device {subject.device}, {threads} thread{'s' if threads > 1 else ''}."


def _unmeasured_energy(many: Timed) -> Iterator[str]:
    if not any(_energy(many)):
        yield "Energy was not measured: this machine shows no counter of it (RAPL), or not to this user."


def _passes(one: Timed, many: Timed) -> Table:
    columns = (
        Column("machine"),
        Column("threads", "count"),
        Column("batch", "count"),
        Column("passes", "count"),
        Column("fastest", "seconds"),
        Column("median", "seconds"),
        Column("mean", "seconds"),
        Column("slowest", "seconds"),
    )
    rows = tuple(
        (
            *(processor(), torch.get_num_threads(), timed_.batch, len(timed_.seconds), min(timed_.seconds)),
            *(quantile(timed_.seconds, MEDIAN), statistics.fmean(timed_.seconds), max(timed_.seconds)),
        )
        for timed_ in (one, many)
    )
    return Table("passes", "Passes that were timed one by one", columns, rows)


def _layers(layers: tuple[LayerCost, ...]) -> Table:
    columns = (Column("layer"), Column("kind"), Column("parameters", "count"), Column("multiply_adds", "count"))
    rows = tuple((layer.name, layer.kind, layer.parameters, layer.multiply_adds) for layer in layers)
    return Table("layers", "What each layer holds, and its multiply-adds for one image", columns, rows)


EFFICIENCY = Check(
    name="efficiency",
    version=1,
    needs=frozenset(),
    params=EfficiencyParams,
    measure=measure,
    repeatable=False,
)
