"""What a suite may set about explanations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fmnist_governance.audit.check import Params

Size = Annotated[int, Field(ge=10)]
Draws = Annotated[int, Field(ge=1, le=100)]


class ExplanationParams(Params):
    """Settings of the explanation check."""

    n: Size = 10_000
    """How many images are explained, a stratified draw; all where there are no more."""
    occlusion_n: Size = 1000
    """How many are asked again with a place painted black."""
    deletion_n: Size = 500
    """For how many the deletion and insertion curves are made."""
    randomisation_n: Size = 200
    """For how many the maps of a network that forgets are compared."""
    randomisation_draws: Draws = 5
    """How often it forgets anew."""
    stability_n: Size = 200
    """For how many the maps under slight noise are compared."""
    stability_draws: Draws = 5
    """Draws of that noise."""
    examples: Annotated[int, Field(ge=1, le=8)] = 2
    """How many right, and how many wrong, images of each class are shown."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind each interval that is not a plain proportion's."""
