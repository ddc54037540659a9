"""A small sealed run, as a reader of the store sees it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fmnist_governance.bundle.contents import BundleFacts, listed
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.manifest import digest, seal
from fmnist_governance.evidence.record import (
    Audit,
    DatasetFacts,
    Environment,
    EvidenceRecord,
    SplitFacts,
    SubjectFacts,
    SuiteName,
    Tool,
)

DIGEST = "sha256:" + "0" * 64


def record() -> EvidenceRecord:
    suite = SuiteName(name="quick", digest=DIGEST)
    return EvidenceRecord(
        tool=Tool(name="fmnist-governance", version="0", commit=None, dirty=None),
        audit=Audit(started="2026-11-22T21:00:00Z", seconds=1.0, seed=0, device="cpu", threads=1, suite=suite),
        subject=SubjectFacts(
            uri="models:/m/1", kind="own", digest=DIGEST, weights=None, parameters=None, architecture=None,
            input_shape=(1, 28, 28),
        ),
        dataset=DatasetFacts(
            name="synthetic", digest=DIGEST, classes=("a", "b"), splits={"test": SplitFacts(n=100, digest=DIGEST)},
            source="drawn", licence=None,
        ),
        training=None,
        environment=Environment(python="3.11", platform="linux", processor="any", packages={}),
        checks=(),
        measurements=(),
        tables=(),
        pictures=(),
    )  # fmt: skip


@pytest.fixture
def files() -> Mapping[str, bytes]:
    """The files of a bundle, its list among them."""
    sealed = {
        "evidence/record.json": encode(record()),
        "evidence/performance/classes.json": b"{}\n",
        "inputs/audit.yaml": b"name: quick\n",
    }
    manifest = seal(sealed)
    facts = BundleFacts(
        run="4f56",
        status="FINISHED",
        tags={"governance.manifest": digest(manifest)},
        metrics={},
        model=DIGEST,
        files={},
    )
    return listed(facts, {**sealed, "manifest.json": manifest, "charts/classes.svg": b"<svg/>"})
