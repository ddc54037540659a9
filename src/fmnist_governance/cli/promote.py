"""`fmnist-audit promote`: let a version hold an alias, if the policy is met."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import config_option, json_option, print_json, quiet_option, store_options

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("promote")
@click.argument("model")
@click.option("--alias", required=True, metavar="NAME", help="The alias to move, such as champion.")
@click.option("--by", required=True, metavar="WHO", help="Who decided it.")
@click.option("--because", required=True, metavar="WHY", help="Why it is promoted.")
@click.option("--dataset-digest", metavar="DIGEST", help="The data on which it must have been audited.")
@click.option("--baseline", metavar="RUN", help="Audit that it must not be worse than; else the holder's newest.")
@click.option("--policy", type=_FILE, metavar="FILE", help="Else policy.yaml of the configuration.")
@click.option("--waivers", type=_FILE, metavar="FILE", help="Else waivers.yaml of the configuration.")
@click.option("--dry-run", is_flag=True, help="Judge, and change nothing.")
@config_option
@store_options
@json_option
@quiet_option
def command(
    *,
    model: str,
    alias: str,
    by: str,
    because: str,
    dataset_digest: str | None,
    baseline: str | None,
    policy: Path | None,
    waivers: Path | None,
    dry_run: bool,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Let a registered version hold an alias, if it meets the policy.

    MODEL is models:/NAME/VERSION. Its newest audit is verified and judged now; the version that holds the alias is the
    baseline, unless another is named. Who, when, why, and the digests of model, data, policy, waivers and evidence are
    kept on the version. Exit code 1: the policy refused, and the alias stays where it is.
    """
    from fmnist_governance.pipeline.promoting import Wish, promote_model
    from fmnist_governance.tracking.store import open_for_reading, open_store

    wish = Wish(
        uri=model, alias=alias, by=by, because=because, dataset=dataset_digest, dry_run=dry_run, baseline=baseline
    )
    store = open_for_reading(tracking_uri, experiment) if dry_run else open_store(tracking_uri, experiment, new=False)
    done = promote_model(store, wish, policy, waivers, config_dir)
    if as_json:
        shown = {"verdict": done.verdict.model_dump(mode="json"), "promotion": done.promotion.model_dump(mode="json")}
        print_json({"moved": done.moved, **shown})
    elif not quiet:
        from fmnist_governance.render.verdicts.safe_text import safe
        from fmnist_governance.render.verdicts.terminal import render

        was, version = done.promotion.instead_of or "no version", done.promotion.version
        if done.verdict.passed and was == version:
            told = f"{alias} points to {version} already; nothing was changed"
        elif done.moved:
            told = f"{alias} now points to {version}; it pointed to {was}"
        elif done.verdict.passed:
            told = f"{alias} would point to {version}; it points to {was}"
        else:
            told = f"{alias} stays as it is: it points to {was}"
        click.echo(render(done.judged.view))
        click.echo(safe(told))
    return ExitCode.YES if done.verdict.passed else ExitCode.NO
