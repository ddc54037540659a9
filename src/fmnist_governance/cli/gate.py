"""`fmnist-audit gate`: judge an audit run against a policy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import (
    config_option,
    force_option,
    json_option,
    print_json,
    quiet_option,
    store_options,
    write_files,
)
from fmnist_governance.errors import ConfigError

if TYPE_CHECKING:
    from fmnist_governance.render.verdicts.catalog import View


_FORMATS = ("text", "json", "markdown", "junit", "sarif", "github", "gitlab", "in-toto")


@click.command("gate")
@click.argument("run", default="latest")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Policy to judge by; else policy.yaml of the configuration.",
)
@click.option(
    "--waivers",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Waivers that count; else waivers.yaml of the configuration.",
)
@click.option("--baseline", metavar="RUN", help="Audit that the model must not be worse than: as RUN.")
@click.option("--format", "formats", metavar="NAMES", help=f"Of the verdict: {', '.join(_FORMATS)}.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to write these formats to; else one is printed.",
)
@force_option
@config_option
@store_options
@json_option
@quiet_option
def command(
    *,
    run: str,
    policy: Path | None,
    waivers: Path | None,
    baseline: str | None,
    formats: str | None,
    output: Path | None,
    force: bool,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Judge an audit run against a policy.

    RUN is a run id, a model URI, a bundle's path, or latest: the newest finished audit. Exit code 0: the policy is
    met; 1: it is not; 2: it could not be judged, because the evidence is not what was sealed or the policy cannot be
    read.
    """
    from fmnist_governance.pipeline.judging import demand, judge, opened, said

    views = _views(formats, output)
    if as_json and views and output is None:
        msg = "--format: --json prints one document, and so does a format; name a folder with --output"
        raise ConfigError(msg)
    against = opened(baseline, tracking_uri, experiment) if baseline else None
    demanded = demand(policy, waivers, against, config_dir)
    judged = judge(opened(run, tracking_uri, experiment), demanded, said(config_dir))
    texts = {view.filename: view.render(judged.view).encode() for view in views}
    if output is not None:
        write_files(output, texts, force=force)
    if as_json:
        print_json(judged.shown())
    elif not quiet:
        from fmnist_governance.render.verdicts.terminal import render

        shown = texts[views[0].filename].decode() if views and output is None else render(judged.view)
        click.echo(shown, nl=not shown.endswith("\n"))
    return ExitCode.YES if judged.verdict.passed else ExitCode.NO


def _views(formats: str | None, output: Path | None) -> list[View]:
    """Return the views that were asked for.

    Raises:
        ConfigError: There is no such view, or several are to be printed at once.
    """
    from fmnist_governance.render.verdicts.catalog import VERDICTS

    known = {view.name: view for view in VERDICTS}
    names = [name for name in (formats or "").split(",") if name]
    if unknown := [name for name in names if name not in known]:
        msg = f"--format: {', '.join(unknown)}: there are {', '.join(known)}"
        raise ConfigError(msg)
    if output is None and len(names) > 1:
        msg = f"--format: {len(names)} formats cannot be printed at once; name a folder with --output"
        raise ConfigError(msg)
    return [known[name] for name in names]
