"""Is what was audited what users get, and does the same image always get the same answer?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated

import torch
from pydantic import Field
from torch import nn

from fmnist_governance.audit.check import Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.sameness.determinism import recomputed
from fmnist_governance.audit.sameness.likeness import Likeness, stayed, widest
from fmnist_governance.audit.sameness.packaged import Packaged, packaged
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError, ModelError
from fmnist_governance.evidence.record import Measurement, Unit
from fmnist_governance.model.foreign import Fed
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "Asks the packaged model in this process and with these libraries; a server with others may answer otherwise.",
    "Equal answers to some images prove no equal answers to all.",
    "Finds no back door: a model that answers otherwise to a secret mark does so here and in use alike.",
)
HEADLINES = frozenset({"package.agreement", "weights.not_finite"})
BLACK_BOX = "the model gives answers alone; there is no network to look at"


class IntegrityParams(Params):
    """Settings of the integrity check."""

    n: Annotated[int, Field(ge=10)] = 1000
    """Images that the packaged model is asked about."""
    few: Annotated[int, Field(ge=1)] = 100
    """How many of them are asked one by one as well."""


def measure(subject: Subject, params: IntegrityParams) -> CheckResult:
    """Ask the packaged model and the audited weights about the same images, in every way that should not matter.

    Raises:
        CheckError: There are no test images, no package that may run, or its code fails.
    """
    package = subject.package
    if package is None or package.ask is None or not len(subject.test):
        msg = "integrity: there is no packaged model that may run, or no test image"
        raise CheckError(msg)
    some = subject.subset(params.n)
    some = some.take(some.index.argsort())
    try:
        found = packaged(subject, package, package.ask, some, params.few)
    except ModelError as err:
        msg = f"integrity: {err}"
        raise CheckError(msg) from err
    again = recomputed(subject, subject.network, some, params.few) if subject.network is not None else ()
    n = len(some)
    audited = "the audited weights" if subject.network is not None else "the audit, which asked the package itself"
    ways = {
        "package": (f"the packaged model and {audited}", (found.audited,)),
        "bytes": ("integers from 0 to 255 and floats from 0 to 1", found.integers),
        "batch": ("any number of images at a time", found.batches),
        "order": ("any order of the images", found.order),
        "repetition": ("the same question twice", found.again),
        "determinism": ("any batch, layout and number of threads, folded or not", again),
    }
    measurements = tuple(
        measurement
        for name, (what, likenesses) in ways.items()
        if likenesses
        for measurement in _alike(name, what, likenesses, n)
    )
    measurements += (*_names(found, n), *_state(subject, package.left_training))
    held = {m.id for m in measurements}
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, *_untried(subject)),
        passes=(found.asked + sum(len(way.rows) for way in again)) / len(subject.test),
        tables=(_ways(ways),),
        absent={id_: why for id_, why in _reasons().items() if id_ not in held},
    )


def _untried(subject: Subject) -> Iterator[str]:
    if isinstance(subject.network, Fed):
        yield "A network that others made is computed on contiguous images alone, not folded; no other way was tried."


def _alike(name: str, what: str, found: Sequence[Likeness], n: int) -> Iterator[Measurement]:
    kept = stayed(found, n)
    yield _share(f"{name}.agreement", f"Share of the images with one answer for {what}", kept, n)
    logits = name == "determinism"
    unit: Unit = "score" if logits else "fraction"
    kind = "logits" if logits else "probabilities"
    title = f"Largest gap between {kind} for {what}, over {n:,} images"
    yield _exact(f"{name}.largest_gap", title, widest(found), unit)


def _names(found: Packaged, n: int) -> Iterator[Measurement]:
    if found.named is not None:
        title = "Share of the images for which the packaged model names the audited class"
        yield _share("package.class_names", title, found.named, n)


def _state(subject: Subject, left: tuple[str, ...] | None) -> Iterator[Measurement]:
    network = subject.original or subject.network
    if network is not None:
        title = "Weights that are no number, or not finite"
        yield _exact("weights.not_finite", title, not_finite(network), "count")
    if left is not None:
        named = f": {', '.join(left[:3])}" if left else ""
        title = f"Layers that were packaged while still training{named}"
        yield _exact("training_mode.layers", title, len(left), "count")


def not_finite(network: nn.Module) -> int:
    """Return how many of a network's weights and running statistics are NaN or infinite."""
    tensors = [*network.parameters(), *network.buffers()]
    return sum(int((~torch.isfinite(tensor)).sum()) for tensor in tensors if tensor.is_floating_point())


def _share(name: str, title: str, part: int, n: int) -> Measurement:
    return Measurement(
        id=f"integrity.{name}",
        title=title,
        value=part / n,
        unit="fraction",
        better="higher",
        n=n,
        interval=wilson(part, n),
        headline=name in HEADLINES,
    )


def _exact(name: str, title: str, value: float, unit: Unit) -> Measurement:
    return Measurement(
        id=f"integrity.{name}",
        title=title,
        value=value,
        unit=unit,
        better="lower",
        n=None,
        interval=None,
        headline=name in HEADLINES,
    )


def _reasons() -> dict[str, str]:
    """Return every id that may be absent, and why it then is."""
    gone = {
        "bytes": "the packaged model does not say that it takes integers",
        "batch": "the packaged model takes one number of images only",
        "determinism": BLACK_BOX,
    }
    pairs = {f"integrity.{name}.{what}": why for name, why in gone.items() for what in ("agreement", "largest_gap")}
    return {
        **pairs,
        "integrity.package.class_names": "the packaged model gives numbers alone and names no class",
        "integrity.weights.not_finite": BLACK_BOX,
        "integrity.training_mode.layers": BLACK_BOX,
    }


def _ways(ways: dict[str, tuple[str, tuple[Likeness, ...]]]) -> Table:
    columns = (Column("asked"), Column("way"), Column("n", "count"), Column("equal", "count"), Column("gap", "score"))
    rows = tuple(
        (name, found.way, len(found.rows), int(found.equal.sum()), found.gap)
        for name, (_, likenesses) in ways.items()
        for found in likenesses
    )
    return Table("ways", "Each way in which the images were asked again, and how alike the answers are", columns, rows)


INTEGRITY = Check(
    name="integrity",
    version=1,
    needs=frozenset({Need.PACKAGE}),
    params=IntegrityParams,
    measure=measure,
)
