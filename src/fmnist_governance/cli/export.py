"""`fmnist-audit export`: an audit run as a folder or a zip."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.options import json_option, print_json, quiet_option, store_options, write_files

_ZIP = ".zip"


@click.command("export")
@click.argument("run", default="latest")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="A .zip file, or a folder; else audit-RUN.zip in this folder.",
)
@click.option("--force", is_flag=True, help="Overwrite files that hold other bytes.")
@store_options
@json_option
@quiet_option
def command(
    *,
    run: str,
    output: Path | None,
    force: bool,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Take an audit run out of the store, as one zip or folder.

    RUN is a run id, a model URI, or latest: the newest finished audit. It is verified first. The same run gives the
    same bytes; the model stays in the store, named by its digest.
    """
    from fmnist_governance.bundle.archive import pack
    from fmnist_governance.pipeline.exporting import export_run
    from fmnist_governance.tracking.store import open_for_reading

    exported = export_run(open_for_reading(tracking_uri, experiment), run)
    target = output or Path(f"audit-{exported.run[:8]}{_ZIP}")
    if target.suffix == _ZIP:
        write_files(target.parent, {target.name: pack(exported.files)}, force=force)
    else:
        write_files(target, exported.files, force=force)
    if as_json:
        print_json(
            {"run": exported.run, "seal": exported.seal, "path": str(target), "files": len(exported.files)},
        )
    elif not quiet:
        click.echo(f"{target}: {len(exported.files)} files of run {exported.run}, sealed as {exported.seal}")
