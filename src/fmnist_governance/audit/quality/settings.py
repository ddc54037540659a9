"""What the data_quality check is asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fmnist_governance.audit.check import Params


class DataQualityParams(Params):
    """Settings of the data_quality check."""

    near_images: Annotated[int, Field(ge=1, le=1_000_000)] = 10_000
    """How many test images are compared with every other test image and every training image: a stratified draw, or
    all that there are."""
    near_training: bool = False
    """Whether training images are compared with each other too: 36 times the work of 10,000 test images."""
    shift_images: Annotated[int, Field(ge=4, le=100_000)] = 5_000
    """How many test and how many training images are told apart by a classifier and by statistics: a draw of each."""
    permutations: Annotated[int, Field(ge=99, le=100_000)] = 500
    """How often the two are shuffled to learn how well a classifier tells them apart by chance."""
    training_labels: bool = False
    """Whether labels of training images are doubted too, by a linear model that did not see them (three folds)."""
    examples: Annotated[int, Field(ge=1, le=20)] = 8
    """How many images or pairs are shown in a row; there are at most three rows a picture."""
