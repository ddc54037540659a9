"""Settings of the corruption check."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fmnist_governance.audit.check import Params
from fmnist_governance.audit.corruptions.catalog import CORRUPTIONS
from fmnist_governance.audit.corruptions.corruption import Scale
from fmnist_governance.audit.corruptions.sweep import Asked

ALL: Literal["all"] = "all"
Severity = Literal[1, 2, 3, 4, 5]


class CorruptionParams(Params):
    """Which disturbances are tried, on how many images."""

    images: Annotated[int, Field(ge=10)] = 1000
    """How many test images are disturbed, a stratified draw; all of them where there are no more."""
    severities: Annotated[tuple[Severity, ...], Field(min_length=1)] = (1, 2, 3, 4, 5)
    """Which of the five, in ascending order."""
    corruptions: Literal["all"] | Annotated[tuple[str, ...], Field(min_length=1)] = ALL
    """Names of corruptions, or all that the scale has."""
    scale: Scale = Scale.GARMENT28
    """Whose strengths: those fitted to garments, or MNIST-C's."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind each interval that is not a plain proportion's."""

    @model_validator(mode="after")
    def _known(self) -> CorruptionParams:
        if list(self.severities) != sorted(set(self.severities)):
            msg = f"severities {list(self.severities)}: expected each once, in ascending order"
            raise ValueError(msg)
        known = [c.name for c in CORRUPTIONS if c.strengths(self.scale) is not None]
        asked = () if self.corruptions == ALL else self.corruptions
        if unknown := [name for name in asked if name not in known]:
            msg = f"the scale {self.scale} has no corruption {', '.join(unknown)}; it has {', '.join(known)}"
            raise ValueError(msg)
        return self

    def asked(self) -> Asked:
        """Return what is to be tried, in the order of the catalog."""
        there = (c for c in CORRUPTIONS if c.strengths(self.scale) is not None)
        chosen = tuple(c for c in there if self.corruptions == ALL or c.name in self.corruptions)
        return Asked(chosen, self.severities, self.scale)
