"""Packages that were changed after they were logged, as an audit meets them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from fmnist_governance.config.suite import Suite
from fmnist_governance.data import sample
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import ConfigError, ModelError, TrackingError
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.model.feeding import Scale
from fmnist_governance.model.fmnist_classifier import Description
from fmnist_governance.pipeline.auditing import audit
from fmnist_governance.pipeline.foreign import Fed
from fmnist_governance.pipeline.models import demand_trust, taken_in_hand
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.store import Store, open_store
from fmnist_governance.tracking.training_run import log_model, training_run

SUITE = Suite(name="s", title="Small", checks={"integrity": {"n": 200, "few": 20}})
FLOOR, GAP = 0.97, 1e-3
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def store_and_model(
    migrated_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, ResolvedModel]]:
    """A model of random weights that answers with every class, logged as a training logs it."""
    folder = tmp_path_factory.mktemp("packages")
    shutil.copy(migrated_database, folder / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "")
        store = open_store(f"sqlite:///{folder / 'mlflow.db'}", "fmnist-audit")
        description = Description(sample.load().classes, {"layers": "16/2 32/2 64"}, None)
        torch.manual_seed(0)
        network = description.build()
        images = torch.from_numpy(sample.load().splits["test"].images[:500]).float() / 255
        network(images)  # Batch norm takes the statistics of real images.
        network.head.weight.data.mul_(20)
        with training_run(store, "train", {}) as run_id:
            yield store, log_model(store, run_id, network.eval(), description, "M")


@pytest.fixture
def data() -> Dataset:
    whole = sample.load()
    return Dataset(whole.name, whole.classes, {"test": whole.splits["test"]}, whole.source, whole.licence)


Audited = Callable[..., EvidenceRecord]


@pytest.fixture
def audited(store_and_model: tuple[Store, ResolvedModel], data: Dataset, tmp_path: Path) -> Audited:
    """Change a copy of the package, and audit it."""
    store, model = store_and_model

    def run(change: Change, *, trust: bool = False) -> EvidenceRecord:
        package = shutil.copytree(model.package, tmp_path / "package")
        change(package)
        taken = taken_in_hand(store, replace(model, package=package), data, Fed(), trust=trust)
        return audit(
            taken, data, SUITE, seed=0, device=torch.device("cpu"), fresh=True, report=lambda _name, _done, _all: None
        ).record

    return run


def edited(path: str, old: str, new: str) -> Change:
    def change(package: Path) -> None:
        text = (package / path).read_text()
        assert old in text
        (package / path).write_text(text.replace(old, new))

    return change


def with_other_weights(package: Path) -> None:
    """Leave the weights that an audit reads where they are, and let the packaged model load others."""
    shutil.copytree(package / "artifacts", package / "other")
    tensors = load_file(package / "artifacts/weights.safetensors")
    save_file(
        {name: tensor.flip(0).contiguous() for name, tensor in tensors.items()}, package / "other/weights.safetensors"
    )
    described = yaml.safe_load((package / "MLmodel").read_text())
    described["flavors"]["python_function"]["artifacts"]["weights"]["path"] = "other/weights.safetensors"
    (package / "MLmodel").write_text(yaml.safe_dump(described))


CODE = "code/fmnist_classifier.py"
SHUFFLED = edited(
    CODE, '"predicted_class": description.classes[chosen]', '"predicted_class": description.classes[-chosen]'
)
UNSCALED = edited(CODE, "return unit if floats else unit / np.float32(255)", "return unit")
FORGETFUL = edited(
    CODE,
    "found: Tensor = self.last(self.first(images))",
    "found: Tensor = torch.dropout(self.last(self.first(images)), 0.5, True)",
)


def untouched(_package: Path) -> None:
    pass


def value(record: EvidenceRecord, id_: str) -> float:
    found = record.find(f"integrity.{id_}")
    assert found is not None
    return found.value


def test_a_package_as_it_was_logged_is_exact_and_needs_no_trust(audited: Audited) -> None:
    record = audited(untouched)

    shares = [m for m in record.measurements if m.id.startswith("integrity.") and m.unit == "fraction" and m.interval]
    assert len(shares) == 7
    assert all(m.value == 1 for m in shares)
    assert value(record, "package.largest_gap") < GAP
    assert value(record, "determinism.largest_gap") < GAP
    assert record.checks[0].absent == {}


def test_other_weights_behind_the_same_code_are_caught_without_trust(audited: Audited) -> None:
    record = audited(with_other_weights)

    assert value(record, "package.agreement") < FLOOR
    assert value(record, "package.largest_gap") > GAP


@pytest.mark.parametrize(
    ("change", "caught"),
    [(SHUFFLED, "package.class_names"), (UNSCALED, "bytes.agreement"), (FORGETFUL, "repetition.agreement")],
    ids=["names shuffled", "integers not scaled", "dropout left on"],
)
def test_changed_code_is_caught_where_it_is_trusted(audited: Audited, change: Change, caught: str) -> None:
    assert value(audited(change, trust=True), caught) < FLOOR


def test_changed_code_does_not_run_without_trust(audited: Audited, tmp_path: Path) -> None:
    ran = tmp_path / "ran"

    record = audited(edited(CODE, "import json\n", f"import json\nopen({str(ran)!r}, 'w').close()\n"))

    assert record.checks[0].status == "not_run"
    assert record.checks[0].reason == (
        "the model offers no package: its packaged code is not the code that this version ships, and runs only with"
        " --trust-model-code"
    )
    assert not ran.exists()


def test_one_weight_that_is_no_number_is_refused_by_name(audited: Audited) -> None:
    def spoil(package: Path) -> None:
        tensors = load_file(package / "artifacts/weights.safetensors")
        tensors["head.weight"][3, 4] = torch.nan
        save_file(tensors, package / "artifacts/weights.safetensors")

    with pytest.raises(ModelError, match=r"does not fit model.json: head.weight holds NaN or infinity"):
        audited(spoil)


def test_an_own_model_is_not_fed_otherwise(store_and_model: tuple[Store, ResolvedModel], data: Dataset) -> None:
    store, model = store_and_model

    with pytest.raises(ConfigError, match="for models that others made; models:/M/1 says these itself"):
        taken_in_hand(store, model, data, Fed(Scale.read("0-255")), trust=False)


def test_a_package_that_lost_its_weights_is_a_model_of_others(
    store_and_model: tuple[Store, ResolvedModel], tmp_path: Path
) -> None:
    package = shutil.copytree(store_and_model[1].package, tmp_path / "package")
    (package / "artifacts/weights.safetensors").unlink()

    with pytest.raises(TrackingError, match=r"code code/fmnist_classifier.py, pyfunc_model.py; pickle none"):
        demand_trust(replace(store_and_model[1], package=package), trust=False)
