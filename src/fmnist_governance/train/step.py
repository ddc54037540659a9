"""One step of the optimiser: Muon for the kernels of convolutions, gradient descent with momentum for the rest.

Muon takes each kernel as a matrix and turns the step into the nearest one whose directions all count alike, so that a
few strong ones do not drown the others. With few epochs that is worth more accuracy than its time buys otherwise.

References:
    Jordan et al. (2024), Muon: An optimizer for hidden layers in neural networks. https://kellerjordan.github.io/posts/muon/
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from fmnist_governance.config.recipe import Recipe

_NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Coefficients of the polynomial, chosen by Jordan et al. to lift small singular values fast."""
_ITERATIONS = 5


def step(parameters: Mapping[str, nn.Parameter], momenta: Mapping[str, Tensor], recipe: Recipe, share: float) -> None:
    """Move parameters along their gradients, and their momenta with them, in place.

    Args:
        parameters: By name, each with its gradient.
        momenta: By the same names, zeros at first.
        recipe: Learning rates, momentum and weight decay.
        share: Share of the largest learning rates that is due, in [0, 1].
    """
    with torch.no_grad():
        for name, parameter in parameters.items():
            if parameter.grad is None:
                msg = f"{name} has no gradient"
                raise ValueError(msg)
            if is_inner_kernel(parameter):
                direction = orthogonal(_nesterov(parameter.grad, momenta[name], recipe.momentum))
                parameter.add_(direction, alpha=-share * recipe.matrix_learning_rate * _height(parameter))
            else:
                decay = recipe.weight_decay if parameter.ndim > 1 else 0.0
                gradient = parameter.grad.add(parameter, alpha=decay)
                direction = _nesterov(gradient, momenta[name], recipe.momentum)
                parameter.add_(direction, alpha=-share * recipe.learning_rate)


def is_inner_kernel(parameter: Tensor) -> bool:
    """Tell whether Muon moves it: kernels of convolutions, but not the first, which sees one channel."""
    return parameter.ndim == 4 and parameter.shape[1] > 1  # noqa: PLR2004 - out, in, height, width


def orthogonal(direction: Tensor) -> Tensor:
    """Bring the singular values of a kernel, taken as an (out, in * h * w) matrix, near 1 and keep its directions."""
    a, b, c = _NEWTON_SCHULZ
    matrix = direction.flatten(1)
    tall = matrix.shape[0] > matrix.shape[1]
    found = matrix.mT if tall else matrix
    found = found / (found.norm() + 1e-7)
    for _ in range(_ITERATIONS):
        square = found @ found.mT
        found = a * found + (b * square + c * square @ square) @ found
    kernel: Tensor = (found.mT if tall else found).reshape_as(direction)
    return kernel


def _nesterov(gradient: Tensor, momentum: Tensor, kept: float) -> Tensor:
    """Update the momentum in place and return the direction that looks one step ahead."""
    ahead: Tensor = gradient.add(momentum.mul_(kept).add_(gradient), alpha=kept)
    return ahead


def _height(kernel: Tensor) -> float:
    """Return by how much more a kernel moves that has more outputs than inputs."""
    return float(max(1.0, kernel.shape[0] / kernel[0].numel()) ** 0.5)
