"""Let a model answer images in batches, and gather what all checks share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fmnist_governance.audit.subject import Examples, Labelled, Need, Subject, slugs
from fmnist_governance.errors import ModelError

BATCH = 250
"""Images a forward pass; larger batches fall out of the processor's caches."""


@dataclass(frozen=True, slots=True)
class Images:
    """One split as it comes from a data set."""

    images: NDArray[np.uint8]
    """(N, C, H, W), 0 to 255."""
    labels: NDArray[np.int64]
    """(N,)"""
    index: NDArray[np.int64]
    """(N,) the index of each image in its whole split."""


def batched(
    network: Callable[[Tensor], Tensor], device: torch.device, memory_format: torch.memory_format
) -> Callable[[Tensor], Tensor]:
    """Return a function from images to logits that goes through the network in batches.

    Args:
        network: Maps (N, C, H, W) float32 in [0, 1] to one row an image; in evaluation mode, on the device.
        device: Where it computes.
        memory_format: How batches lie in memory.

    Returns:
        A function from (N, C, H, W), float32 in [0, 1] or uint8, to (N, K) float32 on the CPU.
    """

    @torch.inference_mode()
    def answer(images: Tensor) -> Tensor:
        found = []
        for batch in images.split(BATCH):
            scaled = batch.to(device=device, dtype=torch.float32)
            if batch.dtype == torch.uint8:
                scaled = scaled.div_(255)
            found.append(network(scaled.contiguous(memory_format=memory_format)).float().cpu())
        return torch.cat(found).clone()

    return answer


def examined(answer: Callable[[Tensor], Tensor], split: Images, classes: int, where: str) -> Examples:
    """Let the model answer a split once.

    Raises:
        ModelError: It gives another number of classes, or an output that is no number.
    """
    images = torch.from_numpy(np.ascontiguousarray(split.images))
    logits = answer(images)
    if logits.shape != (len(images), classes):
        msg = f"{where}: the model answers with shape {tuple(logits.shape)}; the data set has {classes} classes"
        raise ModelError(msg)
    if bad := int((~logits.isfinite().all(dim=1)).sum()):
        msg = f"{where}: the model's output is not finite for {bad} of {len(images)} images; its weights are broken"
        raise ModelError(msg)
    return Examples(images, torch.from_numpy(split.labels), logits, torch.from_numpy(split.index))


def own_subject(  # noqa: PLR0913 - the parts of a subject
    network: nn.Module,
    classes: tuple[str, ...],
    splits: Mapping[str, Images],
    *,
    seed: int,
    device: torch.device,
    memory_format: torch.memory_format,
) -> Subject:
    """Build the subject for a network at hand: its answers, its gradients, its layers.

    Args:
        network: In evaluation mode, parameters frozen, on the device.
        classes: Class names in the order of its outputs.
        splits: `test`; `validation` where thresholds are to be fitted; `train` for checks that look at what it learned.
        seed: Seed of the audit.
        device: Where it computes.
        memory_format: How batches lie in memory.

    Raises:
        ModelError: The network does not answer as the data set needs.
    """
    answer = batched(network, device, memory_format)
    features = batched(last_map, device, memory_format) if (last_map := pooled(network)) else None
    found = {name: examined(answer, split, len(classes), name) for name, split in splits.items() if name != "train"}
    train = splits.get("train")
    has = {Need.GRADIENTS, Need.LAYER, Need.LOGITS}
    offers = {Need.FEATURES: features, Need.VALIDATION: found.get("validation"), Need.TRAIN: train}
    has |= {need for need, offered in offers.items() if offered is not None}
    return Subject(
        classes=classes,
        slugs=slugs(classes),
        test=found["test"],
        validation=found.get("validation"),
        network=network,
        answer=answer,
        has=frozenset(has),
        seed=seed,
        device=device,
        train=labelled(train) if train else None,
        features=features,
    )


def black_box(
    answer: Callable[[Tensor], Tensor], classes: tuple[str, ...], splits: Mapping[str, Images], *, seed: int
) -> Subject:
    """Build the subject for a model that gives answers alone.

    Args:
        answer: Maps (N, C, H, W), float32 in [0, 1] or uint8, to (N, K) float32 logits or float64 log-probabilities.
        classes: Class names in the order of its outputs.
        splits: As for `own_subject`.
        seed: Seed of the audit.

    Raises:
        ModelError: It does not answer as the data set needs.
    """
    found = {name: examined(answer, split, len(classes), name) for name, split in splits.items() if name != "train"}
    train = splits.get("train")
    offers = {Need.VALIDATION: found.get("validation"), Need.TRAIN: train}
    return Subject(
        classes=classes,
        slugs=slugs(classes),
        test=found["test"],
        validation=found.get("validation"),
        network=None,
        answer=answer,
        has=frozenset({Need.LOGITS, *(need for need, offered in offers.items() if offered is not None)}),
        seed=seed,
        device=torch.device("cpu"),
        train=labelled(train) if train else None,
    )


def labelled(split: Images) -> Labelled:
    """Return a split as tensors, without asking the model."""
    images, labels, index = (np.ascontiguousarray(part) for part in (split.images, split.labels, split.index))
    return Labelled(torch.from_numpy(images), torch.from_numpy(labels), torch.from_numpy(index))


def pooled(network: nn.Module) -> Callable[[Tensor], Tensor] | None:
    """Return a function from a batch to the (N, F) means of a network's last map; None where it does not offer one."""
    last_map = getattr(network, "features", None)
    if not callable(last_map):
        return None

    def means(images: Tensor) -> Tensor:
        found: Tensor = last_map(images)
        return found.mean(dim=(2, 3))

    return means
