"""Does an explanation depend on what the network has learned?"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from fmnist_governance.audit.attribution.grad_cam import Explain
from fmnist_governance.audit.attribution.likeness import correlation, ranked
from fmnist_governance.audit.subject import Subject


@dataclass(frozen=True, slots=True)
class Stage:
    """The maps after one more layer lost what it had learned."""

    layer: str
    likeness: Tensor
    """(N,) float64 in [0, 1], the size of the rank correlation with the true map, mean of the draws; NaN where none has
    one."""


def layers(network: nn.Module) -> tuple[str, ...]:
    """Return the names of the modules that hold weights themselves, the last first."""
    own = [name for name, module in network.named_modules() if next(module.parameters(recurse=False), None) is not None]
    return tuple(reversed(own))


def forget(layer: nn.Module, generator: torch.Generator) -> None:
    """Replace what a layer has learned.

    Matrices and kernels are drawn anew from a normal distribution around zero of their own spread, so that signals keep
    their size; biases, scales and running statistics are shuffled.
    """
    tensors = [*layer.parameters(recurse=False), *layer.buffers(recurse=False)]
    with torch.no_grad():
        for tensor in tensors:
            if not tensor.is_floating_point() or tensor.dim() == 0:
                continue
            old = tensor.detach().cpu()
            if old.dim() > 1:
                new = torch.randn(old.shape, generator=generator) * old.square().mean().sqrt()
            else:
                new = old[torch.randperm(len(old), generator=generator)]
            tensor.copy_(new)


def cascade(  # noqa: PLR0913 - a network, what it is asked, and how often
    subject: Subject, network: nn.Module, images: Tensor, classes: Tensor, explain: Explain, *, draws: int
) -> tuple[Stage, ...]:
    """Let the network forget its layers one after another, from the head down, and compare the maps.

    Args:
        subject: Draws the random weights.
        network: Left as it is.
        images: (N, C, H, W) float32 in [0, 1].
        classes: (N,) int64, the explained classes, the same all the way.
        explain: What makes the maps.
        draws: How often the whole cascade is repeated.

    References:
        Adebayo et al. (2018), Sanity checks for saliency maps, section 4.1 (cascading randomization).
    """
    true, names = ranked(explain(network, images, classes)), layers(network)
    found: dict[str, list[Tensor]] = {name: [] for name in names}
    for draw in range(draws):
        forgetting = copy.deepcopy(network)
        for name in names:
            forget(forgetting.get_submodule(name), subject.generator("explanation", "forget", draw, name))
            found[name].append(correlation(true, ranked(explain(forgetting, images, classes))).abs())
    return tuple(Stage(name, torch.stack(values).nanmean(dim=0)) for name, values in found.items())
