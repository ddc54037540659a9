"""`fmnist-audit run`: train, audit, document and judge, in one process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import (
    audit_options,
    clear,
    config_option,
    dataset_options,
    demand_room,
    device_option,
    force_option,
    json_option,
    print_json,
    quiet_option,
    store_options,
    training_options,
    write_files,
)
from fmnist_governance.cli.summary import checks, program, row
from fmnist_governance.cli.terminal import progress

if TYPE_CHECKING:
    from fmnist_governance.pipeline.judging import Judged


@dataclass(frozen=True, slots=True)
class Clock:
    """How long each part took, in seconds."""

    parts: dict[str, float]

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Time a block."""
        start = time.perf_counter()
        yield
        self.parts[part] = time.perf_counter() - start

    @property
    def shown(self) -> str:
        """The parts in a line."""
        return ", ".join(f"{name}\u00a0{seconds:.1f}\u00a0s" for name, seconds in self.parts.items())


@click.command("run")
@training_options
@dataset_options
@audit_options
@device_option
@click.option("--resume", is_flag=True, help="Go on where the same training was interrupted.")
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Policy to judge by; else policy.yaml of the configuration.",
)
@click.option(
    "--output",
    default="reports",
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write the documents to.",
)
@force_option
@config_option
@store_options
@json_option
@quiet_option
def command(
    *,
    recipe: str,
    seed: int,
    device: str,
    name: str,
    init_from: str | None,
    dataset: str,
    data_dir: Path | None,
    sample: bool,
    suite: str,
    fresh: bool,
    resume: bool,
    policy: Path | None,
    output: Path,
    force: bool,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Train, audit, document and judge a model, in one go.

    Everything is kept in MLflow; the documents are written to --output as well. Exits as the gate does: 0 when the
    policy is met, 1 when it is not, 2 when there is no answer.
    """
    clock = Clock({})
    with clock.timed("start"):
        from fmnist_governance.config.recipe import load_recipe
        from fmnist_governance.config.suite import load_suite
        from fmnist_governance.data.catalog import load
        from fmnist_governance.pipeline.judging import demand, document, judge, of_run, said
        from fmnist_governance.pipeline.keeping import audit_and_keep
        from fmnist_governance.pipeline.making import Order, make
        from fmnist_governance.render.catalog import RENDERERS
        from fmnist_governance.tracking.store import open_store

        demand_room(output, [renderer.filename for renderer in RENDERERS], force=force)
        order = Order(load_recipe(recipe, config_dir), seed, device, name, init_from, resume)
        asked = load_suite(suite, config_dir)
        wanted = demand(policy, None, None, config_dir)
        people = said(config_dir)
        store = open_store(tracking_uri, experiment)
    with clock.timed("data"):
        images = load(dataset, data_dir, sample=sample)
    with clock.timed("train"), progress("train", quiet=quiet) as report:
        made = make(store, images, order, report)
    with clock.timed("audit"), progress("audit", quiet=quiet) as report:
        run = audit_and_keep(
            store, made.resolved, made.model, images, asked, seed=seed, device=device, fresh=fresh, report=report
        )
    with clock.timed("documents"):
        judged = judge(of_run(store, run), wanted, people)
        documents = document(judged.evidence, judged.concluded, (), ())
        clear(output, documents.unoffered, force=force)
        written = write_files(output, documents.files, force=force)
    if as_json:
        print_json({**judged.shown(), "model": made.resolved.uri, "files": [str(path) for path in written]})
    elif not quiet:
        shown = [path for path in written if path.parent == output]
        click.echo("\n".join(_summary(judged, shown, store.uri, clock)))
    return _exit_code(judged)


def _exit_code(judged: Judged) -> int:
    if any(check.status == "failed" for check in judged.evidence.record.checks):
        return ExitCode.COULD_NOT_RUN
    return ExitCode.YES if judged.verdict.passed else ExitCode.NO


def _law(judged: Judged) -> Iterator[str]:
    from fmnist_governance.render.claimed import claims
    from fmnist_governance.render.classified import title

    assessment = judged.concluded.assessment
    yield from row("claims", claims(assessment.claims, judged.evidence.record).summary or "the provider claims nothing")
    if assessment.risk:
        yield from row("AI Act", title(assessment.risk))


def _summary(judged: Judged, written: list[Path], store: str, clock: Clock) -> Iterator[str]:
    from fmnist_governance.render.verdicts.terminal import lines

    record = judged.evidence.record
    yield from row("model", record.subject.uri)
    yield from checks(record)
    yield ""
    yield lines(judged.verdict, passed=False).rstrip()
    yield ""
    if judged.concluded.assessment.declarations:
        missing = len(judged.concluded.assessment.declarations.missing())
        lists = "`fmnist-audit check FILE` lists them, and those that the law asks for"
        yield from row("declared", f"{missing} statements of the card are missing; {lists}")
    else:
        yield from row("declared", "nothing: no declarations name this model")
    yield from _law(judged)
    yield from row("documents", " ".join(str(path) for path in written))
    yield from row("audit run", judged.evidence.held.run_id)
    yield from row("look at it", f"{program('mlflow')} ui --backend-store-uri {store}")
    yield from row("took", clock.shown)
