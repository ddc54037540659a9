"""The first screen of the report: which system, the verdict with its reasons, and the numbers that matter."""

from __future__ import annotations

from dataclasses import dataclass

from fmnist_governance.evidence.assessment import Verdict
from fmnist_governance.evidence.record import EvidenceRecord, Measurement
from fmnist_governance.render.view import Number

TILES = (
    "performance.accuracy", "performance.worst_class.recall", "calibration.ece", "corruption.mean_accuracy",
    "adversarial.linf.eps_8_255.accuracy",
)  # fmt: skip
"""The numbers of the first screen, where they were measured; other headline numbers fill the places of the rest."""

_MOST_REASONS = 4
_THINNEST = 0.008
"""Width of the narrowest interval that can still be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a share and its interval lie between 0 and 1, as lengths of a picture 100 wide."""

    value: str
    low: str
    width: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the first screen."""

    number: Number
    bar: Bar | None
    """None for what is no share."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the model is refused: a clause or a waiver."""

    title: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """What keeps a model back, the first few by name."""

    shown: tuple[Reason, ...]
    more: str | None
    """How many further ones there are; None where all are shown."""


def tiles(record: EvidenceRecord) -> tuple[Tile, ...]:
    """Return the five numbers of the first screen; fewer where the record holds fewer headline numbers."""
    first = [found for id_ in TILES if (found := record.find(id_))]
    others = [m for m in record.measurements if m.headline and m not in first and ".class." not in m.id]
    return tuple(Tile(Number.of(found), _bar(found)) for found in (*first, *others)[: len(TILES)])


def _bar(measured: Measurement) -> Bar | None:
    held, value = measured.interval, measured.value
    low, high = (held.low, held.high) if held else (value, value)
    if measured.unit != "fraction" or not 0 <= low <= high <= 1:
        return None
    return Bar(f"{100 * value:.1f}", f"{100 * low:.1f}", f"{100 * max(_THINNEST, high - low):.1f}")


def reasons(verdict: Verdict | None) -> Reasons:
    """Return what refuses the model: clauses in the order of the policy, then waivers that count no longer."""
    if verdict is None:
        return Reasons((), None)
    found = [Reason(finding.title, finding.outcome.value) for finding in verdict.findings if finding.refuses]
    found += [Reason(waived.message, waived.state.value) for waived in verdict.waivers if waived.refuses]
    left = len(found) - _MOST_REASONS
    return Reasons(tuple(found[:_MOST_REASONS]), f"{left:,}" if left > 0 else None)
