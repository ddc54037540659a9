"""What was concluded from a sealed record: findings, verdict, and the declarations they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

from pydantic import Field, PositiveInt, model_validator

from fmnist_governance.evidence.claimed import Claim
from fmnist_governance.evidence.classified import RiskClass
from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.evidence.record import Digest, MeasurementId, Record, Timestamp
from fmnist_governance.evidence.required import LawFacts, Point


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

    @property
    def refuses(self) -> bool:
        """Whether the clause alone keeps the model back."""
        return self.severity is Severity.BLOCK and self.outcome is not Outcome.PASSED


def passes(findings: Sequence[Finding]) -> bool:
    """Whether a model may go on: some clause could have refused it, and none did. Nothing checked is no pass."""
    return any(f.severity is Severity.BLOCK for f in findings) and not any(f.refuses for f in findings)


class PolicyFacts(Record):
    """Which policy was applied."""

    name: str
    digest: Digest


class Verdict(Record):
    """The answer to whether the model may go on, with every reason."""

    passed: bool
    policy: PolicyFacts
    findings: tuple[Finding, ...]

    @model_validator(mode="after")
    def _follows_from_the_findings(self) -> Verdict:
        if self.passed is not passes(self.findings):
            msg = f"passed is {str(self.passed).lower()}, which is not what the findings say"
            raise ValueError(msg)
        return self


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
    claims: tuple[Claim, ...] = ()
    """Empty when no claims file names this model."""
    requirements: tuple[Point, ...] = ()
    """Every point of the law's lists, with its state."""
    risk: RiskClass | None = None
    """None in an assessment from before there was a classification."""
    law: LawFacts | None = None
    """Which text of the law requirements and risk follow."""
