from __future__ import annotations

import dataclasses

import pytest
import torch

from fmnist_governance.audit.subject import Subject
from fmnist_governance.audit.uncertainty.held_out import held_out
from fmnist_governance.errors import CheckError


def test_half_of_each_class_is_fitted_on_and_the_other_is_scored(subject: Subject) -> None:
    held = held_out(subject)

    assert held.fit.labels.bincount().tolist() == held.score.labels.bincount().tolist() == [50] * 4
    assert sorted([*held.fit.index.tolist(), *held.score.index.tolist()]) == list(range(400))
    assert held.source.endswith("known to have left out, fitted on 200 test images, scored on the other 200")


def test_the_halves_do_not_depend_on_the_order_of_the_images(subject: Subject) -> None:
    order = torch.randperm(400, generator=torch.Generator().manual_seed(1))
    mixed = dataclasses.replace(subject, test=subject.test.take(order))

    assert held_out(mixed).fit.index.tolist() == held_out(subject).fit.index.tolist()


def test_the_halves_depend_on_the_seed(subject: Subject) -> None:
    other = dataclasses.replace(subject, seed=1)

    assert held_out(other).fit.index.tolist() != held_out(subject).fit.index.tolist()


def test_a_validation_split_leaves_all_test_images_to_score(subject: Subject) -> None:
    validated = dataclasses.replace(subject, validation=subject.test.take(torch.tensor([9, 3, 5])))

    held = held_out(validated)

    assert held.fit.index.tolist() == [3, 5, 9]
    assert len(held.score) == 400
    assert held.source == "fitted on 3 validation images, scored on all 400 test images"


@pytest.mark.parametrize("size", [0, 1])
def test_one_image_cannot_be_halved(subject: Subject, size: int) -> None:
    few = dataclasses.replace(subject, test=subject.test.take(torch.arange(size)))

    with pytest.raises(CheckError, match=f"{size} test images and no validation split: at least two"):
        held_out(few)
