"""Train a network, one epoch at a time."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from pydantic import BaseModel, ConfigDict, FiniteFloat, NonNegativeFloat, PositiveInt
from torch import Tensor
from torch.nn import functional

from fmnist_governance.config.recipe import Recipe
from fmnist_governance.data.dataset import Split
from fmnist_governance.errors import ModelError
from fmnist_governance.model.compute import memory_format
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.model.machine import energy_counter
from fmnist_governance.train.augment import augmented
from fmnist_governance.train.step import step

_SCORED_AT_ONCE = 250


class EpochFacts(BaseModel):
    """What happened in one epoch. Losses are cross-entropies in nats."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    epoch: PositiveInt
    """Counted from 1."""
    train_loss: FiniteFloat
    """With augmentation and label smoothing, mean over the epoch while the weights moved."""
    train_accuracy: NonNegativeFloat
    """On the same augmented images."""
    validation_loss: FiniteFloat
    """Without either, after the epoch."""
    validation_accuracy: NonNegativeFloat
    learning_rate: NonNegativeFloat
    """Of the last step."""
    seconds: NonNegativeFloat
    """For training and scoring."""
    images_per_second: NonNegativeFloat
    """Training images by the time that training them took."""
    joules: NonNegativeFloat | None = None
    """What the processor counted for the whole machine; None where it counts nothing, or started anew."""


@dataclass(slots=True)
class TrainingState:
    """All that a training needs to go on: with the same data, the rest of it is decided to the last bit."""

    recipe: Recipe
    seed: int
    network: Network
    momenta: Mapping[str, Tensor]
    """Of each parameter, by its name."""
    history: tuple[EpochFacts, ...]

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        return next(self.network.parameters()).device


@dataclass(frozen=True, slots=True)
class Transfer:
    """Which weights of an earlier network were taken, and which were not."""

    taken: tuple[str, ...]
    fresh: tuple[str, ...]
    """Tensors of the new network that start at random: of another shape in the earlier one, or not in it."""


def started(recipe: Recipe, *, classes: int, seed: int, device: torch.device) -> TrainingState:
    """Return the state before the first epoch: random weights that the seed decides, no momentum.

    Args:
        recipe: How to train.
        classes: How many there are to tell apart.
        seed: Decides weights, order of images and augmentation.
        device: Where the network computes.

    Raises:
        ModelError: The recipe's layers cannot be built.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        try:
            network = Network(classes=classes, layers=recipe.layers)
        except ValueError as err:
            msg = f"recipe {recipe.name}: {err}"
            raise ModelError(msg) from err
    network.to(device=device, memory_format=memory_format(device))  # type: ignore[call-overload] # stubs lack both at once
    momenta = {name: torch.zeros_like(tensor) for name, tensor in network.named_parameters()}
    return TrainingState(recipe, seed, network, momenta, history=())


def transfer(state: TrainingState, weights: Mapping[str, Tensor]) -> Transfer:
    """Start from the weights of an earlier network wherever name and shape agree.

    Args:
        state: Before its first epoch; its network is changed.
        weights: The state of the earlier network, by name. A head for other classes does not fit, and starts afresh.

    Raises:
        ModelError: Nothing fits.
    """
    own = state.network.state_dict()
    taken = [name for name, tensor in own.items() if name in weights and weights[name].shape == tensor.shape]
    if not any(own[name].ndim > 1 for name in taken):
        msg = f"no layer of the earlier model fits the layers {state.recipe.layers!r}; train with a recipe whose do"
        raise ModelError(msg)
    with torch.no_grad():
        for name in taken:
            own[name].copy_(weights[name])
    return Transfer(tuple(taken), tuple(name for name in own if name not in taken))


def train(state: TrainingState, training: Split, validation: Split) -> Iterator[EpochFacts]:
    """Train until the recipe's last epoch, giving the facts of each epoch when it is over.

    Args:
        state: Moved forward in place; whole whenever facts are given, and unusable after an exception.
        training: (N, 1, 28, 28) images to learn from.
        validation: Images to look at, which change nothing.

    Yields:
        What happened in each epoch that was still to do.

    Raises:
        ModelError: The images are too few, or the loss is not finite.
    """
    images, labels = tensors(training, state.device)
    held_out = tensors(validation, state.device)
    _demand_two_images(images)
    energy = energy_counter()
    for epoch in range(len(state.history), state.recipe.epochs):
        start, before = time.perf_counter(), energy() if energy else 0.0
        loss, accuracy, rate = _train_epoch(state, images, labels, epoch)
        trained = time.perf_counter() - start
        validation_loss, validation_accuracy = scored(state.network, *held_out)
        _demand_finite(loss + validation_loss, state.recipe, epoch)
        facts = EpochFacts(
            epoch=epoch + 1,
            train_loss=loss,
            train_accuracy=accuracy,
            validation_loss=validation_loss,
            validation_accuracy=validation_accuracy,
            learning_rate=rate,
            seconds=time.perf_counter() - start,
            images_per_second=len(images) / trained,
            joules=used if energy and (used := energy() - before) > 0 else None,
        )
        state.history = (*state.history, facts)
        yield facts
    state.network.eval()


def schedule(done: float, warmup: float) -> float:
    """Return the share of the largest learning rate: from 0 up to 1 at `warmup`, then down to 0.

    Args:
        done: Share of all steps, in [0, 1].
        warmup: Share of all steps in which the rate climbs.
    """
    return done / warmup if done < warmup else (1 - done) / (1 - warmup) if warmup < 1 else 1.0


def scored(network: Network, images: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return cross-entropy (nats) and accuracy on (N, 1, 28, 28) uint8 images, and end in evaluation mode."""
    logits = answers(network.eval(), images)
    return float(functional.cross_entropy(logits, labels)), float((logits.argmax(dim=1) == labels).float().mean())


