"""Find the layer of a network whose map still knows where things are."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist_governance.errors import ModelError
from fmnist_governance.model.foreign import Exported

_AXES = 4


@dataclass(frozen=True, slots=True)
class Called:
    """One call of a layer that gave a map."""

    name: str
    convolves: bool
    """Whether the layer itself holds kernels."""
    shape: tuple[int, ...]
    """(N, C, h, w)"""


def traced(network: nn.Module, images: Tensor) -> tuple[Called, ...]:
    """Let images through once, and note every layer that gives a map of more than one place, in order of completion.

    Args:
        network: In evaluation mode.
        images: (N, C, H, W), as the network takes them.
    """
    calls: list[Called] = []

    def noting(name: str):  # type: ignore[no-untyped-def] # noqa: ANN202 - torch's type of a hook
        def note(layer: nn.Module, _inputs: object, output: object) -> None:
            if isinstance(output, Tensor) and output.dim() == _AXES and output.shape[2] * output.shape[3] > 1:
                calls.append(Called(name, _convolves(layer), tuple(output.shape)))

        return note

    named = (network.graph if isinstance(network, Exported) else network).named_modules()
    handles = [module.register_forward_hook(noting(name)) for name, module in named if name]
    try:
        with torch.no_grad():
            network(images)
    finally:
        for handle in handles:
            handle.remove()
    return tuple(calls)


def _convolves(layer: nn.Module) -> bool:
    weight = getattr(layer, "weight", None)
    return isinstance(weight, Tensor) and weight.dim() == _AXES


def last_map(calls: tuple[Called, ...]) -> str | None:
    """Return the layer that ends the last convolutional block.

    It is the last convolution, or the last of what follows it and leaves the size of its map as it is: batch norm,
    ReLU, the sum of a residual block, the block itself.

    Returns:
        Its name; None where no layer convolves.
    """
    convolutions = [place for place, call in enumerate(calls) if call.convolves]
    if not convolutions:
        return None
    last = convolutions[-1]
    size = calls[last].shape
    following = [call.name for call in calls[last:]]
    same = next((k for k, call in enumerate(calls[last:]) if call.shape != size), len(following))
    return following[same - 1]


def named_map(calls: tuple[Called, ...], name: str | None) -> str | None:
    """Return the layer that a user names, or the one that is found where none is named.

    Raises:
        ModelError: No layer of that name gives a map; the message lists those that do.
    """
    if name is None:
        return last_map(calls)
    known = tuple(dict.fromkeys(call.name for call in calls))
    if name not in known:
        there = f"there are: {', '.join(known)}" if known else "none of its layers gives one"
        msg = f"--layer: {name!r} is no layer of the network that gives a map; {there}"
        raise ModelError(msg)
    return name
