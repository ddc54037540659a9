"""Compare two audits, from the store or from bundles."""

from __future__ import annotations

from fmnist_governance.compare.compare import Audited, compare
from fmnist_governance.evidence.comparison import Comparison
from fmnist_governance.pipeline.judging import Opened, opened, stored


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
    one, two = (_audited(opened(name, tracking_uri, experiment)) for name in (first, second))
    return compare(one, two)


def _audited(evidence: Opened) -> Audited:
    """Return an audit with its newest assessment; none is made where there is none, since comparing adds nothing."""
    last = next(reversed(stored(evidence)), None)
    return Audited(
        record=evidence.record,
        read=evidence.held.read,
        run=evidence.held.run_id,
        seal=evidence.seal,
        concluded=last.assessment if last else None,
        assessment=last.id if last else None,
    )
