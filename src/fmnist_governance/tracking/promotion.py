"""Move an alias of a registered model, and keep on the version why."""

from __future__ import annotations

import re

from fmnist_governance.errors import TrackingError
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.store import Store, told

TAG = "governance.promoted"
_ALIAS = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}")
_NUMBERED = re.compile(r"[vV][0-9]+")


def holder(store: Store, name: str, alias: str) -> str | None:
    """Return the version that holds an alias; None where none does.

    Raises:
        TrackingError: There is no such model, or MLflow would not take the alias.
    """
    if not _ALIAS.fullmatch(alias) or _NUMBERED.fullmatch(alias) or alias.casefold() == "latest":
        msg = f"alias {alias!r}: expected a word such as champion, which is neither latest nor a version such as v1"
        raise TrackingError(msg)
    with told(f"model {name}"):
        found = store.client.get_registered_model(name).aliases.get(alias)
    return None if found is None else str(found)


def promote(store: Store, model: ResolvedModel, alias: str, record: str) -> None:
    """Write on a version why it gets an alias, then move the alias to it.

    Args:
        store: Where the model is registered.
        model: The version.
        alias: Such as `champion`.
        record: Who, when and why, as JSON.

    Raises:
        TrackingError: It is no registered version, or MLflow refuses.
    """
    if model.name is None or model.version is None:
        msg = f"model {model.uri}: not registered; only a version such as models:/NAME/3 can hold an alias"
        raise TrackingError(msg)
    with told(f"model {model.uri}"):
        store.client.set_model_version_tag(model.name, model.version, f"{TAG}.{alias}", record)
        store.client.set_registered_model_alias(model.name, alias, model.version)
