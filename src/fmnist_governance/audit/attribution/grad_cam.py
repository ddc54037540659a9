"""Grad-CAM: which places of a layer's map spoke for an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fmnist_governance.audit.answering import BATCH
from fmnist_governance.errors import CheckError

Explain = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""Map a network, (N, C, H, W) images in [0, 1] and (N,) classes to (N, H, W) maps, not negative, on the CPU."""
_AXES = 4


def grad_cam(network: nn.Module, images: Tensor, classes: Tensor) -> Tensor:
    """Explain a class of each image by the layer that the network names as `GRAD_CAM_LAYER`.

    The pass back ends at that layer, and nothing in front of it is kept: a map costs little more than an answer.

    Args:
        network: Evaluation mode, parameters frozen.
        images: (N, C, H, W) float32 in [0, 1], where the network is.
        classes: (N,) int64, the class to explain.

    Returns:
        (N, H, W) float32 on the CPU, not negative: the ReLU of the layer's channels, each weighted by the mean gradient
        of the class's logit, enlarged bilinearly to the image. All zero where nothing speaks for the class.

    Raises:
        CheckError: The network names no such layer, or its output is not a map.

    References:
        Selvaraju et al. (2017), Grad-CAM: visual explanations from deep networks, section 3, eq. 1 and 2.
    """
    layer, size = layer_of(network), images.shape[2:]
    found = []
    with _held(layer) as held:
        for batch, named in zip(images.split(BATCH), classes.to(images.device).split(BATCH), strict=True):
            coarse = _coarse(network, batch, named, held)
            found.append(nn.functional.interpolate(coarse, size, mode="bilinear", align_corners=False)[:, 0].cpu())
    return torch.cat(found)


def layer_of(network: nn.Module) -> nn.Module:
    """Return the layer that a network names for Grad-CAM.

    Raises:
        CheckError: It names none, or one that it does not have.
    """
    name = getattr(network, "GRAD_CAM_LAYER", None)
    try:
        return network.get_submodule(str(name)) if name else _unnamed(network)
    except AttributeError as err:
        msg = f"{type(network).__name__}.GRAD_CAM_LAYER is {name!r}, which is no layer of it"
        raise CheckError(msg) from err


def _unnamed(network: nn.Module) -> nn.Module:
    msg = f"{type(network).__name__} does not say, as GRAD_CAM_LAYER, which of its layers gives the last map"
    raise CheckError(msg)


@contextmanager
def _held(layer: nn.Module) -> Iterator[list[Tensor]]:
    """Cut the graph at a layer: its output becomes the place where gradients end."""
    held: list[Tensor] = []

    def hold(_layer: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        held[:] = [output.detach().requires_grad_()]
        return held[0].clone()

    handle = layer.register_forward_hook(hold)
    try:
        yield held
    finally:
        handle.remove()


def _coarse(network: nn.Module, images: Tensor, classes: Tensor, held: list[Tensor]) -> Tensor:
    """Return (N, 1, h, w) maps at the size of the layer."""
    with torch.enable_grad():
        total = network(images).gather(1, classes[:, None]).sum()
    (output,) = held
    if output.dim() != _AXES:
        msg = f"the layer for Grad-CAM gives shape {tuple(output.shape)}; a map has the shape (N, C, H, W)"
        raise CheckError(msg)
    gradient = _gradient(total, output)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    return (weights * output.detach()).sum(dim=1, keepdim=True).relu()


def _gradient(total: Tensor, output: Tensor) -> Tensor:
    if not total.requires_grad:
        return torch.zeros_like(output)
    (found,) = torch.autograd.grad(total, output, allow_unused=True)
    return torch.zeros_like(output) if found is None else found
