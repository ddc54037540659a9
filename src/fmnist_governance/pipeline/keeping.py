"""Audit a model and keep it as a sealed run."""

from __future__ import annotations

from collections.abc import Callable

from fmnist_governance.config.suite import Suite
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.model.compute import chosen_device, prepare_process
from fmnist_governance.pipeline.auditing import Model, audit
from fmnist_governance.render.charts.catalog import charts
from fmnist_governance.tracking.audit_run import write_audit
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.run_files import RunFiles
from fmnist_governance.tracking.store import Store


def audit_and_keep(  # noqa: PLR0913 - what an audit is made of
    store: Store,
    resolved: ResolvedModel,
    model: Model,
    dataset: Dataset,
    suite: Suite,
    *,
    seed: int,
    device: str,
    fresh: bool,
    report: Callable[[str, int, int], None],
) -> RunFiles:
    """Run the suite, draw the charts, write the run and seal it.

    Args:
        store: Where to.
        resolved: Where the model lies.
        model: What is audited.
        dataset: What it is audited on.
        suite: Which checks; a seed of its own goes before `seed`.
        seed: Seed of all that is drawn.
        device: Name of a device, or `auto`.
        fresh: Whether every check is measured anew, whatever an earlier audit had finished.
        report: Called with what is under way, how much is done, and of how much.

    Raises:
        GovernanceError: The model does not fit the data, the suite asks for what does not exist, or the store refuses.
    """
    prepare_process()
    seed = seed if suite.seed is None else suite.seed
    found = audit(model, dataset, suite, seed=seed, device=chosen_device(device), fresh=fresh, report=report)
    drawn = charts(found.record, lambda path: found.files[path])
    return write_audit(store, resolved, found.record, found.files, drawn)
