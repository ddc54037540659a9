from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
import yaml

from fmnist_governance.errors import EvidenceError, ModelError, TrackingError
from fmnist_governance.model.fmnist_classifier import DESCRIPTION, WEIGHTS, Description, Network
from fmnist_governance.model.weights import read, weights_digest
from fmnist_governance.tracking.run_files import open_run
from fmnist_governance.tracking.store import Store
from fmnist_governance.tracking.training_run import (
    CHECKPOINT,
    FACTS,
    Point,
    dataset_input,
    end_abandoned,
    log_model,
    log_training,
    training_facts,
    training_run,
)

from .conftest import CLASSES, DATASET, NAME, Logged, trained_facts


def test_what_happened_is_in_the_run(logged: Logged) -> None:
    run = logged.store.client.get_run(logged.run_id)

    assert run.info.status == "FINISHED"
    assert run.data.params == {"recipe": "quick", "seed": "3"}
    assert run.data.tags["governance.stage"] == "training"
    assert run.data.tags["git.commit"] == "9f2c41d"
    assert run.data.tags["dataset.sha256"] == DATASET.digest
    history = logged.store.client.get_metric_history(logged.run_id, "loss.train")
    assert [(point.step, point.value) for point in history] == [(1, 0.5), (2, 0.25)]


def test_a_run_that_nobody_ended_is_killed_by_the_training_that_goes_on(logged: Logged) -> None:
    client, experiment = logged.store.client, logged.store.experiment_id
    left, other = (client.create_run(experiment, tags={CHECKPOINT: name}).info.run_id for name in ("a1", "b2"))

    end_abandoned(logged.store, "a1")

    states = [client.get_run(run).info.status for run in (left, other, logged.run_id)]
    assert states == ["KILLED", "RUNNING", "FINISHED"]
    client.set_terminated(other, "KILLED")


def test_the_data_are_inputs_with_digests_of_all_their_bytes(logged: Logged) -> None:
    recorded = logged.store.client.get_run(logged.run_id).inputs
    inputs = recorded.dataset_inputs if recorded else []

    found = {item.dataset.name: item.dataset.digest for item in inputs}
    full = {tag.value for item in inputs for tag in item.tags if tag.key == "dataset.sha256"}

    splits = {name: DATASET.splits[name].digest for name in ("train", "validation")}
    assert found == {f"synthetic/{name}": digest.removeprefix("sha256:")[:32] for name, digest in splits.items()}
    assert full == set(splits.values())


def test_a_reader_gets_the_facts_back(logged: Logged) -> None:
    assert training_facts(logged.store, logged.run_id) == logged.facts


@pytest.mark.parametrize("run_id", [None, "0" * 32])
def test_there_are_no_facts_where_there_is_no_run(logged: Logged, run_id: str | None) -> None:
    assert training_facts(logged.store, run_id) is None


def test_facts_that_were_damaged_are_named(store: Store) -> None:
    with training_run(store, "train", {}) as run_id:
        store.client.log_text(run_id, json.dumps({"run": run_id}), FACTS)

    with pytest.raises(EvidenceError, match=rf"run {run_id}: {FACTS}"):
        training_facts(store, run_id)


def test_the_weights_of_the_run_are_those_of_the_model(logged: Logged) -> None:
    kept = open_run(logged.store, logged.run_id)

    assert kept.paths("weights/") == {f"weights/{WEIGHTS}", f"weights/{DESCRIPTION}"}
    assert weights_digest(kept.folder / "weights") == weights_digest(logged.model.folder)
    assert read(logged.model.folder)[1].classes == CLASSES


def test_the_package_says_what_it_needs_takes_and_gives(logged: Logged) -> None:
    package = yaml.safe_load((logged.model.package / "MLmodel").read_text(encoding="utf-8"))
    needs = (logged.model.package / "requirements.txt").read_text(encoding="utf-8").split()

    assert all("==" in line and "+" not in line for line in needs)
    assert {line.partition("==")[0] for line in needs} >= {"mlflow", "torch", "numpy", "safetensors"}
    assert package["signature"]["inputs"] is None
    assert [column["name"] for column in json.loads(package["signature"]["outputs"])] == [
        "predicted_class",
        "class_probabilities",
    ]
    assert "integers 0-255 or floats 0-1" in package["metadata"]["input"]
    assert (logged.model.package / "input_example.json").is_file()
    assert sorted(path.name for path in (logged.model.package / "code").iterdir()) == ["fmnist_classifier.py"]


def test_the_model_is_an_output_of_its_run_and_registered(logged: Logged) -> None:
    recorded = logged.store.client.get_run(logged.run_id).outputs
    outputs = recorded.model_outputs if recorded else []
    version = logged.store.client.get_model_version(NAME, "1")

    assert [output.model_id for output in outputs] == [logged.model.model_id]
    assert version.run_id == logged.run_id
    assert logged.store.client.get_logged_model(logged.model.model_id).status == "READY"


def test_a_second_model_is_a_second_version(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    for number in ("1", "2"):
        with training_run(store, "train", {}) as run_id:
            description = Description(classes=CLASSES, arguments={}, training_run=run_id)
            model = log_model(store, run_id, description.build().eval(), description, "Another")
        assert (model.name, model.version) == ("Another", number)

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(("stop", "status"), [(ModelError("no"), "FAILED"), (KeyboardInterrupt(), "KILLED")])
def test_a_training_that_stops_is_not_finished(store: Store, stop: BaseException, status: str) -> None:
    with pytest.raises(type(stop)), training_run(store, "train", {}) as run_id:
        raise stop

    assert store.client.get_run(run_id).info.status == status


def test_a_model_that_cannot_be_logged_leaves_a_failed_run(store: Store, tmp_path: Path) -> None:
    (tmp_path / "mlartifacts").write_text("in the way")
    description = Description(classes=CLASSES, arguments={}, training_run="x")

    with pytest.raises(TrackingError), training_run(store, "train", {}) as run_id:
        log_model(store, run_id, Network(classes=10).eval(), description, NAME)

    assert store.client.get_run(run_id).info.status == "FAILED"


def test_many_points_are_all_kept(store: Store) -> None:
    points = [Point(f"metric.{number % 7}", float(number), number // 7) for number in range(2100)]
    with training_run(store, "train", {}) as run_id:
        log_training(store, run_id, params={}, points=points, dataset=DATASET, facts=trained_facts(run_id))

    history = [store.client.get_metric_history(run_id, f"metric.{number}") for number in range(7)]
    assert sum(len(points) for points in history) == 2100


def test_an_input_of_a_run_names_split_and_size() -> None:
    made = dataset_input(DATASET, "test", "evaluation")

    assert made.dataset.name == "synthetic/test"
    assert len(made.dataset.digest) == 32
    assert json.loads(made.dataset.profile or "") == {"images": 100}


def test_logging_a_model_leaves_the_network_as_it_was(logged: Logged) -> None:
    torch.manual_seed(1)
    description = Description(classes=CLASSES, arguments={}, training_run=None)
    network = description.build().eval()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}

    with training_run(logged.store, "train", {}) as run_id:
        log_model(logged.store, run_id, network, description, "Untouched")

    assert not network.training
    assert all(torch.equal(before[name], tensor) for name, tensor in network.state_dict().items())
