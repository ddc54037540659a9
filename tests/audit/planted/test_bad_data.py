"""Flipped labels, copied images, a halved class, another light and blank images must be found in the data."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import nn

from fmnist_governance.audit.data_quality import DATA_QUALITY
from fmnist_governance.audit.quality.settings import DataQualityParams
from fmnist_governance.audit.subject import Labelled, Subject
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.evidence.record import Measurement

PARAMS = DataQualityParams(shift_images=1_000, permutations=199, training_labels=True)
DOUBTED = 0.01
"""By how much the doubted share lies above the clean one, at the lower end of its interval, where 5 % are flipped."""
TRAINING_DOUBTED = 0.04
"""By how much more training labels are doubted where 5 % are flipped."""
COPIED = 0.2
"""Copies on the shipped sample: 300 of 1,000; clean, there is none."""
P_VALUE = 0.01


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Callable[[nn.Module], Subject], sample_data: Dataset) -> Subject:
    train = sample_data.splits["train"]
    images, labels = torch.from_numpy(train.images), torch.from_numpy(train.labels)
    return dataclasses.replace(audited(trained), train=Labelled(images, labels, torch.arange(len(labels))))


@pytest.fixture(scope="module")
def before(clean: Subject) -> dict[str, Measurement]:
    return numbers(clean)


def numbers(subject: Subject) -> dict[str, Measurement]:
    result = DATA_QUALITY.measure(subject, PARAMS)
    return {m.id.removeprefix("data_quality."): m for m in result.measurements}


def low(measured: Measurement) -> float:
    return measured.value if measured.interval is None else measured.interval.low


def high(measured: Measurement) -> float:
    return measured.value if measured.interval is None else measured.interval.high


def flipped(labels: torch.Tensor) -> torch.Tensor:
    """Give every twentieth image the label of another class."""
    rows = torch.arange(len(labels))
    return torch.where(rows % 20 == 7, (labels + 1 + rows % 9) % 10, labels)


def test_flipped_test_labels_are_doubted(clean: Subject, before: dict[str, Measurement]) -> None:
    test = dataclasses.replace(clean.test, labels=flipped(clean.test.labels))

    after = numbers(dataclasses.replace(clean, test=test))

    assert before["label_issue.test.rate"].value + DOUBTED < low(after["label_issue.test.rate"])


def test_flipped_training_labels_are_doubted(clean: Subject, before: dict[str, Measurement]) -> None:
    assert clean.train is not None
    train = dataclasses.replace(clean.train, labels=flipped(clean.train.labels))

    after = numbers(dataclasses.replace(clean, train=train))

    assert after["label_issue.train.rate"].value > before["label_issue.train.rate"].value + TRAINING_DOUBTED


def test_copied_training_images_are_found_and_left_out(clean: Subject, before: dict[str, Measurement]) -> None:
    assert clean.train is not None
    images, labels, logits = (t.clone() for t in (clean.test.images, clean.test.labels, clean.test.logits))
    images[:300], labels[:300] = clean.train.images[:300], clean.train.labels[:300]
    logits[:300] = clean.answer(clean.train.images[:300])
    test = dataclasses.replace(clean.test, images=images, labels=labels, logits=logits)

    after = numbers(dataclasses.replace(clean, test=test))

    for name in ("exact_duplicate.test_in_train.rate", "near_duplicate.t_0_999.rate", "near_duplicate.t_0_98.rate"):
        assert high(before[name]) < COPIED < low(after[name])
    assert after["exact_duplicate.test_in_train.count"].value == 300
    adjusted = after["leak_adjusted.t_0_999.accuracy"]
    assert adjusted.n == 700
    assert adjusted.value < float(test.correct.double().mean())


def test_mirrored_copies_are_found(clean: Subject, before: dict[str, Measurement]) -> None:
    assert clean.train is not None
    images = clean.test.images.clone()
    images[:40] = clean.train.images[:40].flip(3)
    test = dataclasses.replace(clean.test, images=images)

    after = numbers(dataclasses.replace(clean, test=test))

    assert before["mirrored_duplicate.test_in_train.count"].value == 0
    assert after["mirrored_duplicate.test_in_train.count"].value == 40
    assert after["exact_duplicate.test_in_train.count"].value == 0


def test_a_halved_class_is_out_of_balance(clean: Subject, before: dict[str, Measurement]) -> None:
    trousers = (clean.test.labels == 1).nonzero()[:, 0]
    kept = ~torch.isin(torch.arange(len(clean.test)), trousers[::2])

    after = numbers(dataclasses.replace(clean, test=clean.test.take(kept.nonzero()[:, 0])))

    assert before["balance.test.ratio"].value == 1
    assert after["balance.test.ratio"].value == 2
    assert after["balance.train.ratio"].value == before["balance.train.ratio"].value


def test_another_light_tells_test_from_training(clean: Subject, before: dict[str, Measurement]) -> None:
    brighter = (clean.test.images.int() + 10).clamp(max=255).to(torch.uint8)
    test = dataclasses.replace(clean.test, images=brighter)

    after = numbers(dataclasses.replace(clean, test=test))

    assert high(after["shift.classifier.p_value"]) < 0.05 < low(before["shift.classifier.p_value"])
    assert after["shift.statistics.p_value"].value < P_VALUE < before["shift.statistics.p_value"].value
    assert low(after["shift.statistics.distance"]) > high(before["shift.statistics.distance"])


def test_blank_images_are_counted(clean: Subject, before: dict[str, Measurement]) -> None:
    images = clean.test.images.clone()
    images[:9] = 0
    images[9:12] = 90
    test = dataclasses.replace(clean.test, images=images)

    after = numbers(dataclasses.replace(clean, test=test))

    names = ("blank.test.count", "constant.test.count", "low_variance.test.count")
    assert [before[name].value for name in names] == [0, 0, 0]
    assert [after[name].value for name in names] == [9, 12, 12]


def test_near_copies_with_other_labels_are_in_conflict(clean: Subject, before: dict[str, Measurement]) -> None:
    assert clean.train is not None
    images, labels = clean.test.images.clone(), clean.test.labels.clone()
    images[:60], labels[:60] = clean.train.images[:60], (clean.train.labels[:60] + 1) % 10
    test = dataclasses.replace(clean.test, images=images, labels=labels)

    after = numbers(dataclasses.replace(clean, test=test))

    assert high(before["label_conflict.rate"]) < 0.03 < low(after["label_conflict.rate"])
