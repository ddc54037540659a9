"""A store that may only be read: what reads works and adds nothing, what writes says so at once."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from desk import Answer, Desk

_DROP_FROM_BOUNDS, _OVERRIDE = 24, 1  # PR_CAPBSET_DROP and CAP_DAC_OVERRIDE of Linux.
REMARK = "cannot be written by this user"
Run = Callable[..., Answer]


def bound_by_permissions() -> None:
    """Take from root what lets it write wherever it wants; nobody else has that."""
    ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDS, _OVERRIDE)


@pytest.fixture
def run(desk: Desk) -> Iterator[Run]:
    """Run the program where folder and database can only be read."""
    database = desk.folder / "mlflow.db"
    (desk.folder / ".mlflow.db.lock").unlink(missing_ok=True)
    before = (sorted(path.name for path in desk.folder.iterdir()), database.read_bytes())

    def started(*arguments: object) -> Answer:
        command = [sys.executable, "-m", "fmnist_governance.cli.main", *map(str, arguments)]
        done = subprocess.run(
            command, cwd=desk.folder, capture_output=True, text=True, check=False,
            preexec_fn=bound_by_permissions,
        )  # fmt: skip
        return Answer(done.returncode, done.stdout, done.stderr)

    desk.folder.chmod(0o555)
    database.chmod(0o444)
    yield started
    desk.folder.chmod(0o755)
    database.chmod(0o644)
    assert (sorted(path.name for path in desk.folder.iterdir()), database.read_bytes()) == before


def test_the_gate_answers_and_says_that_nothing_is_kept(run: Run) -> None:
    answer = run("gate")

    assert answer.code == 1
    assert answer.out.startswith("REFUSED by policy")
    assert REMARK in answer.err
    assert len(answer.err.splitlines()) == 1


def test_documents_are_written_where_they_were_asked_for(run: Run, tmp_path: Path) -> None:
    answer = run("generate-card", "--document", "model_card", "--format", "md", "--output", tmp_path, "--quiet")

    assert (answer.code, answer.out) == (0, "")
    assert (tmp_path / "model_card.md").is_file()
    assert REMARK in answer.err


def test_what_adds_nothing_has_nothing_to_remark(run: Run, tmp_path: Path) -> None:
    compared = run("compare", "latest", "latest", "--json")
    exported = run("export", "--output", tmp_path / "audit.zip", "--quiet")

    assert [(answer.code, answer.err) for answer in (compared, exported)] == [(0, "")] * 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("promote", "models:/FashionMNIST_PyTorch/1", "--alias", "champion", "--by", "A", "--because", "It is ready"),
        ("audit", "models:/FashionMNIST_PyTorch/1", "--sample", "--suite", "small.yaml"),
    ],
    ids=["promote", "audit"],
)
def test_what_would_write_stops_before_it_begins(arguments: tuple[str, ...], run: Run) -> None:
    answer = run(*arguments)

    assert (answer.code, answer.out) == (2, "")
    assert REMARK in answer.err
    assert len(answer.err.splitlines()) == 1
