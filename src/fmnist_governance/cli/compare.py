"""`fmnist-audit compare`: what differs between two audits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fmnist_governance.cli.options import json_option, print_json, store_options, write_files

if TYPE_CHECKING:
    from fmnist_governance.evidence.comparison import Comparison

_FORMATS = ("text", "markdown", "html")


@click.command("compare")
@click.argument("first")
@click.argument("second", default="latest")
@click.option("--format", "format_", type=click.Choice(_FORMATS), default="text", show_default=True, help="The view.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Else stdout.")
@click.option("--force", is_flag=True, help="Overwrite a file that holds other bytes.")
@store_options
@json_option
def command(
    *,
    first: str,
    second: str,
    format_: str,
    output: Path | None,
    force: bool,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
) -> None:
    """Say what differs between two audits, and which differences are more than chance.

    FIRST and SECOND are run ids, model URIs, bundles' paths, or latest. Differences are second less first: in pairs
    where both audits looked at the same images, else side by side, and the output says so. What was concluded from each
    audit (verdict, claims, requirements) is taken from its newest assessment, and nothing is added to it.
    """
    from fmnist_governance.pipeline.comparing import compare_runs

    comparison = compare_runs(first, second, tracking_uri, experiment)
    if as_json and output is None:
        print_json(comparison.model_dump(mode="json"))
        return
    text = (
        json.dumps(comparison.model_dump(mode="json"), indent=2) + "\n" if as_json else _rendered(comparison, format_)
    )
    if output and str(output) != "-":
        write_files(output.parent, {output.name: text.encode()}, force=force)
    else:
        click.echo(text, nl=False)


def _rendered(comparison: Comparison, format_: str) -> str:
    if format_ == "text":
        from fmnist_governance.render.comparisons.terminal import lines

        return lines(comparison)
    if format_ == "markdown":
        from fmnist_governance.render.comparisons import markdown

        return markdown.render(comparison)
    from fmnist_governance.render.comparisons import html

    return html.render(comparison)
