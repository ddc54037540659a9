from __future__ import annotations

from types import SimpleNamespace

import pytest

from fmnist_governance.evidence.record import (
    Audit,
    CheckEntry,
    DatasetFacts,
    Environment,
    EvidenceRecord,
    Measurement,
    SplitFacts,
    SubjectFacts,
    SuiteName,
    Tool,
    TrainingFacts,
)
from fmnist_governance.law.catalogue import lists

DIGEST = "sha256:" + "0" * 64


def record(*ids: str) -> EvidenceRecord:
    names = dict.fromkeys(id_.partition(".")[0] for id_ in ids)
    return EvidenceRecord(
        tool=Tool(name="t", version="0", commit="9f2c41d", dirty=None),
        audit=Audit(
            started="2026-11-22T21:00:00Z", seconds=1.0, seed=0, device="cpu", threads=1,
            suite=SuiteName(name="standard", digest=DIGEST),
        ),
        subject=SubjectFacts(
            uri="models:/m/1", kind="own", digest=DIGEST, weights=DIGEST, parameters=7, architecture="net",
            input_shape=(1, 28, 28),
        ),
        dataset=DatasetFacts(
            name="d", digest=DIGEST, classes=("a", "b"), splits={"test": SplitFacts(n=10_000, digest=DIGEST)},
            source="s", licence="MIT",
        ),
        training=TrainingFacts(
            run="r", recipe="standard", seed=0, epochs=1, seconds=1.0, finished="2026-11-22T20:00:00Z",
            dataset_digest=DIGEST, parent=None, processor="cpu",
        ),
        environment=Environment(python="3.11", platform="Linux", processor="cpu", packages={"torch": "2"}),
        checks=tuple(
            CheckEntry(
                name=name, version=1, status="measured", reason=None, params={}, limits=(), cost=None,
                promised=tuple(id_ for id_ in ids if id_.partition(".")[0] == name),
            )
            for name in names
        ),
        measurements=tuple(
            Measurement(id=id_, title=id_, value=0.5, unit="score", better=None, n=None, interval=None) for id_ in ids
        ),
        tables=(), pictures=(),
    )  # fmt: skip


def full() -> EvidenceRecord:
    """A record that holds something for everything that the lists want measured."""
    wanted = (spec for found in lists() for point in found.points for part in point.parts for spec in part.measured)
    return record(*dict.fromkeys(spec.replace("*", "shirt") if "." in spec else f"{spec}.number" for spec in wanted))


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """The builders of this file; a test module cannot import them."""
    return SimpleNamespace(record=record, full=full)
