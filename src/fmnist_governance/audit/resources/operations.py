"""How many multiplications does an answer take?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

_TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
_ELEMENTWISE = (nn.Embedding, nn.LayerNorm)
"""Their weights may have the shape of a matrix, and are looked up or multiplied number by number."""
_MATRIX = 2


@dataclass(frozen=True, slots=True)
class LayerCost:
    """What one layer holds, and what it does for one image."""

    name: str
    kind: str
    parameters: int
    multiply_adds: int


def layer_costs(network: nn.Module, images: Tensor) -> tuple[LayerCost, ...]:
    """Count the multiply-adds of each layer that multiplies by a weight, in one pass.

    A convolution multiplies once for each number of its output and each number of the kernel that makes it; a linear
    layer once for each number of its output and each of its inputs. A layer that is used twice counts twice.

    Args:
        network: In evaluation mode.
        images: (N, C, H, W) float32 in [0, 1], where the network is.

    Returns:
        Every layer that holds parameters, in the network's order; multiply-adds are for one image.
    """
    done: dict[str, int] = {}
    handles = [
        module.register_forward_hook(_counting(name, done))
        for name, module in network.named_modules()
        if isinstance(getattr(module, "weight", None), Tensor)
    ]
    try:
        with torch.no_grad():
            network(images)
    finally:
        for handle in handles:
            handle.remove()
    return tuple(_costs(network, done, len(images)))


def _counting(name: str, done: dict[str, int]):  # type: ignore[no-untyped-def] # noqa: ANN202 - torch's type of a hook
    def count(layer: nn.Module, inputs: tuple[object, ...], output: object) -> None:
        if isinstance(output, Tensor) and inputs and isinstance(inputs[0], Tensor):
            done[name] = done.get(name, 0) + multiply_adds(layer, inputs[0], output)

    return count


def multiply_adds(layer: nn.Module, given: Tensor, output: Tensor) -> int:
    """Return the multiply-adds of one call of a layer: 0 where its weight scales, or is looked up.

    The weight's shape decides, not the layer's type, so that layers of an exported graph are counted too.

    Args:
        layer: Has a tensor `weight`.
        given: What it was called with, images first.
        output: What it gave.
    """
    weight = layer.weight
    if not isinstance(weight, Tensor) or weight.dim() < _MATRIX or isinstance(layer, _ELEMENTWISE):
        return 0
    each = weight[0].numel()
    return (given if isinstance(layer, _TRANSPOSED) else output).numel() * each


def _costs(network: nn.Module, done: dict[str, int], images: int) -> Iterator[LayerCost]:
    for name, module in network.named_modules():
        parameters = sum(tensor.numel() for tensor in module.parameters(recurse=False))
        if parameters:
            yield LayerCost(name, type(module).__name__, parameters, done.get(name, 0) // images)
