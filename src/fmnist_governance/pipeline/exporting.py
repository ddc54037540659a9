"""Take an audit run out of the store, as files that can be verified anywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fmnist_governance.bundle.contents import BundleFacts, listed
from fmnist_governance.tracking.run_files import find_run, verified
from fmnist_governance.tracking.store import Store

_TAGS = "governance."


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of a bundle, its list among them."""

    run: str
    seal: str
    files: Mapping[str, bytes]


def export_run(store: Store, run: str) -> Exported:
    """Return all files of an audit run that is as it was sealed. The model stays where it is, named by its digest.

    Args:
        store: Where the run is.
        run: A run id, `latest`, or a model URI.

    Raises:
        GovernanceError: There is no such run, it is not as it was sealed, or a path of it could not be read elsewhere.
    """
    known = verified(find_run(store, run))
    held = known.files
    facts = BundleFacts(
        run=held.run_id,
        status=held.status,
        tags={name: value for name, value in sorted(held.tags.items()) if name.startswith(_TAGS)},
        metrics=dict(sorted(held.metrics.items())),
        model=known.record.subject.digest,
        files={},
    )
    files = {path: data for path in sorted(held.paths()) if (data := held.read(path)) is not None}
    return Exported(held.run_id, known.seal, listed(facts, files))
