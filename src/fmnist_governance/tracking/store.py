"""Open an MLflow store, and turn its failures into one line each."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING

from fmnist_governance.errors import TrackingError

if TYPE_CHECKING:
    from mlflow import MlflowClient

DATABASE = "mlflow.db"
ARTIFACTS = "mlartifacts"
_SQLITE = "sqlite:///"
_PASSWORD = re.compile(r"(://[^/@\s:]*):[^/@\s]*@")
_HIDDEN = r"\1:***@"
_FORMS = "; expected sqlite:///FILE or http(s)://HOST of a running server"
_LONGEST_REASON = 200
_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
    "MLFLOW_LOGGING_LEVEL": "ERROR",
}
_DEFAULTS = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "MLFLOW_HTTP_REQUEST_TIMEOUT": "20"}


@dataclass(frozen=True, slots=True)
class Store:
    """An open store and the experiment in which runs are kept."""

    client: MlflowClient
    uri: str
    experiment_id: str
    """Empty where the store was opened for reading and has no such experiment."""
    experiment: str
    writable: bool = True
    """False for a SQLite database that may only be read; a server says so when something is written."""


def open_store(uri: str | None, experiment: str, *, new: bool = True) -> Store:
    """Open a store to write into it, creating the experiment where it is missing.

    Args:
        uri: Tracking URI; None is `mlflow.db` in the working folder. Artifacts of a SQLite store lie beside it.
        experiment: Name of the experiment.
        new: Whether a SQLite database is created, too, where there is none.

    Raises:
        TrackingError: The store cannot be reached, is none, or cannot be written.
    """
    found = _opened(uri, experiment, database=new, create=True)
    if not found.writable:
        msg = f"MLflow store {found.uri}: cannot be written by this user; name another --tracking-uri"
        raise TrackingError(msg)
    return found


def open_for_reading(uri: str | None, experiment: str) -> Store:
    """Open a store of which it is enough that it can be read; nothing is created.

    Args:
        uri: As for `open_store`.
        experiment: As there.

    Raises:
        TrackingError: The store cannot be reached or is none.
    """
    return _opened(uri, experiment, database=False, create=False)


def _opened(uri: str | None, experiment: str, *, database: bool, create: bool) -> Store:
    os.environ.update(_SETTINGS)
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    uri = uri or f"{_SQLITE}{DATABASE}"
    for name in ("alembic", "urllib3"):
        logging.getLogger(name).setLevel(logging.ERROR)
    if not database and uri.startswith(_SQLITE) and not (file := _database(uri)).exists():
        msg = f"MLflow store {uri}: there is no {file.resolve()}; go where it was made, or name it with --tracking-uri"
        raise TrackingError(msg)
    with told(f"MLflow store {_PASSWORD.sub(_HIDDEN, uri)}", _FORMS), _alone(uri) as writable:
        import mlflow

        logging.getLogger("mlflow").setLevel(logging.ERROR)  # Where a program imported it before, too.
        mlflow.set_tracking_uri(uri)
        client = mlflow.MlflowClient(tracking_uri=uri)
        found = Store(client, uri, _experiment(client, uri, experiment, create=create), experiment, writable)
        _heard_again()
        return found


def _heard_again() -> None:
    """Let this product's loggers speak: setting up its own, the migration of a database silences all that there are."""
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith("fmnist_governance") and isinstance(logger, logging.Logger):
            logger.disabled = False


@contextlib.contextmanager
def told(what: str, right: str = "") -> Iterator[None]:
    """Turn what MLflow and the libraries below it raise into one line.

    Args:
        what: What failed, at the head of the line.
        right: What would be right, at its end.

    Raises:
        TrackingError: Something in the block failed.
    """
    try:
        yield
    except TrackingError:
        raise
    except ModuleNotFoundError as err:
        msg = f"{what}: this kind of store needs the package {err.name}, which is not installed"
        raise TrackingError(msg) from err
    except Exception as err:
        if not _from_tracking(err):
            raise
        whole = _PASSWORD.sub(_HIDDEN, str(err).partition("[SQL:")[0])
        reason = shorten(whole, _LONGEST_REASON, placeholder=" ...")
        msg = f"{what}: {reason or type(err).__name__}{right}"
        raise TrackingError(msg) from err


def _from_tracking(err: Exception) -> bool:
    packages = {kind.__module__.partition(".")[0] for kind in type(err).__mro__}
    return isinstance(err, OSError) or bool(packages & {"mlflow", "sqlalchemy", "requests", "urllib3", "alembic"})


@contextlib.contextmanager
def _alone(uri: str) -> Iterator[bool]:
    """Let one process at a time open a SQLite database: two that create it at once both fail.

    Yields:
        Whether the store can be written. One that cannot creates nothing, and leaves no lock behind.
    """
    if not uri.startswith(_SQLITE):
        yield True
        return
    database = _database(uri)
    if database.exists() and not (os.access(database, os.W_OK) and os.access(database.parent, os.W_OK)):
        yield False
        return
    with database.with_name(f".{database.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield True


def _database(uri: str) -> Path:
    """Return the file of a SQLite store.

    Raises:
        TrackingError: It is no file, or the folder for it is not there.
    """
    database = Path(uri.removeprefix(_SQLITE))
    if database.name in {"", ":memory:"}:
        msg = f"MLflow store {uri}: lasts as long as this process; name a file, as in {_SQLITE}{DATABASE}"
        raise TrackingError(msg)
    if not database.parent.is_dir():
        msg = f"MLflow store {uri}: there is no folder {database.parent}; create it or name another --tracking-uri"
        raise TrackingError(msg)
    return database


def _experiment(client: MlflowClient, uri: str, name: str, *, create: bool) -> str:
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None and not create:
        return ""
    if found is None:
        with contextlib.suppress(MlflowException):  # Another process may have been quicker.
            client.create_experiment(name, artifact_location=_artifact_location(uri))
        found = client.get_experiment_by_name(name)
    if found is None or found.lifecycle_stage != "active":
        msg = f"experiment {name!r} is deleted or cannot be created; name another with --experiment"
        raise TrackingError(msg)
    return str(found.experiment_id)


def _artifact_location(uri: str) -> str | None:
    """Return where a SQLite store keeps its files; a server decides for itself."""
    if not uri.startswith(_SQLITE):
        return None
    return (Path(uri.removeprefix(_SQLITE)).resolve().parent / ARTIFACTS).as_uri()
