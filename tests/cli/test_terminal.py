from __future__ import annotations

import subprocess
import sys

import pytest

from fmnist_governance.cli import terminal
from fmnist_governance.cli.terminal import progress


def test_a_log_gets_a_line_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with progress("audit", quiet=False) as report:
        report("answers", 0, 3)
        monkeypatch.setattr(terminal, "SECONDS", 0.0)
        report("performance", 1, 3)
    with progress("audit", quiet=True) as report:
        report("performance", 1, 3)

    assert capsys.readouterr() == ("", "audit 1 of 3: performance\n")


def test_an_output_that_is_full_is_one_line() -> None:
    command = [sys.executable, "-m", "fmnist_governance.cli.main", "policy", "schema"]

    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (done.returncode, done.stderr) == (2, "fmnist-audit: output: No space left on device\n")
