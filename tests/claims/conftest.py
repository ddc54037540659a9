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
)
from fmnist_governance.stats.proportions import wilson

DIGEST = "sha256:" + "0" * 64


def share(id_: str, right: int, n: int = 10_000) -> Measurement:
    return Measurement(
        id=id_, title=id_, value=right / n, unit="fraction", better="higher", n=n, interval=wilson(right, n)
    )


def entry(name: str, promised: tuple[str, ...], **changes: object) -> CheckEntry:
    made = CheckEntry(
        name=name, version=1, status="measured", reason=None, params={}, promised=promised, limits=(), cost=None
    )
    return made.model_copy(update=changes)


def record(*measurements: Measurement, promised: tuple[str, ...] = (), **changes: object) -> EvidenceRecord:
    owed = tuple(dict.fromkeys((*(m.id for m in measurements), *promised)))
    names = dict.fromkeys(id_.partition(".")[0] for id_ in owed)
    made = EvidenceRecord(
        tool=Tool(name="t", version="0", commit=None, dirty=None),
        audit=Audit(
            started="2026-11-22T21:00:00Z", seconds=1.0, seed=0, device="cpu", threads=1,
            suite=SuiteName(name="standard", digest=DIGEST),
        ),
        subject=SubjectFacts(
            uri="models:/m/1", kind="own", digest=DIGEST, weights=None, parameters=None, architecture=None,
            input_shape=(1, 28, 28),
        ),
        dataset=DatasetFacts(
            name="d", digest=DIGEST, classes=("a", "b"), splits={"test": SplitFacts(n=10_000, digest=DIGEST)},
            source="s", licence=None,
        ),
        training=None,
        environment=Environment(python="3.11", platform="p", processor="p", packages={}),
        checks=tuple(entry(name, tuple(i for i in owed if i.partition(".")[0] == name)) for name in names),
        measurements=measurements, tables=(), pictures=(),
    )  # fmt: skip
    return made.model_copy(update=changes)


@pytest.fixture
def build() -> SimpleNamespace:
    """The builders of this file; a test module cannot import them."""
    return SimpleNamespace(share=share, record=record, entry=entry)
