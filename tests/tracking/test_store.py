from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fmnist_governance.errors import TrackingError
from fmnist_governance.tracking import store as store_module
from fmnist_governance.tracking.store import Store, open_store, told

OPEN = "import sys; from fmnist_governance.tracking.store import open_store; open_store(sys.argv[1], 'fmnist-audit')"


@pytest.fixture(autouse=True)
def _own_uri(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")


def test_files_lie_beside_the_database(store: Store, tmp_path: Path) -> None:
    experiment = store.client.get_experiment(store.experiment_id)

    assert experiment.artifact_location == (tmp_path / "mlartifacts").as_uri()


def test_opening_again_finds_the_same_experiment(store: Store) -> None:
    assert open_store(store.uri, store.experiment).experiment_id == store.experiment_id


def test_without_a_uri_the_database_lies_in_the_working_folder(
    migrated_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mlflow.db").write_bytes(migrated_database.read_bytes())
    monkeypatch.chdir(tmp_path)

    opened = open_store(None, "here")

    assert opened.client.get_experiment(opened.experiment_id).artifact_location == (tmp_path / "mlartifacts").as_uri()


def test_no_telemetry_no_pickle_and_nothing_printed_among_results(store: Store) -> None:
    assert store.experiment_id
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    assert os.environ["MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT"] == "true"


def test_two_processes_may_create_a_database_at_once_and_neither_says_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error::UserWarning", "-c", OPEN, f"sqlite:///{tmp_path / 'mlflow.db'}"]

    both = [subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]

    assert said == [(b"", b"")] * 2
    assert [process.returncode for process in both] == [0, 0]


def test_what_is_no_database_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("this is a text, and has been one for a while" * 100)

    with pytest.raises(TrackingError, match="file is not a database") as refused:
        open_store(f"sqlite:///{tmp_path / 'mlflow.db'}", "x")

    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 500


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrackingError, match=r"there is no folder .*absent"):
        open_store(f"sqlite:///{tmp_path / 'absent' / 'mlflow.db'}", "x")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / ".mlflow.db.lock").mkdir()  # Refused to every user, also to root.

    with pytest.raises(TrackingError, match=r"MLflow store sqlite:.*mlflow\.db"):
        open_store(f"sqlite:///{tmp_path / 'mlflow.db'}", "x")


UNUSABLE = [
    "http://127.0.0.1:9",
    "nonsense",
    "ftp://a/b",
    "./runs",
    "sqlite:///",
    "sqlite:///:memory:",
    "postgresql://user:secret@127.0.0.1:9/runs",
    "no-such-database://user:secret@127.0.0.1:9/runs",
]


@pytest.mark.parametrize("uri", UNUSABLE)
def test_a_store_that_cannot_be_had_is_one_line_soon_and_tells_no_password(
    uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    start = time.monotonic()

    with pytest.raises(TrackingError) as refused:
        open_store(uri, "x")

    assert len(str(refused.value).splitlines()) == 1
    assert "secret" not in str(refused.value)
    assert time.monotonic() - start < 20


def test_a_deleted_experiment_is_one_line(store: Store) -> None:
    store.client.delete_experiment(store.experiment_id)

    with pytest.raises(TrackingError, match="deleted"):
        open_store(store.uri, store.experiment)


def test_a_mistake_in_the_code_is_not_taken_for_one_of_the_store() -> None:
    with pytest.raises(KeyError), told("anything"):
        raise KeyError


def test_an_error_of_the_disk_is_one_of_the_store() -> None:
    with pytest.raises(TrackingError, match=r"anything: .*no space"), told("anything"):
        raise OSError(28, "no\nspace")


def test_mlflow_is_not_imported_for_the_module_alone() -> None:
    code = f"import sys, {store_module.__name__}; sys.exit('mlflow' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
