"""`fmnist-audit generate-card`: render the documents of an audit run."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from fmnist_governance.cli.options import (
    clear,
    config_option,
    force_option,
    json_option,
    print_json,
    quiet_option,
    store_options,
    write_files,
)


@click.command("generate-card")
@click.argument("run", default="latest")
@click.option(
    "--document",
    "documents",
    multiple=True,
    help="Only this document, such as model_card or report; may be given again.",
)
@click.option("--format", "formats", help="Only these formats, such as md,html,json; pdf needs the extra `pdf`.")
@click.option(
    "--output",
    default="reports",
    show_default=True,
    type=click.Path(path_type=Path),
    help="Folder to write to; - prints one document.",
)
@force_option
@config_option
@store_options
@json_option
@quiet_option
def command(
    *,
    run: str,
    documents: tuple[str, ...],
    formats: str | None,
    output: Path,
    force: bool,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Render the documents of an audit run.

    They are made from its stored data alone. RUN is a run id, a model URI, a bundle's path, or latest: the newest
    finished audit. The documents show the run's newest assessment; one is added where there is none, or where --config
    names other declarations. What it adds is not judged: `fmnist-audit gate` judges it.
    """
    from fmnist_governance.errors import ConfigError
    from fmnist_governance.pipeline.documenting import chosen
    from fmnist_governance.pipeline.judging import conclude, document, opened

    wanted = [f for f in (formats or "").split(",") if f]
    chosen(documents, wanted)
    evidence = opened(run, tracking_uri, experiment)
    concluded = conclude(evidence, config_dir)
    made = document(evidence, concluded, documents, wanted)
    if output == Path("-"):
        texts = [data for name, data in made.files.items() if "/" not in name]
        if len(texts) != 1:
            msg = f"--output -: prints one document, not {len(texts)}; choose with --document and --format"
            raise ConfigError(msg)
        click.echo(texts[0], nl=False)
        return
    clear(output, made.unoffered, force=force)
    written = write_files(output, made.files, force=force)
    for path in made.left:
        click.echo(f"fmnist-audit: {path}: the run keeps what was rendered there before", err=True)
    verdict = concluded.assessment.verdict
    if verdict is None:
        click.echo(f"fmnist-audit: {_unjudged(run, config_dir, in_store=evidence.kept is not None)}", err=True)
    if as_json:
        paths = [str(path) for path in written]
        passed = None if verdict is None else verdict.passed
        print_json({"run": evidence.held.run_id, "assessment": concluded.id, "passed": passed, "files": paths})
    elif not quiet:
        click.echo("\n".join(str(path) for path in written))


def _unjudged(run: str, config_dir: Path | None, *, in_store: bool) -> str:
    """Say that the documents hold no verdict, and how to come to one."""
    words = ["fmnist-audit", "gate", run]
    if config_dir is not None:
        words += ["--config", str(config_dir)]
        words += [] if (config_dir / "policy.yaml").exists() else ["--policy", "FILE"]
    after = "then generate the documents again" if in_store else "which prints one; a bundle keeps no new conclusions"
    return f"not judged yet with these declarations, so there is no verdict; run `{shlex.join(words)}`, {after}"
