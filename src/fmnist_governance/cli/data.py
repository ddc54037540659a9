"""`fmnist-audit data`: fetch, verify or describe a data set."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import dataset_options, json_option, print_json

_FOLDER = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="Folder that holds the four Fashion-MNIST files.",
)


@click.group("data")
def command() -> None:
    """Fetch, verify or describe a data set."""


@command.command()
@_FOLDER
@json_option
def fetch(data_dir: Path | None, *, as_json: bool) -> None:
    """Get the real Fashion-MNIST from the first source that has it.

    The sources, in order: --data-dir, the user's cache, Debian's folder of data sets, torchvision's mirrors, Debian's
    package through apt. Nothing is installed and no root is needed.
    """
    from fmnist_governance.data.fashion_mnist import fetch as fetched

    found = fetched(data_dir)
    if as_json:
        print_json({"path": str(found.path), "source": found.source, "attempts": list(found.attempts)})
        return
    for attempt in found.attempts:
        click.echo(f"tried {attempt}", err=True)
    click.echo(f"{found.path}: 60,000 training and 10,000 test images, from {found.source}")


@command.command(short_help="Compare the four files with the published digests.")
@_FOLDER
@json_option
def verify(data_dir: Path | None, *, as_json: bool) -> int:
    """Compare the four files with the digests of the published data; exit 1 where they differ."""
    from fmnist_governance.data.fashion_mnist import verify as verified

    problems = verified(data_dir)
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    elif problems:
        click.echo("\n".join(problems))
    else:
        click.echo("all four files are byte for byte the published ones")
    return ExitCode.NO if problems else ExitCode.YES


@command.command()
@dataset_options
@json_option
def describe(dataset: str, data_dir: Path | None, *, sample: bool, as_json: bool) -> None:
    """Print a data sheet: counts, digests, pixels, exact duplicates."""
    from fmnist_governance.data.catalog import load
    from fmnist_governance.data.describe import describe as described

    sheet = described(load(dataset, data_dir, sample=sample))
    if as_json:
        print_json(sheet.model_dump(mode="json"))
        return
    from fmnist_governance.cli.data_sheet import lines

    click.echo("\n".join(lines(sheet)))
