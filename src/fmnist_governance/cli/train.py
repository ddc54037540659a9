"""`fmnist-audit train`: train a model and register it."""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.options import (
    config_option,
    dataset_options,
    device_option,
    json_option,
    print_json,
    quiet_option,
    store_options,
    training_options,
)
from fmnist_governance.cli.terminal import progress


@click.command("train")
@training_options
@device_option
@dataset_options
@click.option("--resume", is_flag=True, help="Go on where the same training was interrupted.")
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
    resume: bool,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train a model and register it.

    A recipe is a file in configs/recipes with every hyperparameter. A twelfth of the training images is held out to
    watch the training; the test images are never looked at. Ctrl-C keeps a checkpoint, and --resume goes on from it to
    the same weights.
    """
    from fmnist_governance.config.recipe import load_recipe
    from fmnist_governance.data.catalog import load
    from fmnist_governance.pipeline.making import Order, make
    from fmnist_governance.tracking.store import open_store

    order = Order(load_recipe(recipe, config_dir), seed, device, name, init_from, resume)
    images = load(dataset, data_dir, sample=sample)
    store = open_store(tracking_uri, experiment)
    with progress("train", quiet=quiet) as report:
        made = make(store, images, order, report)
    last = made.trained.epochs[-1]
    if as_json:
        facts = made.model.facts
        print_json(
            {
                "model": made.resolved.uri,
                "digest": facts.digest,
                "weights": facts.weights,
                "run": made.run_id,
                "validation_accuracy": last.validation_accuracy,
                "resumed_after": made.trained.resumed_after,
                "tensors_taken": list(made.trained.taken),
            }
        )
        return
    if made.trained.resumed_after:
        click.echo(f"went on after epoch {made.trained.resumed_after}", err=True)
    if made.trained.taken:
        click.echo(f"took {len(made.trained.taken)} tensors of {init_from}", err=True)
    seconds = sum(facts.seconds for facts in made.trained.epochs)
    click.echo(f"{made.resolved.uri}: {len(made.trained.epochs)} epochs in {seconds:.0f} s, training run {made.run_id}")
    click.echo(f"accuracy on the {len(images.splits['validation']):,} validation images {last.validation_accuracy:.2%}")
