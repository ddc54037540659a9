"""Which images may settings be fitted on, and which are left to score them?"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import torch

from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.errors import CheckError


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Images to fit a setting on, and others to score it on; each in index order."""

    fit: Examples
    score: Examples
    source: str
    """Which images each of the two are, in words."""
    split: str
    """Of which split the images to fit on are."""


def in_order(examples: Examples) -> Examples:
    """Return the same images by ascending index, so that their order in memory changes no number."""
    return examples.take(examples.index.argsort())


def held_out(subject: Subject) -> HeldOut:
    """Fit on the validation split and score on the test split; without the first, on one half of the test images each.

    A subject has a validation split where its training is known to have left those images out.

    Raises:
        CheckError: There are too few images to have both.
    """
    test = in_order(subject.test)
    if subject.validation is not None and len(subject.validation) and len(test):
        fit = in_order(subject.validation)
        source = f"fitted on {len(fit):,} validation images, scored on all {len(test):,} test images"
        return HeldOut(fit, test, source, "validation")
    if len(test) < 2:  # noqa: PLR2004 - one image to fit on, one to score on
        msg = f"{len(test)} test images and no validation split: at least two test images are needed"
        raise CheckError(msg)
    fit = dataclasses.replace(subject, test=test).subset(len(test) // 2)
    score = test.take((~torch.isin(test.index, fit.index)).nonzero()[:, 0])
    halves = f"fitted on {len(fit):,} test images, scored on the other {len(score):,}"
    source = f"for want of images that training is known to have left out, {halves}"
    return HeldOut(fit, score, source, "test")
