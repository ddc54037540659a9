"""Options that several commands share, in one place so that they mean the same everywhere."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from fmnist_governance.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])

EXPERIMENT = "fmnist-audit"
MODEL = "FashionMNIST_PyTorch"
SEED = click.IntRange(0, 2**32 - 1)
"""What every generator of random numbers takes."""
device_option = click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda", "mps"]),
    help="Where to compute.",
)


def store_options(command: F) -> F:
    """Add `--tracking-uri` and `--experiment`."""
    uri = click.option(
        "--tracking-uri",
        envvar="MLFLOW_TRACKING_URI",
        metavar="URI",
        help="MLflow store; else MLFLOW_TRACKING_URI, else mlflow.db in this folder.",
    )
    experiment = click.option("--experiment", default=EXPERIMENT, show_default=True, help="MLflow experiment.")
    return uri(experiment(command))


def config_option(command: F) -> F:
    """Add `--config`."""
    option = click.option(
        "--config",
        "config_dir",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="Folder of configuration files; else ./configs, else those shipped.",
    )
    return option(command)


def dataset_options(command: F) -> F:
    """Add `--dataset`, `--data-dir` and `--sample`."""
    dataset = click.option(
        "--dataset",
        default="fashion-mnist",
        show_default=True,
        metavar="NAME",
        help="fashion-mnist, digits, synthetic, npz:FILE or folder:DIR.",
    )
    folder = click.option(
        "--data-dir",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="Folder that holds the four Fashion-MNIST files.",
    )
    sample = click.option("--sample", is_flag=True, help="Use the small real subset that is shipped.")
    return dataset(folder(sample(command)))


def training_options(command: F) -> F:
    """Add what a training is told: recipe, seed, name, and the model to start from."""
    options = (
        click.option(
            "--recipe", default="quick", show_default=True, help="quick, standard, accurate, robust, or a .yaml file."
        ),
        click.option("--seed", default=0, show_default=True, type=SEED, help="Seed of all that is drawn."),
        click.option("--name", default=MODEL, show_default=True, help="Name under which the model is registered."),
        click.option("--init-from", metavar="MODEL", help="Start from this model's weights, as models:/NAME/VERSION."),
    )
    return _all(command, options)


def audit_options(command: F) -> F:
    """Add what an audit is told: suite, and whether what an earlier audit found is taken."""
    suite = click.option(
        "--suite", default="standard", show_default=True, help="quick, standard, full, or a .yaml file."
    )
    fresh = click.option("--fresh", is_flag=True, help="Measure anew what an equal audit had finished.")
    return _all(command, (suite, fresh))


def foreign_options(command: F) -> F:
    """Add what is to be said of a model that others made: whether its code may run, and how it is fed."""
    options = (
        click.option(
            "--trust-model-code", is_flag=True, help="Let code run that comes with the model, with your rights."
        ),
        click.option(
            "--input-scale",
            default="0-1",
            show_default=True,
            metavar="SCALE",
            help="Of pixels, as another's model takes them: 0-1, 0-255 or standardised:MEAN,SD of pixels from 0 to 1.",
        ),
        click.option(
            "--class-names",
            metavar="NAMES",
            help="What its outputs mean, in their order: a,b,c or a file with a name a line; else as it says itself.",
        ),
        click.option("--layer", metavar="NAME", help="Layer to explain; else the last convolutional block."),
    )
    return _all(command, options)


def _all(command: F, options: Sequence[Callable[[F], F]]) -> F:
    for option in reversed(options):
        command = option(command)
    return command


def json_option(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document on stdout.")(command)


def force_option(command: F) -> F:
    """Add `--force`."""
    return click.option("--force", is_flag=True, help="Overwrite files that hold something else.")(command)


def quiet_option(command: F) -> F:
    """Add `--quiet`."""
    return click.option("--quiet", is_flag=True, help="Print no progress.")(command)


def print_json(value: object) -> None:
    """Print one JSON document."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def write_files(folder: Path, files: Mapping[str, bytes], *, force: bool) -> list[Path]:
    """Write files below a folder, each whole or not at all.

    Args:
        folder: Where to; made when it is not there.
        files: Relative path to bytes.
        force: Whether other bytes may be overwritten.

    Returns:
        The paths written, in order.

    Raises:
        ConfigError: A file is there with other bytes and `force` is not given, or the folder cannot be written.
    """
    targets = {folder / path: data for path, data in files.items()}
    if not force and (taken := [str(p) for p, data in targets.items() if p.exists() and p.read_bytes() != data]):
        raise _taken(taken)
    with _writing(folder):
        for path, data in targets.items():
            _write(path, data)
    return list(targets)


def clear(folder: Path, unoffered: Iterable[str], *, force: bool) -> None:
    """Leave no document of an earlier class beside those of this one.

    Args:
        folder: Where documents are written.
        unoffered: Names of documents that a system of this class has not.
        force: Whether they may be removed.

    Raises:
        ConfigError: There is one, and `force` is not given.
    """
    stale = [folder / name for name in unoffered if (folder / name).is_file()]
    if stale and not force:
        names = ", ".join(map(str, stale))
        msg = f"{names}: of an earlier rendering, and not offered for a system of this class; --force removes it"
        raise ConfigError(msg)
    with _writing(folder):
        for path in stale:
            path.unlink()
            click.echo(f"fmnist-audit: {path}: removed; it is not offered for a system of this class", err=True)


def demand_room(folder: Path, names: Iterable[str], *, force: bool) -> None:
    """Refuse a folder that cannot be written to, before work is done whose result would go there.

    Args:
        folder: Where to; made when it is not there.
        names: Of files that will be written.
        force: Whether they may be overwritten.

    Raises:
        ConfigError: A file of such a name is there and `force` is not given, or the folder cannot be written.
    """
    if not force and (taken := [str(folder / name) for name in names if (folder / name).exists()]):
        raise _taken(taken)
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def _taken(paths: Sequence[str]) -> ConfigError:
    return ConfigError(f"{', '.join(paths)}: there already, with other contents; --force overwrites")


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        msg = f"{err.filename or folder}: cannot be written ({err.strerror}); choose another --output"
        raise ConfigError(msg) from err


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
