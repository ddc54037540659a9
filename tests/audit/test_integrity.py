from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.integrity import INTEGRITY, IntegrityParams, not_finite
from fmnist_governance.audit.package import Answers
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError, ModelError

Boxed = Callable[..., Subject]
PARAMS = IntegrityParams(n=40, few=10)


def test_a_package_that_names_no_class_and_takes_no_integers_owes_it_and_says_why(
    seeing_subject: Subject, boxed: Boxed
) -> None:
    def numbers(images: Tensor) -> Answers:
        return Answers(seeing_subject.answer(images).double().softmax(dim=1))

    result = INTEGRITY.measure(boxed(seeing_subject, ask=numbers, takes_bytes=False, left_training=None), PARAMS)

    assert result.absent == {
        "integrity.bytes.agreement": "the packaged model does not say that it takes integers",
        "integrity.bytes.largest_gap": "the packaged model does not say that it takes integers",
        "integrity.package.class_names": "the packaged model gives numbers alone and names no class",
        "integrity.training_mode.layers": "the model gives answers alone; there is no network to look at",
    }


def test_a_package_that_takes_three_images_gets_three(seeing_subject: Subject, boxed: Boxed) -> None:
    sizes = set()

    def three(images: Tensor) -> Answers:
        sizes.add(len(images))
        return Answers(seeing_subject.answer(images).double().softmax(dim=1))

    result = INTEGRITY.measure(
        boxed(seeing_subject, ask=three, takes_bytes=False, most=3), IntegrityParams(n=39, few=10)
    )

    assert sizes == {1, 3}
    assert "integrity.batch.agreement" not in result.absent


def test_a_black_box_has_no_network_to_compute_again(seeing_subject: Subject, boxed: Boxed) -> None:
    box = dataclasses.replace(boxed(seeing_subject), network=None)

    result = INTEGRITY.measure(box, PARAMS)

    assert "integrity.determinism.agreement" in result.absent
    assert "integrity.weights.not_finite" in result.absent


def test_code_that_fails_is_a_failed_check(seeing_subject: Subject, boxed: Boxed) -> None:
    def broken(images: Tensor) -> Answers:
        msg = f"models:/M/1: its code failed on {len(images)} images"
        raise ModelError(msg)

    with pytest.raises(CheckError, match="integrity: models:/M/1: its code failed on 40 images"):
        INTEGRITY.measure(boxed(seeing_subject, ask=broken), PARAMS)


def test_the_threads_are_as_they_were(seeing_subject: Subject, boxed: Boxed) -> None:
    before = torch.get_num_threads()

    INTEGRITY.measure(boxed(seeing_subject), PARAMS)

    assert torch.get_num_threads() == before


def test_every_way_is_in_the_table(seeing_subject: Subject, boxed: Boxed) -> None:
    subject = dataclasses.replace(boxed(seeing_subject), original=seeing_subject.network)

    (table,) = INTEGRITY.measure(subject, PARAMS).tables

    ways = [str(row[1]) for row in table.rows if row[0] == "determinism"]
    assert ways == [
        *("batches of 1", "batches of 100", "batches of 250", "1 thread", "2 threads", "contiguous", "channels last"),
        "batch norm not folded into convolutions",
    ]


def test_weights_and_statistics_that_are_no_numbers_are_counted() -> None:
    linear, norm = nn.Linear(2, 2), nn.BatchNorm1d(2)
    linear.weight.data[0, 0] = torch.inf
    norm.running_var = torch.tensor([1.0, torch.nan])

    assert not_finite(nn.Sequential(linear, norm)) == 2


def test_it_needs_a_package() -> None:
    assert INTEGRITY.needs == {Need.PACKAGE}
