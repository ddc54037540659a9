from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fmnist_governance.errors import TrackingError
from fmnist_governance.model.fmnist_classifier import DESCRIPTION, WEIGHTS
from fmnist_governance.model.weights import read
from fmnist_governance.tracking.registry import ResolvedModel, resolve
from fmnist_governance.tracking.store import Store

from .conftest import NAME, Logged

NAMES: list[Callable[[ResolvedModel], str]] = [
    lambda _model: f"models:/{NAME}/1",
    lambda _model: f"models:/{NAME}@champion",
    lambda model: f"models:/{model.model_id}",
    lambda model: f"runs:/{model.run_id}/model",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_name_leads_to_the_same_model(logged: Logged, name: Callable[[ResolvedModel], str]) -> None:
    logged.store.client.set_registered_model_alias(NAME, "champion", "1")

    assert resolve(logged.store, name(logged.model)) == logged.model
    assert logged.model.uri == f"models:/{NAME}/1"
    assert logged.model.run_id == logged.run_id


def test_a_model_that_was_never_registered_has_its_own_name(logged: Logged) -> None:
    client = logged.store.client
    made = client.create_logged_model(logged.store.experiment_id, name="loose")
    client.log_model_artifacts(made.model_id, str(logged.model.package))

    found = resolve(logged.store, f"models:/{made.model_id}")

    assert (found.uri, found.name, found.version) == (f"models:/{made.model_id}", None, None)
    assert found.own


def test_the_weights_are_read_without_running_the_code_beside_them(logged: Logged, tmp_path: Path) -> None:
    package = tmp_path / "package"
    shutil.copytree(logged.model.package, package)
    for code in package.rglob("*.py"):
        code.write_text("raise SystemExit('the code of a model ran')")

    network, description = read(replace(logged.model, package=package).folder)

    assert description.training_run == logged.run_id
    assert not network.training


@pytest.mark.parametrize("missing", [WEIGHTS, DESCRIPTION])
def test_a_package_without_both_files_is_not_one_of_ours(logged: Logged, tmp_path: Path, missing: str) -> None:
    shutil.copytree(logged.model.package, tmp_path / "package")
    (tmp_path / "package" / "artifacts" / missing).unlink()
    foreign = replace(logged.model, package=tmp_path / "package")

    assert not foreign.own
    with pytest.raises(TrackingError, match="not a model of fmnist-audit"):
        _ = foreign.folder


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("models:/Nothing/1", f"no such model; registered are {NAME}"),
        (f"models:/{NAME}/7", f"no such model; {NAME} has the versions 1 and the aliases "),
        (f"models:/{NAME}@nobody", f"no such model; {NAME} has the versions 1"),
        (f"models:/{NAME}", f"expected models:/NAME/VERSION, .*; {NAME} has the versions 1"),
        (f"models:/{NAME}/latest", f"expected models:/NAME/VERSION, .*; {NAME} has the versions 1"),
        ("models:/a/b/1", "no such model"),
        ("models:/'; drop table runs/1", "no such model"),
        ("models:/m-0000", "'m-0000' not found"),
        ("models:/", "expected models:/NAME/VERSION"),
        ("runs:/", "expected models:/NAME/VERSION"),
        ("runs:/0000/model", "Run with id=0000 not found"),
        (NAME, "expected models:/NAME/VERSION"),
        ("", "expected models:/NAME/VERSION"),
        ("file:///etc", "expected models:/NAME/VERSION"),
        ("../models", "expected models:/NAME/VERSION"),
    ],
)
def test_a_name_of_nothing_is_one_line_that_says_what_there_is(logged: Logged, uri: str, says: str) -> None:
    with pytest.raises(TrackingError, match=says) as refused:
        resolve(logged.store, uri)

    assert len(str(refused.value).splitlines()) == 1


def test_an_empty_store_says_so(store: Store) -> None:
    with pytest.raises(TrackingError, match="no model is registered in this store"):
        resolve(store, "models:/Nothing/1")


def test_a_run_names_the_models_that_it_logged(logged: Logged) -> None:
    with pytest.raises(TrackingError, match="has no model called 'best'; it logged model"):
        resolve(logged.store, f"runs:/{logged.run_id}/best")


def test_a_version_whose_files_are_gone_is_one_line(logged: Logged) -> None:
    client = logged.store.client
    made = client.create_logged_model(logged.store.experiment_id, name="gone")

    with pytest.raises(TrackingError, match="its files are gone from the store"):
        resolve(logged.store, f"models:/{made.model_id}")


def test_a_version_that_was_registered_from_elsewhere_is_one_line(logged: Logged, tmp_path: Path) -> None:
    logged.store.client.create_registered_model("Elsewhere")
    logged.store.client.create_model_version("Elsewhere", tmp_path.as_uri())

    with pytest.raises(TrackingError, match="is no logged model; log it again"):
        resolve(logged.store, "models:/Elsewhere/1")


def test_no_file_of_the_package_is_a_pickle(logged: Logged) -> None:
    names = sorted(path.relative_to(logged.model.package).as_posix() for path in logged.model.package.rglob("*.*"))

    assert [name for name in names if name.endswith((".pkl", ".pickle", ".pth", ".pt", ".pt2", ".joblib"))] == []
    assert json.loads((logged.model.folder / DESCRIPTION).read_bytes())["training_run"] == logged.run_id
    assert not any(
        path.read_bytes()[:2] in {b"\x80\x04", b"\x80\x05"}
        for path in logged.model.package.rglob("*")
        if path.is_file()
    )
