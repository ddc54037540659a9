"""Models that others made and logged, audited by the command line."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import mlflow.pyfunc
import mlflow.pytorch
import mlflow.sklearn
import numpy as np
import pytest
import torch
import yaml
from desk import Program
from networks import Forgetful, SmallResidual, TwoConvolutions, taught
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor, nn

from fmnist_governance.data import digits, sample
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.model.weights import subject_digest
from fmnist_governance.pipeline import foreign
from fmnist_governance.tracking.store import open_store

MEAN, SD = 0.2860, 0.3530
CHECKS = {
    "performance": {},
    "calibration": {"resamples": 200},
    "conformal": {},
    "explanation": {
        "n": 60,
        "occlusion_n": 20,
        "deletion_n": 10,
        "randomisation_n": 10,
        "randomisation_draws": 1,
        "stability_n": 10,
        "stability_draws": 1,
    },
    "adversarial": {
        "n": 20,
        "linf": ["8/255"],
        "l2": [],
        "steps": 3,
        "survivors": 5,
        "square_queries": 20,
        "more_steps": 5,
    },
    "integrity": {"n": 60, "few": 5},
    "efficiency": {"latency_repeats": 80, "throughput_repeats": 80, "batch": 2},
}
GRADIENTS = {"explanation", "adversarial"}
Images = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shelf:
    """A store with the models of others."""

    folder: Path
    data: Dataset
    networks: dict[str, nn.Module]

    def package(self, name: str) -> Path:
        model = mlflow.MlflowClient().get_model_version(name, "1")
        uri = mlflow.get_logged_model(str(model.source).removeprefix("models:/")).artifact_location
        return Path(str(uri).removeprefix("file://"))


def split(data: Dataset, name: str) -> tuple[Tensor, Tensor]:
    part = data.splits[name]
    return torch.from_numpy(part.images).float() / 255, torch.from_numpy(part.labels)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("shelf")
    shutil.copy(migrated_database, folder / "mlflow.db")
    (folder / "suite.yaml").write_text(yaml.safe_dump({"name": "s", "title": "Small", "checks": CHECKS}))
    data = sample.load()
    images, labels = split(data, "train")
    numbers, values = split(digits.load(), "train")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        networks = {
            "TwoConvolutions": taught(TwoConvolutions(), (images - MEAN) / SD, labels),
            "SmallResidual": taught(SmallResidual(), images * 255, labels),
            "Digits": taught(TwoConvolutions(), numbers, values),
            "Forgetful": taught(Forgetful(), images, labels),
        }
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLFLOW_TRACKING_URI", "")
        open_store("sqlite:///mlflow.db", "fmnist-audit")
        mlflow.set_experiment("fmnist-audit")
        log(networks["TwoConvolutions"], "TwoConvolutions", ((images - MEAN) / SD)[:4].numpy())
        log(networks["SmallResidual"], "SmallResidual", None)
        log(networks["Digits"], "SingleDigits", numbers[:1].numpy())
        log(networks["Forgetful"], "Forgetful", images[:4].numpy())
        rows = images.flatten(1).numpy()
        classifier = RandomForestClassifier(20, max_depth=10, random_state=0).fit(
            rows[:600] * 255, labels[:600].numpy()
        )
        log_classifier(classifier, "Forest", "predict_proba")
        log_classifier(classifier, "Labels", "predict")
        yield Shelf(folder, data, networks)


def log(network: nn.Module, name: str, example: Images | None) -> None:
    mlflow.pytorch.log_model(
        network,
        name="model",
        input_example=example,
        serialization_format="pickle" if example is None else "pt2",
        pip_requirements=["torch"],
        registered_model_name=name,
    )


def log_classifier(classifier: RandomForestClassifier, name: str, function: str) -> None:
    mlflow.sklearn.log_model(
        classifier,
        name="model",
        pyfunc_predict_fn=function,
        serialization_format="cloudpickle",
        pip_requirements=["scikit-learn"],
        registered_model_name=name,
    )


@pytest.fixture
def at_the_shelf(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shelf:
    monkeypatch.chdir(shelf.folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return shelf


def audited(program: Program, name: str, *options: object) -> dict[str, Any]:
    arguments = ("audit", f"models:/{name}/1", "--suite", "suite.yaml", "--device", "cpu", "--trust-model-code")
    answer = program(*arguments, *options, "--json", "--quiet")
    assert answer.err == "", answer.err
    assert answer.code == 0
    record: dict[str, Any] = json.loads(answer.out)["record"]
    return record


def artifacts(record: dict[str, Any]) -> Path:
    """The files of the newest audit, which made the record."""
    experiment = mlflow.get_experiment_by_name("fmnist-audit")
    assert experiment is not None
    (run,) = mlflow.search_runs([experiment.experiment_id], max_results=1, output_format="list")
    assert run.data.tags["governance.model_digest"] == record["subject"]["digest"]
    return Path(str(run.info.artifact_uri).removeprefix("file://"))


def statuses(record: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["status"] for check in record["checks"]}


def value(record: dict[str, Any], id_: str) -> float:
    return next(float(m["value"]) for m in record["measurements"] if m["id"] == id_)


def accuracy(network: nn.Module, images: Tensor, labels: Tensor) -> float:
    with torch.no_grad():
        return float((network(images).argmax(dim=1) == labels).float().mean())


def test_a_network_of_two_convolutions_gets_every_check(at_the_shelf: Shelf, fmnist_audit: Program) -> None:
    images, labels = split(at_the_shelf.data, "test")

    record = audited(fmnist_audit, "TwoConvolutions", "--sample", "--input-scale", f"standardised:{MEAN},{SD}")

    assert set(statuses(record).values()) == {"measured"}
    assert record["subject"]["kind"] == "torch"
    assert record["subject"]["parameters"] == 9098
    assert record["subject"]["digest"] == subject_digest(at_the_shelf.package("TwoConvolutions"))
    right = accuracy(at_the_shelf.networks["TwoConvolutions"], (images - MEAN) / SD, labels)
    assert value(record, "performance.accuracy") == pytest.approx(right)
    assert value(record, "explanation.empty_maps") < 1
    asked = yaml.safe_load((artifacts(record) / "inputs/audit.yaml").read_text())
    scale = {"mean": MEAN, "spread": SD}
    assert asked["subject"]["fed"] == {"input_scale": scale, "class_names": None, "layer": "conv2"}
    assert value(record, "integrity.package.agreement") == 1
    assert value(record, "integrity.training_mode.layers") == 0


def test_a_residual_network_that_gives_probabilities_gets_every_check(
    at_the_shelf: Shelf, fmnist_audit: Program
) -> None:
    images, labels = split(at_the_shelf.data, "test")

    record = audited(fmnist_audit, "SmallResidual", "--sample", "--input-scale", "0-255")

    assert set(statuses(record).values()) == {"measured"}
    right = accuracy(at_the_shelf.networks["SmallResidual"], images * 255, labels)
    assert value(record, "performance.accuracy") == pytest.approx(right, abs=0.003)  # Rounding decides a close answer.
    assert value(record, "adversarial.linf.eps_8_255.accuracy") < right
    assert value(record, "integrity.package.largest_gap") < 1e-5


def test_a_classifier_of_scikit_learn_is_a_black_box(
    at_the_shelf: Shelf, fmnist_audit: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = audited(fmnist_audit, "Forest", "--sample", "--input-scale", "0-255")

    reasons = {check["name"]: check["reason"] for check in record["checks"]}
    assert {name for name, status in statuses(record).items() if status == "not_run"} == GRADIENTS
    assert reasons["adversarial"] == "the model offers no gradients: it gives answers alone, no network"
    assert record["subject"]["kind"] == "pyfunc"
    images, labels = split(at_the_shelf.data, "test")
    monkeypatch.setenv("MLFLOW_ALLOW_PICKLE_DESERIALIZATION", "true")
    forest = mlflow.sklearn.load_model("models:/Forest/1")
    right = float((forest.predict(images.flatten(1).numpy() * 255) == labels.numpy()).mean())
    assert value(record, "performance.accuracy") == pytest.approx(right)
    assert value(record, "integrity.repetition.agreement") == 1


def test_a_network_of_digits_that_takes_one_image_a_call(
    at_the_shelf: Shelf, fmnist_audit: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    warned: list[str] = []
    monkeypatch.setattr(foreign.logger, "warning", lambda text, *parts: warned.append(text % parts))
    arguments = ("audit", "models:/SingleDigits/1", "--suite", "suite.yaml", "--device", "cpu", "--dataset", "digits")

    answer = fmnist_audit(*arguments, "--trust-model-code", "--json")

    record = json.loads(answer.out)["record"]
    reasons = {check["name"]: check["reason"] for check in record["checks"] if check["status"] == "not_run"}
    assert answer.code == 0
    assert any("takes 1 image a call, so answers are slow" in text for text in warned)
    assert at_the_shelf.folder.is_dir()
    assert set(reasons) == {"explanation"}
    assert "it was exported for one number of images a call" in reasons["explanation"]
    assert value(record, "performance.accuracy") > 0.7


def test_another_layer_can_be_named_and_a_wrong_one_is_told_what_there_is(
    at_the_shelf: Shelf, fmnist_audit: Program
) -> None:
    named = audited(fmnist_audit, "TwoConvolutions", "--sample", "--layer", "conv1")
    wrong = fmnist_audit("audit", "models:/TwoConvolutions/1", "--sample", "--layer", "conv9", "--trust-model-code")

    assert statuses(named)["explanation"] == "measured"
    assert wrong.code == 2
    assert "--layer: 'conv9' is no layer of the network that gives a map; there are: conv1, conv2" in wrong.err
    assert at_the_shelf.folder.is_dir()


def test_dropout_that_was_left_on_is_caught(at_the_shelf: Shelf, fmnist_audit: Program) -> None:
    planted = audited(fmnist_audit, "Forgetful", "--sample")
    clean = audited(fmnist_audit, "TwoConvolutions", "--sample")

    assert value(planted, "integrity.repetition.agreement") < 0.95
    assert value(planted, "integrity.training_mode.layers") == 1
    assert value(clean, "integrity.repetition.agreement") == 1
    assert value(clean, "integrity.repetition.largest_gap") == 0
    assert at_the_shelf.folder.is_dir()


@pytest.mark.parametrize("name", ["TwoConvolutions", "Forest"])
def test_without_trust_nothing_runs_and_the_line_says_what_would(
    at_the_shelf: Shelf, fmnist_audit: Program, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        pytest.fail("code of the model ran")

    monkeypatch.setattr(mlflow.pyfunc, "load_model", never)
    monkeypatch.setattr(mlflow.pytorch, "load_model", never)
    monkeypatch.setattr(torch.export, "load", never)

    answer = fmnist_audit("audit", f"models:/{name}/1", "--sample", "--suite", "suite.yaml")

    flavour = {"TwoConvolutions": "pytorch", "Forest": "sklearn"}[name]
    file = {"TwoConvolutions": "data/model.pt2", "Forest": "model.pkl"}[name]
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
    assert f"flavours {', '.join(sorted(['python_function', flavour]))}" in answer.err
    assert f"loader module mlflow.{flavour}; code none; pickle {file}" in answer.err
    assert "--trust-model-code" in answer.err
    assert at_the_shelf.folder.is_dir()


def test_pickle_is_allowed_for_the_trusted_load_only(at_the_shelf: Shelf, fmnist_audit: Program) -> None:
    before = subject_digest(at_the_shelf.package("Forest"))

    audited(fmnist_audit, "Forest", "--sample", "--input-scale", "0-255")

    assert os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert subject_digest(at_the_shelf.package("Forest")) == before
    assert not list(at_the_shelf.package("Forest").rglob("__pycache__"))


@pytest.mark.parametrize(
    ("name", "options", "line"),
    [
        ("Labels", (), "it gave one value an image: a label, not how likely each class is"),
        ("TwoConvolutions", ("--input-scale", "0-7"), "--input-scale: '0-7' is not 0-1, 0-255 or standardised:MEAN,SD"),
        ("TwoConvolutions", ("--class-names", "a"), "--class-names: 'a': expected two or more different names"),
        (
            "TwoConvolutions",
            ("--class-names", "a,b"),
            "it answers with 10 classes; fashion-mnist-sample has 10; --class",
        ),
        ("TwoConvolutions", ("--class-names", "0,1,2,3,4,5,6,7,8,9"), "its classes are 0, 1, 2"),
        ("Forest", ("--layer", "conv1"), "--layer: models:/Forest/1 has none to name"),
    ],
)
def test_a_mistake_is_one_line(
    at_the_shelf: Shelf, fmnist_audit: Program, name: str, options: tuple[str, ...], line: str
) -> None:
    answer = fmnist_audit("audit", f"models:/{name}/1", "--sample", "--trust-model-code", *options)

    assert answer.code == 2
    assert line in answer.err
    assert len(answer.err.splitlines()) == 1
    assert at_the_shelf.folder.is_dir()


def test_class_names_in_another_order_are_put_right(at_the_shelf: Shelf, fmnist_audit: Program) -> None:
    classes = at_the_shelf.data.classes
    (at_the_shelf.folder / "classes.txt").write_text("\n".join([classes[1], classes[0], *classes[2:]]))

    plain = audited(fmnist_audit, "TwoConvolutions", "--sample")
    swapped = audited(fmnist_audit, "TwoConvolutions", "--sample", "--class-names", "classes.txt")

    assert value(swapped, "calibration.brier") != value(plain, "calibration.brier")
    one, other = (f"performance.class.{name}.recall" for name in ("t_shirt_top", "trouser"))
    assert value(swapped, one) != value(plain, one)
    assert value(swapped, other) != value(plain, other)
    assert value(swapped, "performance.class.bag.recall") == value(plain, "performance.class.bag.recall")


def test_a_validation_split_that_a_model_of_others_may_have_learned_is_not_fitted_on(
    fmnist_audit: Program,
) -> None:
    record = audited(fmnist_audit, "TwoConvolutions", "--sample")

    limits = {check["name"]: " ".join(check["limits"]) for check in record["checks"]}
    assert "validation" in record["dataset"]["splits"]
    assert "fitted on 500 test images, scored on the other 500" in limits["calibration"]
    assert "validation images" not in " ".join(limits.values())


def test_without_a_validation_split_one_half_is_fitted_on_and_the_other_scored(
    at_the_shelf: Shelf, fmnist_audit: Program
) -> None:
    test = at_the_shelf.data.splits["test"]
    classes = np.array(at_the_shelf.data.classes)
    np.savez(at_the_shelf.folder / "test.npz", x_test=test.images, y_test=test.labels, classes=classes)

    record = audited(fmnist_audit, "TwoConvolutions", "--dataset", "npz:test.npz")

    limits = {check["name"]: " ".join(check["limits"]) for check in record["checks"]}
    said = "known to have left out, fitted on 500 test images, scored on the other 500"
    assert set(record["dataset"]["splits"]) == {"test"}
    assert said in limits["calibration"]
    assert said in limits["conformal"]
