"""`fmnist-audit gate`: judge an audit run against a policy."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import config_option, json_option, print_json, quiet_option, store_options


@click.command("gate")
@click.argument("run", default="latest")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Policy to judge by; else policy.yaml of the configuration.",
)
@config_option
@store_options
@json_option
@quiet_option
def command(
    *,
    run: str,
    policy: Path | None,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Judge an audit run against a policy.

    RUN is a run id, a model URI, or latest: the newest finished audit. Exit code 0: the policy is met; 1: it is not;
    2: it could not be judged, because the evidence is not what was sealed or the policy cannot be read.
    """
    from fmnist_governance.pipeline.judging import judge_run
    from fmnist_governance.tracking.store import open_store

    judged = judge_run(open_store(tracking_uri, experiment), run, policy, config_dir)
    if as_json:
        print_json(judged.shown())
    elif not quiet:
        from fmnist_governance.render.verdicts.terminal import lines

        click.echo(lines(judged.verdict))
    return ExitCode.YES if judged.verdict.passed else ExitCode.NO
