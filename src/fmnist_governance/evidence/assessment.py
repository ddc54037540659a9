"""What was concluded from a sealed record: findings, verdict, and the declarations they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from fmnist_governance.evidence.claimed import Claim
from fmnist_governance.evidence.classified import RiskClass
from fmnist_governance.evidence.declared import Day, Declarations
from fmnist_governance.evidence.record import Digest, MeasurementId, Record, Timestamp
from fmnist_governance.evidence.required import LawFacts, Point


class Outcome(StrEnum):
    """What a clause says of a model."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    NO_EVIDENCE = "no evidence"
    WAIVED = "waived"
    """It did not pass, and a waiver that counts lets the model go on without it."""


class Severity(StrEnum):
    """Whether a clause that does not pass refuses the model."""

    BLOCK = "block"
    WARN = "warn"


class WaiverState(StrEnum):
    """What became of a waiver."""

    USED = "used"
    UNUSED = "unused"
    EXPIRED = "expired"
    NOT_YET = "not yet granted"
    TOO_BROAD = "too broad"
    UNKNOWN = "unknown"


class Waiver(Record):
    """A person's decision that one model may go on without one clause, for some time."""

    clause: str
    model: Digest | None
    """Digest of the model that it is for."""
    version: str | None
    """The registered version that it is for, such as `models:/NAME/3`."""
    reason: str
    approver: str
    granted: Day
    expires: Day
    """The last day on which it counts."""


class WaiverFinding(Record):
    """What the gate made of one waiver."""

    waiver: Waiver
    state: WaiverState
    message: str
    line: PositiveInt
    """Line of the waiver in its file."""

    @property
    def refuses(self) -> bool:
        """Whether it alone keeps the model back: what was waived for this model is waived no longer."""
        return self.state is WaiverState.EXPIRED


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
    """Line of the clause in the file that states it."""
    file: str | None = None
    """That file, seen from the folder of the policy; None for the policy itself."""
    unwaived: Outcome | None = None
    """What the clause would have said without its waiver; None unless it is waived."""
    remedy: str | None = None
    """What to do about it; None where the outcome says enough."""

    @property
    def refuses(self) -> bool:
        """Whether the clause alone keeps the model back."""
        return self.severity is Severity.BLOCK and self.outcome not in {Outcome.PASSED, Outcome.WAIVED}

    @model_validator(mode="after")
    def _waived_from_something(self) -> Finding:
        if (self.outcome is Outcome.WAIVED) is not (self.unwaived not in {None, Outcome.PASSED, Outcome.WAIVED}):
            msg = "a waived clause says what it would have been, and no other does"
            raise ValueError(msg)
        return self


def passes(findings: Sequence[Finding], waivers: Sequence[WaiverFinding] = ()) -> bool:
    """Whether a model may go on: a blocking clause passed, and neither a clause nor a waiver refuses.

    Nothing checked is no pass, and what was waived was not checked.
    """
    checked = any(f.severity is Severity.BLOCK and f.outcome is Outcome.PASSED for f in findings)
    return checked and not any(f.refuses for f in findings) and not any(w.refuses for w in waivers)


class PolicyException(Record):
    """A clause of an extended policy that the policy leaves out, or in which it asks for less, because it says so."""

    clause: str
    how: Literal["dropped", "loosened"]
    title: str
    """Of the clause of the extended policy."""
    message: str
    """What the extended policy asks for, and what is asked for instead."""
    because: str
    line: PositiveInt
    """Line where the policy says so."""
    file: str | None = None
    """That file, seen from the folder of the policy; None for the policy itself."""


class PolicyFacts(Record):
    """Which policy was applied."""

    name: str
    digest: Digest
    exceptions: tuple[PolicyException, ...] = ()
    """Clauses of extended policies that count less, or not at all."""


class Verdict(Record):
    """The answer to whether the model may go on, with every reason."""

    passed: bool
    policy: PolicyFacts
    findings: tuple[Finding, ...]
    waivers: tuple[WaiverFinding, ...] = ()
    """Every waiver of the waivers file, with what became of it."""
    waivers_digest: Digest | None = None
    """Of the waivers file; None where none was read."""
    baseline: Digest | None = None
    """Digest of the seal of the run that the model was held against; None without one."""

    @model_validator(mode="after")
    def _follows_from_the_findings(self) -> Verdict:
        if self.passed is not passes(self.findings, self.waivers):
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
