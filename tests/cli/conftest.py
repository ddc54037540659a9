"""The command line in this process, on a store of its own: what a user types, and what comes back."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
import yaml
from desk import Answer, Desk, Program

from fmnist_governance.cli.main import main
from fmnist_governance.config.shipped import shipped


def program(capture: pytest.CaptureFixture[str]) -> Program:
    def run(*arguments: object) -> Answer:
        capture.readouterr()
        before = sys.argv
        sys.argv = ["fmnist-audit", *map(str, arguments)]
        try:
            main()
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        finally:
            sys.argv = before
        said = capture.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture
def fmnist_audit(capsys: pytest.CaptureFixture[str]) -> Program:
    return program(capsys)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, migrated_database: Path) -> Desk:
    """Train on the shipped sample for two epochs, audit, document and judge, once for all tests."""
    import contextlib
    import io

    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(migrated_database, folder / "mlflow.db")
    recipe = yaml.safe_load((shipped("configs") / "recipes" / "quick.yaml").read_text(encoding="utf-8"))
    recipe |= {"name": "tiny", "layers": "8/2 16/2 16", "epochs": 2}
    (folder / "tiny.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    suite = {"name": "small", "title": "The cheap checks", "checks": {"performance": {}, "confusion": {}}}
    (folder / "small.yaml").write_text(yaml.safe_dump(suite), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    arguments = ["run", "--sample", "--recipe", "tiny.yaml", "--suite", "small.yaml", "--device", "cpu"]
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.chdir(folder)
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(sys, "argv", ["fmnist-audit", *arguments, "--output", "out"])
        with pytest.raises(SystemExit) as stopped:
            main()
    return Desk(folder, Answer(int(stopped.value.code or 0), out.getvalue(), err.getvalue()))


@pytest.fixture
def desk(made: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Work in the folder itself: nothing sealed may be changed here."""
    monkeypatch.chdir(made.folder)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made
