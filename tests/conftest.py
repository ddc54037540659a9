"""An MLflow store for whatever test needs one: migrated once, then copied."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fmnist_governance.tracking.store import Store, open_store

EXPERIMENT = "fmnist-audit"


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty MLflow database: creating one takes seconds, copying it none."""
    database = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "")  # MLflow sets it; this takes it back.
        open_store(f"sqlite:///{database}", "unused")
    return database


@pytest.fixture
def store(migrated_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Return a store of its own for one test, in `tmp_path`."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    shutil.copy(migrated_database, tmp_path / "mlflow.db")
    return open_store(f"sqlite:///{tmp_path / 'mlflow.db'}", EXPERIMENT)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="Write reports/sample/ as it is rendered now.")
