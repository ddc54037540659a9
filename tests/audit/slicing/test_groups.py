from __future__ import annotations

import numpy as np
import pytest
import torch

from fmnist_governance.audit.garments import LOOKS
from fmnist_governance.audit.slicing.groups import quarter, slices
from fmnist_governance.audit.subject import Subject


def test_quarters_by_hand() -> None:
    values = torch.tensor([8.0, 1, 2, 3, 4, 5, 6, 7], dtype=torch.float64)

    assert quarter(values).tolist() == [3, 0, 0, 1, 1, 2, 2, 3]


def test_ranks_cut_alike() -> None:
    values = torch.rand(1000, generator=torch.Generator().manual_seed(1), dtype=torch.float64)

    assert quarter(values).tolist() == (np.argsort(np.argsort(values.numpy())) // 250).tolist()


def test_equal_values_are_not_torn_apart() -> None:
    values = torch.tensor([0.0, 0, 0, 0, 0, 1, 2, 3], dtype=torch.float64)

    assert quarter(values).tolist() == [0, 0, 0, 0, 0, 2, 3, 3]


def test_quarters_and_classes_hold_every_image_once(subject: Subject) -> None:
    found = slices(subject.test, subject.classes)

    quarters, whole = [s for s in found if s.name], [s for s in found if s.look is None]
    assert len(quarters) == 4 * len(LOOKS)
    assert sum(s.member.sum() for s in quarters) == len(LOOKS) * len(subject.test)
    assert torch.equal(torch.stack([s.member for s in whole]).sum(dim=0), torch.ones(400, dtype=torch.int64))


def test_a_quarter_within_a_class_is_what_both_share(subject: Subject) -> None:
    found = {s.title: s for s in slices(subject.test, subject.classes)}

    both = found["darkest quarter"].member & found["Coat"].member
    assert torch.equal(found["Coat, darkest quarter"].member, both)
    assert found["Coat, darkest quarter"].name is None


def test_titles_are_unique(subject: Subject) -> None:
    titles = [s.title for s in slices(subject.test, subject.classes)]

    assert len(titles) == len(set(titles)) == 4 * 7 + 4 + 4 * 7 * 4


@pytest.mark.parametrize("title", ["darkest quarter", "second brightest quarter", "most symmetric quarter"])
def test_ends_are_named_in_words(subject: Subject, title: str) -> None:
    assert title in {s.title for s in slices(subject.test, subject.classes)}
