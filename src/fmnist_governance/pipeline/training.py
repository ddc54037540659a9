"""Train a model: from a recipe and a data set to weights, and what happened on the way."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from fmnist_governance.audit.uncertainty.temperature import fitted
from fmnist_governance.config.recipe import Recipe
from fmnist_governance.data.cache import user_cache
from fmnist_governance.data.dataset import Dataset, Split
from fmnist_governance.errors import DatasetError
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import DatasetFacts
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.train.checkpoint import restore, save
from fmnist_governance.train.loop import EpochFacts, TrainingState, answers, started, tensors, train, transfer

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a training is asked to do; the same asks for the same weights."""

    recipe: Recipe
    seed: int
    device: torch.device
    parent: str | None = None
    """Digest of the model whose weights it starts from; None for random weights."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A trained network."""

    network: Network
    """In evaluation mode, parameters frozen."""
    epochs: tuple[EpochFacts, ...]
    resumed_after: int
    """Epochs that an earlier, interrupted training had already done."""
    taken: tuple[str, ...]
    """Tensors that the parent gave."""
    temperature: float
    """By which the head was divided at the end, so that confidence means what it says on the validation images."""


def checkpoint_folder(asked: Asked, data: DatasetFacts) -> Path:
    """Return where this very training keeps its checkpoint: the user's cache, by what was asked of it."""
    name = digest(
        canonical(
            {
                "recipe": asked.recipe.model_dump(mode="json"),
                "seed": asked.seed,
                "device": str(asked.device),
                "parent": asked.parent,
                "dataset": data.digest,
            }
        )
    )
    return user_cache() / "checkpoints" / name.removeprefix("sha256:")[:16]


def fit(  # noqa: PLR0913 - what a training is made of
    asked: Asked,
    dataset: Dataset,
    folder: Path,
    *,
    resume: bool,
    parent: Network | None,
    report: Callable[[str, int, int], None],
) -> Trained:
    """Train, keeping a checkpoint after every epoch, and at the end set the temperature of the answers.

    Args:
        asked: Recipe, seed, device.
        dataset: With `train` and `validation`.
        folder: Where the checkpoint is kept, until whoever asked for the training has kept its result.
        resume: Whether to go on from a checkpoint that is there; without one the training starts anew.
        parent: The network to start from.
        report: Called after each epoch with a text, the epochs done, and all of them.

    Raises:
        DatasetError: There is nothing to train on.
        ModelError: The recipe, the parent or the checkpoint does not fit, or the training diverged.
    """
    training, validation = _splits(dataset)
    state, taken = _state(asked, len(dataset.classes), folder, resume=resume, parent=parent)
    done = len(state.history)
    for facts in train(state, training, validation):
        save(state, folder)
        report(_line(facts), facts.epoch, asked.recipe.epochs)
    network = state.network.cpu().eval().requires_grad_(requires_grad=False)
    return Trained(network, state.history, done, taken, temper(network, *tensors(validation, torch.device("cpu"))))


def temper(network: Network, images: Tensor, labels: Tensor) -> float:
    """Divide a network's head by the temperature that fits held-out images best; what it answers stays the same.

    Args:
        network: In evaluation mode; its head is changed.
        images: (N, 1, 28, 28) uint8, on its device.
        labels: (N,) int64.

    Returns:
        The temperature, 1 where none fits best (all are right, or all wrong).

    References:
        Guo et al. (2017), On Calibration of Modern Neural Networks, section 4.2.
    """
    temperature = fitted(answers(network, images), labels) or 1.0
    network.head.weight.div_(temperature)
    network.head.bias.div_(temperature)
    return temperature


def _splits(dataset: Dataset) -> tuple[Split, Split]:
    if "train" not in dataset.splits or "validation" not in dataset.splits:
        msg = f"{dataset.name}: no training images (or fewer than 12 of a class); a training needs some"
        raise DatasetError(msg)
    return dataset.splits["train"], dataset.splits["validation"]


def _state(
    asked: Asked, classes: int, folder: Path, *, resume: bool, parent: Network | None
) -> tuple[TrainingState, tuple[str, ...]]:
    if resume and folder.is_dir():
        return restore(folder, asked.recipe, device=asked.device), ()
    if resume:
        logger.warning("no checkpoint of this very training (recipe, seed, data, parent) is there; it starts anew")
    state = started(asked.recipe, classes=classes, seed=asked.seed, device=asked.device)
    return state, transfer(state, parent.state_dict()).taken if parent else ()


def _line(facts: EpochFacts) -> str:
    return f"loss {facts.train_loss:.3f}, validation accuracy {facts.validation_accuracy:.4f}"
