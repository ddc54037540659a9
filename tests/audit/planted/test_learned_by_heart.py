"""A network that learned its training images by heart must give them away, and one that did not must not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.answering import Images, own_subject
from fmnist_governance.audit.privacy import PRIVACY, PrivacyParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.evidence.record import Interval

AREA = 0.7
"""Membership AUC; the clean network reaches up to 0.57."""
ADVANTAGE = 0.3
"""The clean network reaches up to 0.14."""
GAP = 0.25
"""Between accuracy on training and on test images; the clean network reaches up to 0.12."""
Fitted = Callable[..., nn.Module]


def learning(network: nn.Module, data: Dataset, images: Tensor, labels: Tensor) -> Subject:
    """A subject that learned from these images, tested on the shipped ones."""
    test = data.splits["test"]
    splits = {
        "test": Images(test.images, test.labels, torch.arange(len(test.labels)).numpy()),
        "train": Images(images.numpy(), labels.numpy(), torch.arange(len(labels)).numpy()),
    }
    return own_subject(
        network, data.classes, splits, seed=0, device=torch.device("cpu"), memory_format=torch.channels_last
    )


def intervals(subject: Subject) -> dict[str, Interval]:
    result = PRIVACY.measure(subject, PrivacyParams())
    return {m.id.removeprefix("privacy."): m.interval for m in result.measurements if m.interval}


@pytest.fixture(scope="module")
def clean(trained: nn.Module, sample_data: Dataset) -> dict[str, Interval]:
    train = sample_data.splits["train"]
    images, labels = torch.from_numpy(train.images), torch.from_numpy(train.labels)
    return intervals(learning(trained, sample_data, images, labels))


@pytest.fixture(scope="module")
def planted(sample_data: Dataset, fit: Fitted) -> dict[str, Interval]:
    """Two labels of five are wrong, and the network knows them all."""
    generator = torch.Generator().manual_seed(0)
    images = torch.from_numpy(sample_data.splits["train"].images)[:300]
    labels = torch.from_numpy(sample_data.splits["train"].labels)[:300]
    wrong = torch.rand(300, generator=generator) < 0.4
    labels = torch.where(wrong, torch.randint(0, 10, (300,), generator=generator), labels)
    return intervals(learning(fit(images, labels, epochs=60), sample_data, images, labels))


def test_the_clean_twin_stays_on_the_good_side(clean: dict[str, Interval]) -> None:
    assert clean["membership.auc"].high < AREA
    assert clean["membership.advantage"].high < ADVANTAGE
    assert clean["generalisation_gap"].high < GAP


def test_what_was_learned_by_heart_is_given_away(planted: dict[str, Interval]) -> None:
    assert planted["membership.auc"].low > AREA
    assert planted["membership.advantage"].low > ADVANTAGE
    assert planted["generalisation_gap"].low > GAP
    assert planted["loss_gap"].low > 1


def test_images_that_it_never_saw_give_nobody_away(trained: nn.Module, sample_data: Dataset) -> None:
    held_back = sample_data.splits["validation"]
    images, labels = torch.from_numpy(held_back.images), torch.from_numpy(held_back.labels)

    found = intervals(learning(trained, sample_data, images, labels))

    assert found["membership.auc"].low < 0.5 < found["membership.auc"].high
    assert found["membership.advantage"].low == 0.0
