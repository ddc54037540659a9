"""Records for the tests of the gate, as small as a test can read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
)
from fmnist_governance.gate.rule import Case

DIGEST = "sha256:" + "0" * 64

CaseOf = Callable[[Sequence[CheckEntry], Sequence[Measurement]], Case]


def case_of(checks: Sequence[CheckEntry], measurements: Sequence[Measurement]) -> Case:
    record = EvidenceRecord(
        tool=Tool(name="fmnist-governance", version="0", commit=None, dirty=None),
        audit=Audit(
            started="2026-11-22T21:00:00Z",
            seconds=1.0,
            seed=0,
            device="cpu",
            threads=1,
            suite=SuiteName(name="quick", digest=DIGEST),
        ),
        subject=SubjectFacts(
            uri="models:/m/1",
            kind="own",
            digest=DIGEST,
            weights=None,
            parameters=None,
            architecture=None,
            input_shape=(1, 28, 28),
        ),
        dataset=DatasetFacts(
            name="synthetic",
            digest=DIGEST,
            classes=("a", "b"),
            splits={"test": SplitFacts(n=100, digest=DIGEST)},
            source="drawn",
            licence=None,
        ),
        training=None,
        environment=Environment(python="3.11", platform="linux", processor="any", packages={}),
        checks=tuple(checks),
        measurements=tuple(measurements),
        tables=(),
        pictures=(),
    )
    return Case(record=record, seal=DIGEST, declarations=None, as_of="2026-11-22T22:00:00Z")


@pytest.fixture(name="case_of", scope="session")
def _case_of() -> CaseOf:
    return case_of
