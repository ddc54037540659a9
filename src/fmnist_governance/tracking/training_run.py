"""Keep a training in MLflow: what was asked, what happened, and the model that came out."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_governance.evidence.codec import decode
from fmnist_governance.evidence.record import DatasetFacts, TrainingFacts
from fmnist_governance.model import fmnist_classifier, weights
from fmnist_governance.model.fmnist_classifier import Description, Network
from fmnist_governance.tracking.registry import ResolvedModel, resolve
from fmnist_governance.tracking.store import Store, told

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput
    from mlflow.models import ModelSignature

FACTS = "training.json"
CHECKPOINT = "governance.checkpoint"
"""Tag that says from which checkpoint a training goes on when it is interrupted."""
_REQUIRED = ("torch", "numpy", "safetensors")
_CODE = Path(__file__).with_name("pyfunc_model.py")
_NETWORK = Path(fmnist_classifier.__file__)


@dataclass(frozen=True, slots=True)
class Point:
    """One number of one epoch."""

    key: str
    value: float
    step: int


@contextlib.contextmanager
def training_run(store: Store, name: str, tags: Mapping[str, str]) -> Iterator[str]:
    """Open a run for a training; it is finished when the block ends well, and failed or killed otherwise.

    Yields:
        The run's id.
    """
    with told("MLflow run"):
        run = store.client.create_run(
            store.experiment_id, tags={**tags, "governance.stage": "training", "mlflow.runName": name}
        )
    status = "FAILED"
    try:
        yield run.info.run_id
        status = "FINISHED"
    except KeyboardInterrupt:
        status = "KILLED"
        raise
    finally:
        with told(f"run {run.info.run_id}"):
            store.client.set_terminated(run.info.run_id, status)


def end_abandoned(store: Store, checkpoint: str) -> None:
    """Mark as killed what a power cut or `kill -9` left running: nobody was there to say so.

    Args:
        store: Where the runs are.
        checkpoint: Name of the checkpoint that they trained into; whoever goes on from it takes their place.
    """
    with told("MLflow run"):
        left = f"attributes.status = 'RUNNING' and tags.`{CHECKPOINT}` = '{checkpoint}'"
        for run in store.client.search_runs([store.experiment_id], left):
            store.client.set_terminated(run.info.run_id, "KILLED")


def log_training(  # noqa: PLR0913 - what a training leaves behind
    store: Store,
    run_id: str,
    *,
    params: Mapping[str, object],
    points: Sequence[Point],
    dataset: DatasetFacts,
    facts: TrainingFacts,
) -> None:
    """Log everything about a training but the model, in a few batches.

    Raises:
        TrackingError: The store refuses it.
    """
    import time

    from mlflow.entities import Metric, Param

    now = int(time.time() * 1000)
    metrics = [Metric(p.key, p.value, now, p.step) for p in points]
    with told(f"run {run_id}"):
        client = store.client
        client.log_batch(run_id, params=[Param(key, str(value)) for key, value in params.items()])
        for start in range(0, len(metrics), 1000):
            client.log_batch(run_id, metrics=metrics[start : start + 1000])
        client.log_inputs(run_id, [dataset_input(dataset, name, name) for name in ("train", "validation")])
        client.set_tag(run_id, "dataset.sha256", dataset.digest)
        client.log_text(run_id, facts.model_dump_json(indent=2) + "\n", FACTS)


def dataset_input(dataset: DatasetFacts, split: str, context: str) -> DatasetInput:
    """Return a split as MLflow's input of a run. MLflow's own digest covers a few images only; this one covers all."""
    import json

    from mlflow.entities import Dataset, DatasetInput, InputTag

    facts = dataset.splits[split]
    tags = {"mlflow.data.context": context, "dataset.sha256": facts.digest}
    return DatasetInput(
        dataset=Dataset(
            name=f"{dataset.name}/{split}",
            digest=facts.digest.removeprefix("sha256:")[:32],
            source_type="fmnist-audit",
            source=json.dumps({"source": dataset.source}),
            profile=json.dumps({"images": facts.n}),
        ),
        tags=[InputTag(key, value) for key, value in tags.items()],
    )


def demand_name(store: Store, name: str) -> None:
    """Refuse a name that this store would not register a model under.

    Raises:
        TrackingError: It would not, or it cannot be asked.
    """
    from mlflow.exceptions import MlflowException

    with told(f"name of the model, {name!r}"):
        try:
            store.client.get_registered_model(name)
        except MlflowException as err:
            if err.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise


def log_model(store: Store, run_id: str, network: Network, description: Description, name: str) -> ResolvedModel:
    """Log the weights and the model that users load, and register it.

    Args:
        store: Where to.
        run_id: The training run.
        network: In evaluation mode.
        description: What the weights mean.
        name: Of the registered model.

    Raises:
        TrackingError: The store refuses it.
    """
    import mlflow
    import numpy as np

    with told(f"model {name}"), tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        weights.save(network, description, folder)
        store.client.log_artifacts(run_id, str(folder), "weights")
        mlflow.set_tracking_uri(store.uri)
        with mlflow.start_run(run_id=run_id):
            logged = mlflow.pyfunc.log_model(
                name="model",
                python_model=str(_CODE),
                artifacts={
                    "weights": str(folder / fmnist_classifier.WEIGHTS),
                    "description": str(folder / fmnist_classifier.DESCRIPTION),
                },
                code_paths=[str(_NETWORK)],
                signature=_signature(),
                input_example=np.zeros((1, 1, 28, 28), dtype=np.float32),
                pip_requirements=[f"{package}=={version(package).partition('+')[0]}" for package in _REQUIRED],
                metadata={"input": fmnist_classifier.EXPECTED, "classes": list(description.classes)},
            )
    return _registered(store, run_id, logged.model_id, name)


def _registered(store: Store, run_id: str, model_id: str, name: str) -> ResolvedModel:
    from mlflow.exceptions import MlflowException

    with told(f"model {name}"):
        with contextlib.suppress(MlflowException):  # It is there already, mostly.
            store.client.create_registered_model(name)
        made = store.client.create_model_version(name, f"models:/{model_id}", run_id, model_id=model_id)
        return resolve(store, f"models:/{name}/{made.version}")


def _signature() -> ModelSignature:
    """Describe the output only: an input signature would make MLflow refuse tensors."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, Schema, TensorSpec
    from mlflow.types.schema import Map

    columns: list[ColSpec | TensorSpec] = [
        ColSpec(DataType.string, "predicted_class"),
        ColSpec(Map(DataType.double), "class_probabilities"),
    ]
    return ModelSignature(outputs=Schema(columns))


def training_facts(store: Store, run_id: str | None) -> TrainingFacts | None:
    """Return how a model was trained, as its training run says; None where there is no such run.

    Raises:
        EvidenceError: What the run says cannot be read.
    """
    from mlflow.exceptions import MlflowException

    from fmnist_governance.tracking.run_files import open_run

    if run_id is None:
        return None
    try:
        store.client.get_run(run_id)
    except MlflowException:
        return None
    stored = open_run(store, run_id).read(FACTS)
    return decode(stored, TrainingFacts, f"run {run_id}: {FACTS}") if stored else None
