"""What was concluded from a sealed record: findings, verdict, and the declarations they rest on."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt

from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.evidence.record import Digest, MeasurementId, Record, Timestamp


class Outcome(StrEnum):
    """What a clause says of a model."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    NO_EVIDENCE = "no evidence"


class Severity(StrEnum):
    """Whether a clause that does not pass refuses the model."""

    BLOCK = "block"
    WARN = "warn"


class Finding(Record):
    """What one clause of a policy concluded."""

    clause: str
    title: str
    because: str
    severity: Severity
    outcome: Outcome
    message: str
    measurements: tuple[MeasurementId, ...] = ()
    """The measurements that the clause looked at, found or not."""
    line: PositiveInt
    """Line of the clause in the policy file."""


class PolicyFacts(Record):
    """Which policy was applied."""

    name: str
    digest: Digest


class Verdict(Record):
    """The answer to whether the model may go on, with every reason."""

    passed: bool
    policy: PolicyFacts
    findings: tuple[Finding, ...]


class Assessment(Record):
    """One conclusion about one sealed record. It is only ever added to a run."""

    schema_version: Annotated[int, Field(ge=1, le=1)] = 1
    seal: Digest
    """Digest of the manifest of the run that was judged."""
    as_of: Timestamp
    declarations: Declarations | None
    """None when no declarations name this model."""
    declarations_digest: Digest | None
    verdict: Verdict | None
    """None before a policy was applied."""
