"""What the law asks for, part by part, and whether it is evidenced, declared, missing or not applicable."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from fmnist_governance.evidence.record import MeasurementId, Record


class State(StrEnum):
    """How far something that the law asks for is answered."""

    EVIDENCED = "evidenced"
    """By measurements and facts of the record alone."""
    DECLARED = "declared"
    """At least in part by a person's word."""
    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"
    """With the reason."""


def combined(states: Iterable[State]) -> State:
    """Return the state of a whole: missing while one part is, declared while one rests on a person's word."""
    found = set(states)
    order = (State.MISSING, State.DECLARED, State.EVIDENCED)
    return next((state for state in order if state in found), State.NOT_APPLICABLE)


class Part(Record):
    """One thing that a point asks for."""

    id: str
    """The point's id and a word, such as `IV.1.a.purpose`."""
    title: str
    state: State
    why: str | None
    """What is missing, or why the part does not apply; None where it is answered."""
    owner: str
    """Who answered it, or who could."""
    measurements: tuple[MeasurementId, ...] = ()
    """What was measured, or should have been."""
    facts: tuple[str, ...] = ()
    """Names of facts of the record."""
    topics: tuple[str, ...] = ()
    """Topics of the declarations."""


class Point(Record):
    """One point of a list in the law, in its numbering."""

    id: str
    """Such as `IV.2.g`."""
    list: str
    """Which list it belongs to, such as `annex_iv`."""
    number: str
    """As the law numbers it, such as `2(g)`."""
    title: str
    asks: str
    """What the point asks for, in the words of this product."""
    articles: tuple[str, ...]
    """Where it stands in the law, and what it is related to."""
    state: State
    parts: tuple[Part, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _follows_from_the_parts(self) -> Self:
        if self.state is not combined(part.state for part in self.parts):
            msg = f"{self.id} is {self.state}, which is not what its parts say"
            raise ValueError(msg)
        return self


class LawFacts(Record):
    """Which text of the law the product's catalogue follows."""

    regulation: str
    amended_by: str
    as_of: str
    """The day to which the catalogue follows the law."""
    stale_after_days: int
    """Older than this, the catalogue is not to be relied on."""
