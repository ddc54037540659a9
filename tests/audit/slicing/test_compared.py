from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from fmnist_governance.audit.slicing.compared import compared, within_classes
from fmnist_governance.audit.slicing.groups import Slice, slices
from fmnist_governance.audit.subject import Subject
from fmnist_governance.stats.unpaired import Counted, difference_interval


def bits(text: str) -> Tensor:
    return torch.tensor([char == "1" for char in text])


def brute_force(labels: Tensor, correct: Tensor, member: Tensor) -> float | None:
    """Mantel and Haenszel's difference, written out for each class."""
    above, below = 0.0, 0.0
    for label in np.unique(labels.numpy()):
        own = correct.numpy()[(labels.numpy() == label) & member.numpy()]
        rest = correct.numpy()[(labels.numpy() == label) & ~member.numpy()]
        if len(own) and len(rest):
            above += (rest.sum() * len(own) - own.sum() * len(rest)) / (len(own) + len(rest))
            below += len(own) * len(rest) / (len(own) + len(rest))
    return above / below if below else None


def test_one_class_is_a_plain_difference() -> None:
    labels, correct, member = torch.zeros(8, dtype=torch.int64), bits("11100011"), bits("00001111")

    found = within_classes(labels, correct, member)

    expected = difference_interval(Counted(2, 4), Counted(3, 4))
    assert found is not None
    assert found.value == pytest.approx(0.25)
    assert (found.interval.low, found.interval.high) == pytest.approx((expected.low, expected.high))


def test_a_group_of_a_hard_class_is_not_worse_than_its_class() -> None:
    labels = torch.tensor([0] * 50 + [1] * 50)
    correct = torch.cat((torch.ones(50, dtype=torch.bool), torch.arange(50) % 2 == 0))
    member = torch.cat((torch.arange(50) < 4, torch.arange(50) < 40))

    found = within_classes(labels, correct, member)

    assert float(correct[~member].float().mean() - correct[member].float().mean()) > 0.3
    assert found is not None
    assert found.value == pytest.approx(0.0)


def test_a_whole_class_has_no_other_images_of_its_class() -> None:
    labels = torch.tensor([0, 0, 1, 1])

    assert within_classes(labels, bits("1011"), labels == 0) is None


images = st.lists(st.tuples(st.integers(0, 3), st.booleans(), st.booleans()), min_size=1, max_size=80)


@given(images)
@settings(deadline=None)
def test_the_average_over_classes_is_that_of_a_loop(found: list[tuple[int, bool, bool]]) -> None:
    labels, correct, member = (torch.tensor(column) for column in zip(*found, strict=True))

    gap, expected = within_classes(labels, correct, member), brute_force(labels, correct, member)

    assert (gap is None) == (expected is None)
    assert gap is None or gap.value == pytest.approx(expected, abs=1e-12)
    assert gap is None or gap.interval.low < gap.interval.high
    assert gap is None or gap.interval.low <= gap.value <= gap.interval.high


def test_the_interval_covers_a_known_gap_as_often_as_it_says() -> None:
    random, n = np.random.default_rng(3), 400
    labels = torch.arange(n) % 4
    member = torch.arange(n) % 5 < 2
    share = torch.tensor([0.95, 0.9, 0.8, 0.99])[labels] - 0.1 * member
    held = 0
    for _ in range(300):
        correct = torch.from_numpy(random.random(n)) < share
        found = within_classes(labels, correct, member)
        held += found is not None and found.interval.low <= 0.1 <= found.interval.high

    assert held / 300 >= 0.92


def test_small_groups_are_left_out(subject: Subject) -> None:
    groups = slices(subject.test, subject.classes)

    found = compared(subject.test, groups, smallest=50, smallest_in_class=30)

    assert {c.slice.title for c in found} == {
        s.title for s in groups if (30 if s.look and s.label is not None else 50) <= s.member.sum() <= 350
    }
    assert {c.gap.interval.family for c in found} == {len(found)}


def test_a_group_with_next_to_nothing_outside_is_left_out(subject: Subject) -> None:
    most = Slice("most", torch.arange(400) < 390)

    assert compared(subject.test, (most,), 50, 100) == ()


def test_gaps_are_those_of_numpy(subject: Subject) -> None:
    correct = subject.test.correct.double().numpy()

    for item in compared(subject.test, slices(subject.test, subject.classes), 50, 100):
        member = item.slice.member.numpy()
        assert item.gap.value == pytest.approx(correct[~member].mean() - correct[member].mean())
        assert item.own.share == pytest.approx(correct[member].mean())
        assert item.p <= item.adjusted <= 1


def test_the_order_of_the_images_changes_nothing(subject: Subject) -> None:
    order = torch.randperm(400, generator=torch.Generator().manual_seed(2))
    turned = dataclasses.replace(subject, test=subject.test.take(order))

    before, after = (
        [(c.slice.title, c.own, c.gap, c.within, c.p) for c in compared(s.test, slices(s.test, s.classes), 50, 30)]
        for s in (subject, turned)
    )

    assert before == after
