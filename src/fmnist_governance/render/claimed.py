"""The provider's claims, as a page prints them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from fmnist_governance.evidence.claimed import Claim, ClaimOutcome
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.render.required import MOST_NUMBERS
from fmnist_governance.render.view import Number

_ORDER = (ClaimOutcome.REFUTED, ClaimOutcome.UNDECIDED, ClaimOutcome.UNTESTED, ClaimOutcome.SUPPORTED)


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim."""

    id: str
    text: str
    predicate: str
    by: str
    outcome: str
    message: str
    numbers: tuple[Number, ...]
    many: str | None
    """How many measurements it rests on where they are too many to be printed; else None."""
    unmeasured: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Claims:
    """All of them, refuted ones first."""

    summary: str
    """How many came out how, such as `1 refuted, 3 supported`; empty where nothing is claimed."""
    shown: tuple[ClaimView, ...]
    refuted: tuple[str, ...]
    """The sentences that the evidence speaks against."""


def claims(judged: tuple[Claim, ...], record: EvidenceRecord) -> Claims:
    """Return the claims as a page prints them, the refuted ones first."""
    ordered = sorted(judged, key=lambda claim: _ORDER.index(claim.outcome))
    counted = Counter(claim.outcome for claim in ordered)
    return Claims(
        summary=", ".join(f"{counted[outcome]} {outcome}" for outcome in _ORDER if counted[outcome]),
        shown=tuple(_view(claim, record) for claim in ordered),
        refuted=tuple(claim.text for claim in ordered if claim.outcome is ClaimOutcome.REFUTED),
    )


def _view(claim: Claim, record: EvidenceRecord) -> ClaimView:
    found = {id_: record.find(id_) for id_ in claim.measurements}
    measured = [Number.of(value) for value in found.values() if value]
    many = len(measured) > MOST_NUMBERS
    return ClaimView(
        id=claim.id,
        text=claim.text,
        predicate=claim.predicate,
        by=f"{claim.by or 'somebody who is not named'}, {claim.on or 'on a date that is not stated'}",
        outcome=claim.outcome.value,
        message=claim.message,
        numbers=() if many else tuple(measured),
        many=f"{len(measured):,}" if many else None,
        unmeasured=tuple(id_ for id_, value in found.items() if value is None),
    )
