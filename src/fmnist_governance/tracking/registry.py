"""Find a model by the name that a user gives it, without loading it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_governance.errors import TrackingError
from fmnist_governance.model.weights import holds_model
from fmnist_governance.tracking.run_files import folder_of
from fmnist_governance.tracking.store import Store, told

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel
    from mlflow.entities.model_registry import ModelVersion

FORMS = "models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID or runs:/ID/NAME"
_MOST_NAMED = 50
PARTS = "artifacts"
"""Where a packaged model keeps its two files."""


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model in the store, found and not loaded."""

    uri: str
    """`models:/NAME/VERSION` where it is registered, else `models:/m-ID`."""
    model_id: str
    name: str | None
    """Under which it is registered."""
    version: str | None
    run_id: str | None
    """The run that logged it."""
    package: Path
    """Folder of the packaged model."""

    @property
    def own(self) -> bool:
        """Whether it is a model of this product: weights and description that can be read without running code."""
        return holds_model(self.package / PARTS)

    @property
    def folder(self) -> Path:
        """Folder of its two files.

        Raises:
            TrackingError: It is no model of this product.
        """
        if not self.own:
            msg = (
                f"{self.uri}: not a model of fmnist-audit: its package holds no {PARTS}/weights.safetensors and "
                f"{PARTS}/model.json, and reading it would run its own code"
            )
            raise TrackingError(msg)
        return self.package / PARTS


def resolve(store: Store, uri: str) -> ResolvedModel:
    """Find a model.

    Args:
        store: Where to look.
        uri: As in `FORMS`.

    Raises:
        TrackingError: It is not of these forms, there is no such model, or its files are gone.
    """
    kind, _, rest = uri.partition(":/")
    if kind not in {"models", "runs"} or not rest:
        msg = f"model {uri!r}: expected {FORMS}"
        raise TrackingError(msg)
    with told(f"model {uri}"):
        if kind == "runs":
            return _logged(store, _of_run(store, uri, rest))
        if rest.startswith("m-") and "/" not in rest and "@" not in rest:
            return _logged(store, store.client.get_logged_model(rest))
        return _registered(store, uri, rest)


def _registered(store: Store, uri: str, rest: str) -> ResolvedModel:
    name, at, alias = rest.rpartition("@")
    if at:
        found = _there(store, uri, name, lambda: store.client.get_model_version_by_alias(name, alias))
    else:
        name, _, version = rest.rpartition("/")
        if not name or not version.isdecimal():
            msg = f"model {uri!r}: expected {FORMS}; {_known(store, name or version)}"
            raise TrackingError(msg)
        found = _there(store, uri, name, lambda: store.client.get_model_version(name, version))
    model_id = _model_id(found)
    if model_id is None:
        msg = f"model {uri}: version {found.version} comes from {found.source}, which is no logged model; log it again"
        raise TrackingError(msg)
    model = store.client.get_logged_model(model_id)
    return _resolved(model, f"models:/{found.name}/{found.version}", found.name, str(found.version))


def _model_id(version: ModelVersion) -> str | None:
    """Return the logged model of a version: MLflow fills in its id for some stores, and its source for all."""
    source = version.source or ""
    return version.model_id or (source.removeprefix("models:/") if source.startswith("models:/m-") else None)


def _there(store: Store, uri: str, name: str, get: Callable[[], ModelVersion]) -> ModelVersion:
    """Get a version, or say what there is instead."""
    from mlflow.exceptions import MlflowException

    try:
        return get()
    except MlflowException as err:
        if err.error_code not in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            raise
        msg = f"model {uri}: no such model; {_known(store, name)}"
        raise TrackingError(msg) from err


def _known(store: Store, name: str) -> str:
    """Say which versions and aliases a model has, or which models there are."""
    models = {model.name: model for model in store.client.search_registered_models(max_results=_MOST_NAMED)}
    if name not in models:
        return f"registered are {', '.join(sorted(models))}" if models else "no model is registered in this store"
    versions = store.client.search_model_versions(f"name = '{name}'", max_results=_MOST_NAMED)
    numbers = ", ".join(str(number) for number in sorted(int(v.version) for v in versions)) or "none"
    aliases = ", ".join(sorted(models[name].aliases)) or "none"
    return f"{name} has the versions {numbers} and the aliases {aliases}"


def _of_run(store: Store, uri: str, rest: str) -> LoggedModel:
    run_id, _, name = rest.partition("/")
    run = store.client.get_run(run_id)
    found = store.client.search_logged_models(
        [run.info.experiment_id], filter_string=f"source_run_id = '{run_id}'", max_results=50
    )
    names = [model.name for model in found]
    if name not in names:
        there = f"it logged {', '.join(names)}" if names else "it logged none"
        msg = f"model {uri}: run {run_id} has no model called {name!r}; {there}"
        raise TrackingError(msg)
    return found[names.index(name)]


def _logged(store: Store, model: LoggedModel) -> ResolvedModel:
    versions = store.client.search_model_versions(f"run_id = '{model.source_run_id}'") if model.source_run_id else []
    for version in versions:
        if _model_id(version) == model.model_id:
            return _resolved(model, f"models:/{version.name}/{version.version}", version.name, str(version.version))
    return _resolved(model, f"models:/{model.model_id}", None, None)


def _resolved(model: LoggedModel, uri: str, name: str | None, version: str | None) -> ResolvedModel:
    package = folder_of(model.artifact_location, model.model_id)
    if not package.is_dir():
        msg = f"model {uri}: its files are gone from the store ({package.name}); train or log it again"
        raise TrackingError(msg)
    return ResolvedModel(uri, model.model_id, name, version, model.source_run_id or None, package)