@torch.no_grad()
def answers(network: Network, images: Tensor) -> Tensor:
    """Map (N, 1, 28, 28) uint8 images to (N, K) float32 logits, in batches; the network is in evaluation mode."""
    form = memory_format(images.device)
    return torch.cat(
        [network((batch.float() / 255).contiguous(memory_format=form)) for batch in images.split(_SCORED_AT_ONCE)]
    )


def _train_epoch(state: TrainingState, images: Tensor, labels: Tensor, epoch: int) -> tuple[float, float, float]:
    """Return mean loss, accuracy and the last learning rate of an epoch in which the network learns."""
    recipe, network = state.recipe, state.network.train()
    generator = _generator(state.seed, epoch)
    parameters = dict(network.named_parameters())
    batches = _batches(len(images), recipe.batch_size, generator)
    steps = len(batches) * recipe.epochs
    totals = torch.zeros(2, device=images.device)
    share = 0.0
    for number, rows in enumerate(batches, start=epoch * len(batches)):
        chosen = rows.to(images.device)
        batch = augmented(images[chosen], recipe.augmentation, generator)
        logits = network(batch.contiguous(memory_format=memory_format(images.device)))
        loss = functional.cross_entropy(logits, labels[chosen], label_smoothing=recipe.label_smoothing)
        network.zero_grad()
        loss.backward()
        share = schedule((number + 0.5) / steps, recipe.warmup)
        step(parameters, state.momenta, recipe, share)
        totals += torch.stack((loss.detach(), (logits.argmax(dim=1) == labels[chosen]).float().mean()))
    loss_mean, accuracy = (totals / len(batches)).tolist()
    return loss_mean, accuracy, share * recipe.learning_rate


def _generator(seed: int, epoch: int) -> torch.Generator:
    """Return a generator that depends on seed and epoch alone, so that no state of it must be kept."""
    text = f"train/{seed}/{epoch}"
    return torch.Generator().manual_seed(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1)


def _batches(count: int, size: int, generator: torch.Generator) -> list[Tensor]:
    """Return the rows of each batch of an epoch; all batches are of one size."""
    size = min(size, count)
    order = torch.randperm(count, generator=generator)
    return list(order[: count // size * size].split(size))


def tensors(split: Split, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return a split's (N, 1, 28, 28) uint8 images and (N,) int64 labels on a device."""
    return torch.tensor(split.images, device=device), torch.tensor(split.labels, device=device)


def _demand_two_images(images: Tensor) -> None:
    if len(images) < 2:  # noqa: PLR2004 - batch norm needs two to compare
        msg = f"{len(images)} training image; at least two are needed"
        raise ModelError(msg)


def _demand_finite(loss: float, recipe: Recipe, epoch: int) -> None:
    if not math.isfinite(loss):
        msg = (
            f"the loss is no longer a finite number in epoch {epoch + 1}: with recipe {recipe.name!r} training "
            f"diverged; lower learning_rate (now {recipe.learning_rate}) or matrix_learning_rate "
            f"(now {recipe.matrix_learning_rate})"
        )
        raise ModelError(msg)
