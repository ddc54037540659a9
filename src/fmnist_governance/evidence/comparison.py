"""What differs between two audits: types only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, NonNegativeInt, PositiveInt

from fmnist_governance.evidence.record import Digest, Interval, Measurement, MeasurementId, Record

About = Literal["verdict", "policy", "claims", "requirements", "model", "data", "settings", "code", "environment"]
"""What a fact is about, in the order of a reader's questions."""


class Side(Record):
    """One of the two audits."""

    run: str
    model: str
    seal: Digest
    assessment: str | None
    """Id of the newest assessment of the audit; None where nothing was concluded from it."""


class Fact(Record):
    """Something that is not a number, as each audit states it; None where it states nothing."""

    about: About
    name: str
    first: str | None
    second: str | None

    @property
    def same(self) -> bool:
        """Whether both audits state the same."""
        return self.first == self.second


class Test(Record):
    """Whether the second model is right more often than the first, under one condition."""

    __test__ = False

    check: str
    condition: str
    how: Literal["paired", "unpaired"]
    """Image by image, or two shares side by side because the images cannot be paired."""
    n: PositiveInt
    """Images; of the smaller audit where they are not paired."""
    gained: NonNegativeInt | None
    lost: NonNegativeInt | None
    """Images that only the second, and only the first, model gets right; None where they are not paired."""
    difference: FiniteFloat
    """Second less first, in [-1, 1]."""
    interval: Interval
    p: Annotated[FiniteFloat, Field(ge=0, le=1)]
    adjusted: Annotated[FiniteFloat, Field(ge=0, le=1)]
    """The p-value corrected for all tests of the comparison (Holm)."""

    @property
    def conclusion(self) -> str:
        """Return what the corrected test says of the second model."""
        if self.adjusted > 1 - self.interval.level or self.difference == 0:
            return "not told apart"
        return "better" if self.difference > 0 else "worse"


class Pair(Record):
    """One measurement of both audits; None where an audit has it not."""

    id: MeasurementId
    first: Measurement | None
    second: Measurement | None

    @property
    def difference(self) -> float | None:
        """Return second less first; None where one is missing."""
        return None if self.first is None or self.second is None else self.second.value - self.first.value


class Comparison(Record):
    """All that differs between two audits."""

    first: Side
    second: Side
    facts: tuple[Fact, ...]
    """What the records state and what was concluded from them, by what it is about."""
    tests: tuple[Test, ...]
    unpaired: tuple[str, ...]
    """Why which check could not be compared image by image."""
    numbers: tuple[Pair, ...]
