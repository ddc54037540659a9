"""`fmnist-audit init`: a declarations file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.options import force_option, write_files


@click.command("init")
@click.option(
    "--output",
    default="configs/system.yaml",
    show_default=True,
    metavar="FILE",
    help="File to write; - for stdout.",
)
@force_option
def command(output: str, *, force: bool) -> None:
    """Write a declarations file to start from.

    Every statement and every question is in it, explained and empty. What stays empty is printed as missing.
    """
    from fmnist_governance.law.starting_file import starting_file

    text = starting_file()
    if output == "-":
        click.echo(text, nl=False)
        return
    target = Path(output)
    unchanged = target.is_file() and target.read_bytes() == text.encode()
    write_files(target.parent, {target.name: text.encode()}, force=force)
    done = "there already, and unchanged" if unchanged else "written"
    click.echo(f"{target}: {done}; fill it in, then run fmnist-audit check {target}")
