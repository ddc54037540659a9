from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.audit.uncertainty.bins import equal_mass, equal_width, spread

confidences = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60).map(lambda c: torch.tensor(c, dtype=torch.float64))


def test_a_bin_holds_its_upper_end_and_not_its_lower_one() -> None:
    ends = torch.tensor([0.0, 0.2, 0.20000001, 0.4, 0.6, 0.8, 1.0], dtype=torch.float64)

    assert equal_width(ends, 5).tolist() == [0, 0, 1, 1, 2, 3, 4]


@pytest.mark.parametrize("bins", [2, 3, 7, 10, 15, 100])
def test_every_end_of_a_bin_is_in_it(bins: int) -> None:
    ends = torch.tensor([m / bins for m in range(1, bins + 1)], dtype=torch.float64)

    assert equal_width(ends, bins).tolist() == list(range(bins))


def test_bins_of_equal_size_are_as_even_as_can_be() -> None:
    sizes = equal_mass(torch.rand(100, generator=torch.Generator().manual_seed(0)).double(), 15).bincount()

    assert sorted(set(sizes.tolist())) == [6, 7]
    assert len(sizes) == 15


def test_equal_confidences_share_a_bin() -> None:
    tied = torch.tensor([0.5, 0.9, 0.9, 0.9, 0.9, 0.9], dtype=torch.float64)

    assert equal_mass(tied, 3).tolist() == [0, 0, 0, 0, 0, 0]
    assert equal_mass(tied, 6).tolist() == [0, 1, 1, 1, 1, 1]


@given(confidences, st.integers(2, 20))
def test_bins_of_equal_size_follow_the_confidence_without_a_gap(confidence: torch.Tensor, bins: int) -> None:
    place = equal_mass(confidence, bins)

    assert place[confidence.argsort()].tolist() == sorted(place.tolist())
    assert sorted(set(place.tolist())) == list(range(int(place.max()) + 1))
    assert int(place.max()) < bins


def test_values_are_summed_by_bin() -> None:
    columns = spread(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([2, 0, 2]))

    assert columns.sum(dim=0).tolist() == [2.0, 0.0, 5.0]
