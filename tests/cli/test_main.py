from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fmnist_governance.cli.main import COMMANDS, cli

ROOT = Path(__file__).parents[2]
HEAVY = ("torch", "mlflow", "pandas", "matplotlib", "numpy", "scipy", "sklearn", "rich", "pydantic", "yaml")


def program(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from fmnist_governance.cli.main import main; sys.argv[0] = 'fmnist-audit'; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, cwd=ROOT
    )


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option: str) -> None:
    code = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr))\n"
        f"sys.argv = ['fmnist-audit', {option!r}]\n"
        "from fmnist_governance.cli.main import main; main()"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0
    assert done.stderr.strip() == "[]"


def seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def test_help_takes_little_more_than_importing_click() -> None:
    bare, own = [sys.executable, "-c", "import click"], [sys.executable, "-m", "fmnist_governance.cli.main", "--help"]
    pairs = [(seconds(*own), seconds(*bare)) for _ in range(7)]

    assert min(own for own, _ in pairs) <= 2.5 * min(bare for _, bare in pairs)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_is_in_the_readme(name: str) -> None:
    done = program(name, "--help")

    assert done.returncode == 0
    assert f"fmnist-audit {name}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert f"fmnist-audit {name}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_has_an_option_twice(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]  # the context is not looked at

    assert command is not None
    names = [option for parameter in command.params for option in parameter.opts]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_help_says(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]  # the context is not looked at

    assert command is not None
    assert (command.help or "").splitlines()[0] == COMMANDS[name][1]


def test_the_help_of_the_gate_names_every_format() -> None:
    from fmnist_governance.cli.gate import _FORMATS
    from fmnist_governance.render.verdicts.catalog import VERDICTS

    assert tuple(view.name for view in VERDICTS) == _FORMATS


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("foo",), "no command is called 'foo'; there are: run, data"),
        (("--foo",), "No such option"),
        (("audit",), "Missing argument"),
    ],
)
def test_a_mistake_gives_one_line_and_exit_code_2(arguments: tuple[str, ...], line: str) -> None:
    done = program(*arguments)

    assert done.returncode == 2
    assert line in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_crash_does_not_look_like_a_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from fmnist_governance.cli import main as module

    def crash(**_: object) -> None:
        msg = "boom"
        raise RuntimeError(msg)

    monkeypatch.setattr(module.cli, "main", crash)

    with pytest.raises(SystemExit) as stopped:
        module.main()

    assert stopped.value.code == 2
    assert re.search(r"internal error: RuntimeError: boom", capsys.readouterr().err)


def test_a_training_that_is_told_to_end_says_how_it_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    command = [sys.executable, "-m", "fmnist_governance.cli.main", "train", "--recipe", "accurate", "--sample"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        heard = next(line for line in running.stderr if line.startswith("train "))
        running.terminate()
        last = running.stderr.read()

    assert heard
    assert running.returncode == 2
    assert "interrupted; what was finished is kept" in last
