from __future__ import annotations

import pytest
import torch
from scipy.stats import spearmanr

from fmnist_governance.audit.attribution.likeness import change, spearman


def test_scipy_ranks_alike_ties_included() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = ((torch.rand(5, 6, 6, generator=generator) * 10).floor().relu() for _ in range(2))
    expected = [spearmanr(a.flatten(), b.flatten()).statistic for a, b in zip(one, other, strict=True)]

    assert spearman(one, other).tolist() == pytest.approx(expected)


def test_the_same_map_is_wholly_alike_at_any_scale_and_its_negative_wholly_unlike() -> None:
    maps = torch.rand(3, 5, 5, generator=torch.Generator().manual_seed(0))

    assert spearman(maps, 7 * maps).tolist() == pytest.approx([1, 1, 1])
    assert spearman(maps, -maps).tolist() == pytest.approx([-1, -1, -1])


def test_a_flat_map_has_no_likeness_and_an_empty_one_no_relative_change() -> None:
    maps = torch.rand(1, 5, 5, generator=torch.Generator().manual_seed(0))

    assert spearman(maps, torch.ones(1, 5, 5)).isnan().all()
    assert change(torch.zeros(1, 5, 5), maps).isnan().all()


def test_a_map_that_doubles_has_changed_by_itself() -> None:
    maps = torch.rand(2, 5, 5, generator=torch.Generator().manual_seed(0))

    assert change(maps, 2 * maps).tolist() == pytest.approx([1.0, 1.0])
