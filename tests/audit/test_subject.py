from __future__ import annotations

import torch

from fmnist_governance.audit.subject import Subject


def test_a_subset_is_stratified_and_the_same_every_time(subject: Subject) -> None:
    first, second = subject.subset(100), subject.subset(100)

    assert torch.bincount(first.labels).tolist() == [25, 25, 25, 25]
    assert torch.equal(first.index, second.index)
    assert torch.equal(first.logits, subject.test.logits[first.index])


def test_a_smaller_subset_lies_within_a_larger_one(subject: Subject) -> None:
    small, large = subject.subset(40), subject.subset(200)

    assert set(small.index.tolist()) < set(large.index.tolist())


def test_a_subset_gets_the_noise_of_the_full_run(subject: Subject) -> None:
    def draw(n: int, generator: torch.Generator) -> torch.Tensor:
        return torch.randn(n, 3, generator=generator)

    everything = subject.draw(("noise", "sev_1"), torch.arange(1200), draw)
    some = torch.tensor([3, 499, 500, 1199])

    assert torch.equal(subject.draw(("noise", "sev_1"), some, draw), everything[some])
    assert not torch.equal(subject.draw(("noise", "sev_2"), some, draw), everything[some])
    assert not torch.equal(everything[:500], everything[500:1000])
