"""Small sealed audits as bundles, made without a model: each image is answered as a test says."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fmnist_governance.bundle.archive import pack
from fmnist_governance.bundle.contents import BundleFacts, listed
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.manifest import digest, seal
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
from fmnist_governance.pipeline.assessing import Concluded
from fmnist_governance.stats.proportions import wilson

DIGEST = "sha256:" + "0" * 64
OUTCOMES = "evidence/performance/outcomes.csv"


def audited(answers: str, **changes: object) -> EvidenceRecord:
    """Return the record of an audit of accuracy.

    Args:
        answers: A digit an image: 1 where the answer was right.
        changes: Parts of the record that are otherwise.
    """
    right, n = answers.count("1"), len(answers)
    accuracy = Measurement(
        id="performance.accuracy", title="Accuracy", value=right / n, unit="fraction", better="higher", n=n,
        interval=wilson(right, n), headline=True,
    )  # fmt: skip
    check = CheckEntry(
        name="performance", version=1, status="measured", reason=None, params={}, promised=(accuracy.id,), limits=(),
        cost=None,
    )  # fmt: skip
    parts: dict[str, Any] = {
        "tool": Tool(name="fmnist-governance", version="0", commit=None, dirty=None),
        "audit": Audit(
            started="2026-11-22T21:00:00Z", seconds=1.0, seed=0, device="cpu", threads=1,
            suite=SuiteName(name="quick", digest=DIGEST),
        ),
        "subject": SubjectFacts(
            uri="models:/m/1", kind="own", digest=digest(answers.encode()), weights=None, parameters=None,
            architecture=None, input_shape=(1, 28, 28),
        ),
        "dataset": DatasetFacts(
            name="synthetic", digest=DIGEST, classes=("a", "b"), splits={"test": SplitFacts(n=n, digest=DIGEST)},
            source="drawn", licence=None,
        ),
        "training": None,
        "environment": Environment(python="3.11", platform="linux", processor="any", packages={}),
        "checks": (check,),
        "measurements": (accuracy,),
        "tables": (),
        "pictures": (),
    }  # fmt: skip
    return EvidenceRecord(**{**parts, **changes})


def sealed(record: EvidenceRecord, answers: str) -> dict[str, bytes]:
    """Return the files of an audit with its seal."""
    files = {"evidence/record.json": encode(record), OUTCOMES: f"condition,correct\nclean,{answers}\n".encode()}
    return {**files, "manifest.json": seal(files)}


def bundle(answers: str, record: EvidenceRecord | None = None, concluded: Iterable[Concluded] = ()) -> bytes:
    """Return an audit as a zip, with what was concluded from it."""
    found = record or audited(answers)
    files = sealed(found, answers)
    tags = {"governance.manifest": digest(files["manifest.json"])}
    facts = BundleFacts(
        run=found.subject.uri[-1] * 8, status="FINISHED", tags=tags, metrics={}, model=found.subject.digest, files={}
    )
    return pack(listed(facts, {**files, **{one.path: encode(one.assessment) for one in concluded}}))
