"""Compare two audits, from the store or from bundles."""

from __future__ import annotations

from fmnist_governance.compare.compare import Audited, compare
from fmnist_governance.evidence.comparison import Comparison
from fmnist_governance.pipeline.judging import opened


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
    found = [opened(name, tracking_uri, experiment) for name in (first, second)]
    one, two = (Audited(audit.record, audit.held.read, audit.held.run_id, audit.seal) for audit in found)
    return compare(one, two)
