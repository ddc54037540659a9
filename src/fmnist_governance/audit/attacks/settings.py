"""What a suite may set about the attacks."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.check import Params

HEADLINES = frozenset({"8/255", "0.1"})
"""The L-infinity budgets that are usual for such images; random noise is tried at these."""
NAMES = {Norm.LINF: "L-infinity", Norm.L2: "L2"}


def _text(value: object) -> object:
    return str(value) if isinstance(value, int | float) else value


def _radius(value: str) -> str:
    Budget(Norm.LINF, value)
    return value


Radius = Annotated[str, BeforeValidator(_text), AfterValidator(_radius)]
"""A radius as a person writes it: `8/255` or 0.1, for pixels from 0 to 1."""


class AdversarialParams(Params):
    """Settings of the adversarial check."""

    n: Annotated[int, Field(ge=10)] = 1000
    """How many images are attacked, a stratified draw."""
    linf: Annotated[tuple[Radius, ...], Field(min_length=1, max_length=20)] = (
        *("1/255", "2/255", "4/255", "8/255", "16/255"),
        *("0.1", "0.2", "0.3"),
    )
    """Budgets for the largest change of any pixel."""
    l2: Annotated[tuple[Radius, ...], Field(max_length=20)] = ("0.25", "0.5", "1", "1.5")
    """Budgets for the Euclidean length of the change."""
    steps: Annotated[int, Field(ge=1, le=1000)] = 40
    """Steps of PGD."""
    restarts: Annotated[int, Field(ge=1, le=20)] = 1
    """Random starts of PGD, for each of its two losses."""
    noise_draws: Annotated[int, Field(ge=1, le=1000)] = 20
    """Draws of random sign noise, at the headline budgets."""
    survivors: Annotated[int, Field(ge=1)] = 100
    """How many images that withstood PGD are attacked in other ways."""
    square_queries: Annotated[int, Field(ge=10, le=10_000)] = 1000
    """Queries of the attack without gradients, on these survivors."""
    more_steps: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Steps of the longer PGD, on these survivors."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind the interval of the median."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for texts in (self.linf, self.l2):
            if len({Budget(Norm.LINF, text).radius for text in texts}) != len(texts):
                msg = f"budgets {', '.join(texts)}: one of them is given twice"
                raise ValueError(msg)
        return self

    def budgets(self, norm: Norm) -> tuple[Budget, ...]:
        """Return the budgets of a norm, the smallest first."""
        texts = self.linf if norm is Norm.LINF else self.l2
        return tuple(sorted((Budget(norm, text) for text in texts), key=lambda budget: budget.radius))
