from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.audit.attacks.budget import Budget, Norm, largest_change, projected, size, started, steepest

ROUNDING = 1e-5


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("text", "radius", "slug"), [("8/255", 8 / 255, "eps_8_255"), ("0.1", 0.1, "eps_0_1")])
def test_a_budget_is_what_a_person_wrote(text: str, radius: float, slug: str) -> None:
    budget = Budget(Norm.LINF, text)

    assert budget.radius == radius
    assert budget.slug == slug


@pytest.mark.parametrize("text", ["0", "0/255", "-1", "8/0", "nan", "inf", "1e3", "8 / 255", "", "../x", "\u0661/255"])
def test_what_is_no_size_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected a number above 0, such as 8/255"):
        Budget(Norm.LINF, text)


@given(st.sampled_from(Norm), st.sampled_from(["1/255", "0.1", "0.5", "2"]), st.floats(0, 30), st.integers(0, 99))
def test_what_is_projected_lies_in_the_ball_and_in_the_range_of_pixels(
    norm: Norm, text: str, reach: float, seed: int
) -> None:
    budget, images = Budget(norm, text), random(3, 1, 5, 5, seed=seed)

    found = projected(images + reach * (random(3, 1, 5, 5, seed=seed + 1) - 0.5), images, budget)

    assert float(size(found - images, norm).max()) <= budget.radius + ROUNDING
    assert 0 <= float(found.min()) <= float(found.max()) <= 1


def test_what_lies_in_the_ball_already_stays_where_it_is() -> None:
    images = random(2, 1, 4, 4) * 0.5 + 0.25

    for norm in Norm:
        found = projected(images + 0.01, images, Budget(norm, "0.2"))

        assert torch.allclose(found, images + 0.01)


def test_the_steepest_change_of_size_one_by_hand() -> None:
    gradient = torch.tensor([[[[3.0, -4.0], [0.0, 0.0]]]])

    assert steepest(gradient, Norm.LINF).flatten().tolist() == [1, -1, 0, 0]
    assert steepest(gradient, Norm.L2).flatten().tolist() == pytest.approx([0.6, -0.8, 0, 0])


def test_a_vanishing_gradient_keeps_its_direction_and_none_stays_none() -> None:
    gradient = torch.tensor([[[[3e-30, -4e-30]]], [[[0.0, 0.0]]]])

    found = steepest(gradient, Norm.L2)

    assert found[0].flatten().tolist() == pytest.approx([0.6, -0.8])
    assert found[1].flatten().tolist() == [0, 0]


def test_a_start_lies_in_the_ball_and_differs_from_the_image() -> None:
    images, noise = random(20, 1, 6, 6), random(20, 1, 6, 6, seed=4) * 2 - 1

    for norm in Norm:
        moved = size(started(images, noise, Budget(norm, "0.3")) - images, norm)

        assert float(moved.max()) <= 0.3 + ROUNDING
        assert float(moved.min()) > 0.1


def test_no_change_is_larger_than_from_black_to_white() -> None:
    shape = torch.Size((1, 28, 28))

    assert largest_change(Norm.LINF, shape) == 1
    assert largest_change(Norm.L2, shape) == pytest.approx(math.sqrt(784))
