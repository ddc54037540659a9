"""Compare two audits, from the store or from bundles."""

from __future__ import annotations

from pathlib import Path

from fmnist_governance.compare.compare import Audited, compare
from fmnist_governance.evidence.comparison import Comparison


def compare_runs(first: str, second: str, tracking_uri: str | None, experiment: str) -> Comparison:
    """Find two audits, verify them, and compare them.

    Args:
        first: A run id, `latest`, a model URI, or the path of a bundle.
        second: Another one.
        tracking_uri: Of the store; it is opened only for what is no bundle.
        experiment: In which `latest` and models are looked up.

    Raises:
        GovernanceError: There is no such audit, or one is not as it was sealed.
    """
    one, two = (_audited(name, tracking_uri, experiment) for name in (first, second))
    return compare(one, two)


def _audited(name: str, tracking_uri: str | None, experiment: str) -> Audited:
    if Path(name).exists():
        from fmnist_governance.bundle.verify import evidence, open_bundle

        bundle = open_bundle(Path(name))
        record, seal = evidence(bundle)
        return Audited(record, bundle.read, bundle.run_id, seal)
    from fmnist_governance.tracking.run_files import find_run, verified
    from fmnist_governance.tracking.store import open_store

    known = verified(find_run(open_store(tracking_uri, experiment), name))
    return Audited(known.record, known.files.read, known.files.run_id, known.seal)
