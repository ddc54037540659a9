"""The type of every interval: how far a number may be from the truth, and by which method."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, PositiveInt, model_validator


class Interval(BaseModel):
    """A range that covers the true value with a stated probability."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    low: FiniteFloat
    high: FiniteFloat
    level: Annotated[FiniteFloat, Field(gt=0, lt=1)] = 0.95
    """Probability in (0, 1) with which such ranges cover the true value."""
    method: str
    """How it was computed, such as `wilson` or `bootstrap`."""
    family: PositiveInt = 1
    """For how many sibling intervals the level holds at once (Bonferroni); 1 for this one alone."""

    @model_validator(mode="after")
    def _in_order(self) -> Interval:
        if self.low > self.high:
            msg = f"low {self.low} is above high {self.high}"
            raise ValueError(msg)
        return self
