"""A network that others made, wrapped so that an audit can treat it as its own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

from fmnist_governance.errors import ModelError
from fmnist_governance.model.feeding import Feeding, as_log_probabilities

_TRAINING_ARGUMENT = {"aten.dropout": 2, "aten.batch_norm": 5, "aten.alpha_dropout": 2, "aten.feature_dropout": 2}
"""Which argument of an operation says that it trains."""
_TRAINS = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)  # noqa: SLF001 - the bases of all of them


class Exported(nn.Module):
    """A graph that `torch.export` wrote, with its layers under their own names again."""

    def __init__(self, program: ExportedProgram) -> None:
        """Take the layers out of a program."""
        super().__init__()
        self.program = program
        self.graph = torch.export.unflatten(program)

    def forward(self, images: Tensor) -> Any:  # noqa: ANN401 - whatever the network gives
        """Answer as the graph does."""
        return self.graph(images)

    def __deepcopy__(self, _memo: object) -> Self:
        """Take the layers out of the program anew: the sizes that a graph leaves open cannot be copied."""
        copied = type(self)(self.program)
        copied.load_state_dict(self.state_dict())
        first = next(self.parameters(), None)
        copied.requires_grad_(requires_grad=first is not None and first.requires_grad)
        return copied if first is None else copied.to(first.device)

    @property
    def most(self) -> int | None:
        """How many images one call takes; None where any number will do.

        Raises:
            ModelError: The graph takes other things than one tensor.
        """
        inputs = set(self.program.graph_signature.user_inputs)
        found = [node for node in self.program.graph.nodes if node.op == "placeholder" and node.name in inputs]
        if len(found) != 1 or not isinstance(found[0].meta.get("val"), Tensor):
            msg = f"its graph takes {len(found)} inputs; expected one, the images"
            raise ModelError(msg)
        size = found[0].meta["val"].shape[0]
        return size if isinstance(size, int) else None


def left_training(network: nn.Module) -> tuple[str, ...]:
    """Return the names of the layers that drop or go by the batch, as in training.

    Args:
        network: As it was stored, before anyone set its mode.
    """
    if isinstance(network, Exported):
        return tuple(_training_operations(network.program))
    return tuple(name for name, module in network.named_modules() if isinstance(module, _TRAINS) and module.training)


def _training_operations(program: ExportedProgram) -> Iterator[str]:
    for node in program.graph.nodes:
        place = _TRAINING_ARGUMENT.get(str(node.target).rpartition(".")[0])
        if place is not None and len(node.args) > place and node.args[place] is True:
            stack = [path for path, _kind in node.meta.get("nn_module_stack", {}).values()]
            yield str(stack[-1]) if stack and stack[-1] else str(node.name)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a network's outputs are."""

    places: Sequence[int]
    """Where each class of the data stands among them."""
    probabilities: bool
    """Whether they are probabilities; logits otherwise."""


class Fed(nn.Module):
    """Takes images as the audit has them, and gives logits in the order of the data's classes."""

    def __init__(self, network: nn.Module, feeding: Feeding, meaning: Meaning) -> None:
        """Wrap a network, frozen and in evaluation mode where it has one."""
        super().__init__()
        self.network = network.eval().requires_grad_(requires_grad=False)
        self.feeding = feeding
        self.meaning = meaning
        self.most = network.most if isinstance(network, Exported) else None

    def forward(self, images: Tensor) -> Tensor:
        """Map (N, C, H, W) float32 in [0, 1] to (N, K) float32 logits; log-probabilities for one that gives these."""
        found = self.raw(images)[:, list(self.meaning.places)]
        return as_log_probabilities(found) if self.meaning.probabilities else found

    def raw(self, images: Tensor) -> Tensor:
        """Map (N, C, H, W) float32 in [0, 1] to what the network itself gives, (N, K).

        Raises:
            ModelError: It gives something else.
        """
        # A copy has plain strides: of one channel there are several, and some make a convolution turn its map around.
        fed = self.feeding.apply(images).clone(memory_format=torch.contiguous_format)
        if self.most is None:
            return _rows(self.network(fed), len(fed))
        lots = math.ceil(len(fed) / self.most)
        filled = torch.cat([fed, fed[-1:].expand(lots * self.most - len(fed), *fed.shape[1:])])
        return torch.cat([_rows(self.network(lot), self.most) for lot in filled.split(self.most)])[: len(fed)]


class Mapped(Fed):
    """A network one of whose layers gives a map, for explanations and features."""

    def __init__(self, network: nn.Module, feeding: Feeding, meaning: Meaning, layer: str) -> None:
        """Wrap a network, and keep the name of the layer, as its author knows it."""
        super().__init__(network, feeding, meaning)
        self.GRAD_CAM_LAYER = f"network.graph.{layer}" if isinstance(network, Exported) else f"network.{layer}"

    def features(self, images: Tensor) -> Tensor:
        """Map (N, C, H, W) float32 in [0, 1] to the layer's map, (N, D, h, w)."""
        held: list[Tensor] = []
        layer = self.get_submodule(self.GRAD_CAM_LAYER)
        handle = layer.register_forward_hook(lambda _layer, _inputs, output: held.append(output))
        try:
            self.raw(images)
        finally:
            handle.remove()
        return held[-1].float()


def _rows(output: object, count: int) -> Tensor:
    if not isinstance(output, Tensor) or output.dim() != 2 or len(output) != count:  # noqa: PLR2004 - rows and columns
        shape = tuple(output.shape) if isinstance(output, Tensor) else type(output).__name__
        msg = f"it gives {shape} for {count} images; expected a row an image with a number for each class"
        raise ModelError(msg)
    return output
