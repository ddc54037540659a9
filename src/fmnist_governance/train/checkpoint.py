"""Keep a training between two epochs as one file without pickle, and take it up again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as to_safetensors
from torch import Tensor

from fmnist_governance.config.recipe import Recipe
from fmnist_governance.errors import ModelError
from fmnist_governance.train.loop import EpochFacts, TrainingState, started

CHECKPOINT = "checkpoint.safetensors"
_FACTS = "training"
_WEIGHT = "weight."
_MOMENTUM = "momentum."


class _Facts(BaseModel):
    """What a checkpoint says beside its tensors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    schema_version: int = 1
    recipe: Recipe
    seed: int
    classes: int
    history: tuple[EpochFacts, ...]


def save(state: TrainingState, folder: Path) -> None:
    """Write the state after an epoch; the file of the epoch before stays until this one is whole.

    Args:
        state: As `train` left it when it gave the facts of an epoch.
        folder: Created where it is missing.

    Raises:
        ModelError: It cannot be written.
    """
    classes = state.network.head.out_features
    facts = _Facts(recipe=state.recipe, seed=state.seed, classes=classes, history=state.history)
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in _tensors(state).items()}
    data = to_safetensors(tensors, metadata={_FACTS: facts.model_dump_json()})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_whole(folder / CHECKPOINT, data)
    except OSError as err:
        msg = f"{folder}: cannot write the checkpoint ({err.strerror}); name a folder that can be written"
        raise ModelError(msg) from err


def restore(folder: Path, recipe: Recipe, *, device: torch.device) -> TrainingState:
    """Read the state back, so that the training ends with the weights it would have had without a break.

    Args:
        folder: Holds the checkpoint.
        recipe: How to go on; it must be the one that the training began with.
        device: Where the network computes from now on; the last bits stay the same only on the device it began on.

    Raises:
        ModelError: There is no checkpoint, it is damaged, or it belongs to another recipe.
    """
    path = folder / CHECKPOINT
    facts, tensors = _read(path)
    if facts.recipe != recipe:
        msg = f"{path}: belongs to another recipe ({facts.recipe.name}) or to other settings of it; train anew"
        raise ModelError(msg)
    state = started(recipe, classes=facts.classes, seed=facts.seed, device=device)
    _fill(state, tensors, path)
    state.history = facts.history
    return state


def _tensors(state: TrainingState) -> dict[str, Tensor]:
    """Return the tensors of a state, which share memory with it, by the names that a checkpoint gives them."""
    weights = {_WEIGHT + name: tensor for name, tensor in state.network.state_dict().items()}
    return weights | {_MOMENTUM + name: tensor for name, tensor in state.momenta.items()}


def _write_whole(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path) -> tuple[_Facts, dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            facts = _Facts.model_validate_json((file.metadata() or {}).get(_FACTS, ""))
            return facts, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
    except FileNotFoundError as err:
        msg = f"{path}: no such file; there is nothing to resume, train anew"
        raise ModelError(msg) from err
    except (SafetensorError, OSError, ValidationError) as err:
        msg = f"{path}: damaged, or not a checkpoint of this version; remove it and train anew"
        raise ModelError(msg) from err


def _fill(state: TrainingState, tensors: Mapping[str, Tensor], path: Path) -> None:
    own = _tensors(state)
    if {name: tensor.shape for name, tensor in own.items()} != {name: tensor.shape for name, tensor in tensors.items()}:
        msg = f"{path}: holds other tensors than the recipe's network has; remove it and train anew"
        raise ModelError(msg)
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(tensors[name])
