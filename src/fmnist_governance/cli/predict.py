"""`fmnist-audit predict`: let a model answer images; log the answers, and find them again by the image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import json_option, print_json, store_options
from fmnist_governance.errors import ConfigError, DatasetError

if TYPE_CHECKING:
    from fmnist_governance.model.prediction_log import Entry


@click.command("predict")
@click.argument("subject")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--log", type=click.Path(path_type=Path, dir_okay=False), help="File to log answers in, or to search.")
@click.option("--find", type=click.Path(path_type=Path, dir_okay=False), help="Find what was answered to this image.")
@store_options
@json_option
def command(
    *,
    subject: str,
    files: tuple[Path, ...],
    log: Path | None,
    find: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
) -> int:
    """Let a model answer images; log the answers on request.

    SUBJECT is models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID or runs:/ID/NAME. FILES are grey pictures of
    28 x 28 pixels, or arrays as numpy.save writes them (integers 0-255 or floats 0-1). With --log each answer is
    appended to a file; with --find the log is searched by an image instead, whichever model answered it.
    """
    if find:
        return _find(log, find, as_json=as_json)
    if not files:
        msg = "name at least one image file, or an image to --find in the --log"
        raise click.UsageError(msg)
    entries = _answered(subject, files, tracking_uri, experiment)
    if log:
        from fmnist_governance.model.prediction_log import append

        append(log, [entry for found in entries for entry in found])
    answers = [[_answer(entry) for entry in found] for found in entries]
    if as_json:
        print_json([{"file": str(path), "answers": found} for path, found in zip(files, answers, strict=True)])
    else:
        _print(files, entries)
    return ExitCode.YES


def _answered(subject: str, files: Sequence[Path], uri: str | None, experiment: str) -> list[list[Entry]]:
    from fmnist_governance.data.image_files import read_image_file
    from fmnist_governance.model.fmnist_classifier import answer
    from fmnist_governance.model.prediction_log import Entry, input_digests
    from fmnist_governance.model.weights import read, subject_digest
    from fmnist_governance.pipeline.environment import now
    from fmnist_governance.tracking.registry import resolve
    from fmnist_governance.tracking.store import open_for_reading

    images = [(path, read_image_file(path)) for path in files]
    model = resolve(open_for_reading(uri, experiment), subject)
    network, description = read(model.folder)
    digest, time = subject_digest(model.package), now()
    found = []
    for path, image in images:
        try:
            answers: Any = answer(network, description, image)
            digests = input_digests(image)
        except ValueError as err:
            msg = f"{path}: {err}"
            raise DatasetError(msg) from err
        listed = answers if isinstance(answers, list) else [answers]
        found.append([Entry(time=time, model=digest, input=d, **a) for d, a in zip(digests, listed, strict=True)])
    return found


def _answer(entry: Entry) -> dict[str, object]:
    return {"predicted_class": entry.predicted_class, "class_probabilities": entry.class_probabilities}


def _print(files: Sequence[Path], entries: Sequence[Sequence[Entry]]) -> None:
    for path, found in zip(files, entries, strict=True):
        for number, entry in enumerate(found):
            where = f"{path}" if len(found) == 1 else f"{path}[{number}]"
            likely = sorted(entry.class_probabilities.items(), key=lambda pair: -pair[1])[:3]
            shown = ", ".join(f"{name} {probability:.4f}" for name, probability in likely)
            click.echo(f"{where}: {entry.predicted_class} ({shown})")


def _find(log: Path | None, image: Path, *, as_json: bool) -> int:
    from fmnist_governance.data.image_files import read_image_file
    from fmnist_governance.model.prediction_log import find

    if log is None:
        msg = "--find needs the --log to search"
        raise ConfigError(msg)
    try:
        found = find(log, read_image_file(image))
    except ValueError as err:
        msg = f"{image}: {err}"
        raise DatasetError(msg) from err
    for line in found.unreadable:
        click.echo(f"fmnist-audit: {line}", err=True)
    if as_json:
        print_json([entry.model_dump(mode="json") for entry in found.entries])
    for entry in () if as_json else found.entries:
        probability = entry.class_probabilities[entry.predicted_class]
        click.echo(f"{entry.time} {entry.model[:19]} {entry.predicted_class} {probability:.4f}")
    if not found.entries and not as_json:
        click.echo(f"{image}: no answer to it is in {log}")
    return ExitCode.YES if found.entries else ExitCode.NO
