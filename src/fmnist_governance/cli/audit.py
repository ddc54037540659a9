"""`fmnist-audit audit`: measure a model and seal what was found."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.feeding import fed_as
from fmnist_governance.cli.options import (
    SEED,
    audit_options,
    config_option,
    dataset_options,
    device_option,
    foreign_options,
    json_option,
    print_json,
    quiet_option,
    store_options,
)
from fmnist_governance.cli.summary import checks, exit_code, row
from fmnist_governance.cli.terminal import progress


@click.command("audit")
@click.argument("subject")
@dataset_options
@foreign_options
@audit_options
@device_option
@click.option("--seed", default=0, show_default=True, type=SEED, help="Seed of all that is drawn.")
@config_option
@store_options
@json_option
@quiet_option
def command(
    *,
    subject: str,
    dataset: str,
    data_dir: Path | None,
    sample: bool,
    trust_model_code: bool,
    input_scale: str,
    class_names: str | None,
    layer: str | None,
    suite: str,
    fresh: bool,
    device: str,
    seed: int,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> int:
    """Measure a model and seal what was found.

    The audit is a run of its own. SUBJECT is models:/NAME/VERSION, models:/NAME@ALIAS, models:/m-ID or runs:/ID/NAME.
    A model of fmnist-audit is read from its weights, and of the code that is stored with it only what this version
    ships is run. Any other MLflow model runs its own code: see docs/subjects.md. Exit code 2 when a check failed: what
    the others found is kept, and an audit that was stopped goes on with the checks that it had not finished.
    """
    from fmnist_governance.config.suite import load_suite
    from fmnist_governance.data.catalog import load
    from fmnist_governance.pipeline.keeping import audit_and_keep
    from fmnist_governance.pipeline.models import demand_trust, taken_in_hand
    from fmnist_governance.tracking.registry import resolve
    from fmnist_governance.tracking.run_files import verified
    from fmnist_governance.tracking.store import open_store

    asked = load_suite(suite, config_dir)
    fed = fed_as(input_scale, class_names, layer)
    store = open_store(tracking_uri, experiment, new=False)
    resolved = resolve(store, subject)
    demand_trust(resolved, trust=trust_model_code)
    images = load(dataset, data_dir, sample=sample)
    model = taken_in_hand(store, resolved, images, fed, trust=trust_model_code)
    with progress("audit", quiet=quiet) as report:
        run = audit_and_keep(
            store, resolved, model, images, asked, seed=seed, device=device, fresh=fresh, report=report
        )
    known = verified(run)
    if as_json:
        print_json({"run": run.run_id, "seal": known.seal, "record": known.record.model_dump(mode="json")})
    else:
        lines = [*row("model", known.record.subject.uri), *checks(known.record), *row("audit run", run.run_id)]
        click.echo("\n".join(lines))
    return exit_code(known.record)
