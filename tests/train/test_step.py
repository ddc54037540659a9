from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from fmnist_governance.config.recipe import Recipe
from fmnist_governance.train.step import is_inner_kernel, orthogonal, step


def test_all_but_kernels_move_as_torchs_own_gradient_descent_does(recipe: Recipe) -> None:
    first = {"weight": nn.Parameter(torch.randn(5, 3)), "bias": nn.Parameter(torch.randn(5))}
    second = {name: nn.Parameter(tensor.detach().clone()) for name, tensor in first.items()}
    momenta = {name: torch.zeros_like(tensor) for name, tensor in first.items()}
    groups: list[dict[str, Any]] = [
        {"params": [second["weight"]], "weight_decay": recipe.weight_decay},
        {"params": [second["bias"]]},
    ]
    theirs = torch.optim.SGD(groups, lr=0.5 * recipe.learning_rate, momentum=recipe.momentum, nesterov=True)

    for _ in range(3):
        for name, tensor in first.items():
            tensor.grad = torch.randn_like(tensor)
            second[name].grad = tensor.grad.clone()
        step(first, momenta, recipe, 0.5)
        theirs.step()

    assert all(torch.allclose(first[name], second[name], atol=1e-6) for name in first)


@pytest.mark.parametrize("shape", [(16, 32, 3, 3), (64, 2, 3, 3)])
def test_a_kernels_step_has_all_directions_alike_and_keeps_them(shape: tuple[int, ...]) -> None:
    gradient = torch.randn(shape, generator=torch.Generator().manual_seed(0))

    found = orthogonal(gradient)

    left, _, right = torch.linalg.svd(gradient.flatten(1), full_matrices=False)
    turned = left.mT @ found.flatten(1) @ right.mT
    values = turned.diagonal()
    assert found.shape == gradient.shape
    assert 0.6 < float(values.min()) <= float(values.max()) < 1.3
    assert torch.allclose(turned, values.diag(), atol=1e-4)


def test_a_kernel_moves_by_the_matrix_learning_rate_whatever_the_size_of_its_gradient(recipe: Recipe) -> None:
    found = []
    for scale in (1e-3, 1e3):
        kernel = nn.Parameter(torch.zeros(8, 8, 3, 3))
        kernel.grad = scale * torch.randn(8, 8, 3, 3, generator=torch.Generator().manual_seed(0))
        step({"kernel": kernel}, {"kernel": torch.zeros(8, 8, 3, 3)}, recipe, 1.0)
        found.append(kernel.detach())

    assert torch.allclose(found[0], found[1], atol=1e-4)
    assert float(torch.linalg.matrix_norm(found[0].flatten(1), 2)) == pytest.approx(0.02, rel=0.3)


def test_the_first_kernel_and_the_head_are_left_to_gradient_descent() -> None:
    assert is_inner_kernel(torch.zeros(8, 8, 3, 3))
    assert not is_inner_kernel(torch.zeros(8, 1, 3, 3))
    assert not is_inner_kernel(torch.zeros(10, 64))


def test_a_parameter_that_nothing_reaches_is_an_error(recipe: Recipe) -> None:
    with pytest.raises(ValueError, match="lost has no gradient"):
        step({"lost": nn.Parameter(torch.zeros(2))}, {"lost": torch.zeros(2)}, recipe, 1.0)
