"""Train a model and keep it: the training run, the weights, the registered version."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from fmnist_governance.config.recipe import Recipe
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import ModelError
from fmnist_governance.evidence.record import DatasetFacts, TrainingFacts
from fmnist_governance.model.compute import chosen_device, prepare_process
from fmnist_governance.model.fmnist_classifier import Description
from fmnist_governance.model.weights import read, subject_digest
from fmnist_governance.pipeline import environment
from fmnist_governance.pipeline.auditing import Model, dataset_facts
from fmnist_governance.pipeline.models import own_model
from fmnist_governance.pipeline.training import Asked, Trained, checkpoint_folder, fit
from fmnist_governance.tracking.registry import ResolvedModel, resolve
from fmnist_governance.tracking.store import Store
from fmnist_governance.tracking.training_run import (
    CHECKPOINT,
    Point,
    demand_name,
    end_abandoned,
    log_model,
    log_training,
    training_run,
)


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks of a training."""

    recipe: Recipe
    seed: int
    device: str
    name: str
    """Under which the model is registered."""
    init_from: str | None = None
    """Model whose weights it starts from."""
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A model that was trained and registered."""

    model: Model
    resolved: ResolvedModel
    run_id: str
    trained: Trained


def make(store: Store, dataset: Dataset, order: Order, report: Callable[[str, int, int], None]) -> Made:
    """Train, log and register a model.

    Raises:
        GovernanceError: The order, the data or the store does not allow it. What was trained until then waits for
            `resume`.
    """
    _demand_trainable(dataset)
    demand_name(store, order.name)
    prepare_process()
    data = dataset_facts(dataset)
    parent = resolve(store, order.init_from) if order.init_from else None
    network = read(parent.folder)[0] if parent else None
    digest = subject_digest(parent.package) if parent else None
    asked = Asked(order.recipe, order.seed, chosen_device(order.device), digest)
    folder = checkpoint_folder(asked, data)
    if order.resume:
        end_abandoned(store, folder.name)
    tags = {**_tags(data), CHECKPOINT: folder.name}
    with training_run(store, f"train {order.recipe.name} seed {order.seed}", tags) as run_id:
        trained = fit(asked, dataset, folder, resume=order.resume, parent=network, report=report)
        facts = _facts(run_id, asked, trained, data, parent)
        params = {**_params(order, asked), "classes": len(dataset.classes), "parent_tensors_taken": len(trained.taken)}
        params["temperature"] = trained.temperature
        log_training(store, run_id, params=params, points=list(_points(trained)), dataset=data, facts=facts)
        description = Description(dataset.classes, {"layers": order.recipe.layers}, run_id)
        resolved = log_model(store, run_id, trained.network, description, order.name)
    shutil.rmtree(folder, ignore_errors=True)
    model = own_model(resolved, trained.network, description, facts)
    return Made(model, resolved, run_id, trained)


def _demand_trainable(dataset: Dataset) -> None:
    shape = dataset.splits["test"].images.shape[1:]
    if shape != (1, 28, 28):
        msg = f"{dataset.name}: its images are {shape} (C, H, W); the networks here take (1, 28, 28)"
        raise ModelError(msg)


def _tags(data: DatasetFacts) -> dict[str, str]:
    tool, machine = environment.tool(), environment.environment()
    packages = {f"package.{name}": number for name, number in machine.packages.items()}
    return {
        "governance.dataset_digest": data.digest,
        "git.commit": tool.commit or "unknown",
        "git.clean": "unknown" if tool.dirty is None else str(not tool.dirty).lower(),
        "tool.version": tool.version,
        "python": machine.python,
        "processor": machine.processor,
        "accelerator": environment.accelerator(),
        **packages,
    }


def _params(order: Order, asked: Asked) -> dict[str, object]:
    recipe = order.recipe.model_dump(mode="json")
    augmentation = recipe.pop("augmentation")
    settings = {"recipe": recipe.pop("name"), **recipe, **{f"augmentation.{k}": v for k, v in augmentation.items()}}
    return {**settings, "seed": order.seed, "device": str(asked.device), "init_from": order.init_from or "chance"}


def _points(trained: Trained) -> Iterator[Point]:
    names = {
        "loss.train": "train_loss",
        "loss.validation": "validation_loss",
        "accuracy.train": "train_accuracy",
        "accuracy.validation": "validation_accuracy",
        "learning_rate": "learning_rate",
        "seconds": "seconds",
        "images_per_second": "images_per_second",
    }
    for facts in trained.epochs:
        for key, field in names.items():
            yield Point(key, float(getattr(facts, field)), facts.epoch)


def _facts(
    run_id: str, asked: Asked, trained: Trained, data: DatasetFacts, parent: ResolvedModel | None
) -> TrainingFacts:
    return TrainingFacts(
        run=run_id,
        recipe=asked.recipe.name,
        seed=asked.seed,
        epochs=len(trained.epochs),
        seconds=round(sum(facts.seconds for facts in trained.epochs), 3),
        finished=environment.now(),
        dataset_digest=data.digest,
        parent=parent.uri if parent else None,
        temperature=trained.temperature,
        processor=environment.computes_on(asked.device.type),
        joules=_energy(trained),
        commit=environment.tool().commit,
    )


def _energy(trained: Trained) -> float | None:
    """Return the joules of all epochs; None where one was not counted."""
    counted = [facts.joules for facts in trained.epochs if facts.joules is not None]
    return round(sum(counted), 3) if counted and len(counted) == len(trained.epochs) else None
