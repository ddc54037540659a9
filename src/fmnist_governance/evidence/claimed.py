"""What a provider claims of a system, and what the evidence says of it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import PositiveInt

from fmnist_governance.evidence.record import MeasurementId, Record


class ClaimOutcome(StrEnum):
    """What the evidence says of a claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    """An interval lies across the bound."""
    UNTESTED = "untested"
    """A measurement that the claim needs is not there."""


class Claim(Record):
    """One sentence of the provider, held against the evidence."""

    id: str
    text: str
    """The sentence, as the provider wrote it."""
    predicate: str
    """What has to hold of the measurements for the sentence to be true."""
    by: str | None
    on: str | None
    outcome: ClaimOutcome
    message: str
    """What was found, with its numbers."""
    measurements: tuple[MeasurementId, ...]
    """The measurements that were looked at, found or not."""
    more: PositiveInt | None
    """How many more examples would decide an undecided claim; None where it is decided or none would."""
