"""Two small audits of the same images."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fmnist_governance.compare.compare import Audited
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
from fmnist_governance.stats.proportions import wilson

ZERO, ONE = "sha256:" + "0" * 64, "sha256:" + "1" * 64
OUTCOMES = "evidence/performance/outcomes.csv"
AuditOf = Callable[..., Audited]


def audit_of(
    *correct: str, images: str = ZERO, torch: str = "2.14.1", uri: str = "models:/m/1", n: int | None = None
) -> Audited:
    """An audit whose conditions, in order, were answered so; without any, an audit that kept no outcomes."""
    count = n or len(correct[0])
    right = correct[0].count("1") if correct else count // 2
    rows = "".join(f"{name},{text}\n" for name, text in zip(("clean", "noise"), correct, strict=False))
    accuracy = Measurement(
        id="performance.accuracy", title="Accuracy", value=right / count, unit="fraction", better="higher", n=count,
        interval=wilson(right, count), headline=True,
    )  # fmt: skip
    check = CheckEntry(
        name="performance", version=1, status="measured", reason=None, params={}, promised=(accuracy.id,), limits=(),
        cost=None,
    )  # fmt: skip
    record = EvidenceRecord(
        tool=Tool(name="fmnist-governance", version="0", commit=None, dirty=None),
        audit=Audit(
            started="2026-11-22T21:00:00Z", seconds=1.0, seed=0, device="cpu", threads=1,
            suite=SuiteName(name="quick", digest=ZERO),
        ),
        subject=SubjectFacts(
            uri=uri, kind="own", digest=ZERO, weights=None, parameters=None, architecture=None, input_shape=(1, 28, 28)
        ),
        dataset=DatasetFacts(
            name="synthetic", digest=images, classes=("a", "b"), splits={"test": SplitFacts(n=count, digest=images)},
            source="drawn", licence=None,
        ),
        training=None,
        environment=Environment(python="3.11", platform="linux", processor="any", packages={"torch": torch}),
        checks=(check,),
        measurements=(accuracy,),
        tables=(),
        pictures=(),
    )  # fmt: skip
    held = f"condition,correct\n{rows}".encode() if correct else None
    return Audited(record, lambda path: held if path == OUTCOMES else None, run=uri[-1] * 8, seal=ONE)


@pytest.fixture(name="audit_of", scope="session")
def _audit_of() -> AuditOf:
    return audit_of
