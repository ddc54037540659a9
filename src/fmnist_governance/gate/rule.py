"""The contract of a rule kind. Read this before adding one: a kind is one file and one catalog line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from fmnist_governance.evidence.assessment import Outcome, Severity
from fmnist_governance.evidence.claimed import Claim
from fmnist_governance.evidence.classified import RiskClass
from fmnist_governance.evidence.declared import Declarations, is_placeholder
from fmnist_governance.evidence.outcomes import Read
from fmnist_governance.evidence.record import Digest, EvidenceRecord, Timestamp
from fmnist_governance.evidence.required import Point


def _nothing(_path: str) -> bytes | None:
    return None


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier audit that a model is held against."""

    record: EvidenceRecord
    seal: Digest
    read: Read = _nothing


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may know of a model."""

    record: EvidenceRecord
    seal: Digest
    """Digest of the manifest that seals the record."""
    declarations: Declarations | None
    """None when no declarations name this model."""
    as_of: Timestamp
    """The time that counts as now."""
    read: Read = _nothing
    baseline: Baseline | None = None
    """None when the gate was given no run to compare with."""
    baseline_lack: str | None = None
    """Why one that was wanted could not be read."""
    claims: tuple[Claim, ...] = ()
    """What the provider claims, held against the record; empty when nobody claims anything of this model."""
    requirements: tuple[Point, ...] = ()
    """Every point of the law's lists, with its state."""
    risk: RiskClass | None = None
    """None when the system was not classified."""


def _says_something(text: str) -> str:
    if is_placeholder(text):
        msg = "states nothing; say it in words"
        raise ValueError(msg)
    return text


Said = Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_says_something)]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=80)]


Leniency = Literal["refuse", "warn"]


class Clause(BaseModel):
    """What every clause of a policy says; each kind adds its own settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    id: ClauseId
    """Small letters, digits, `-` and `_`; unique in the policy."""
    waivable: bool = True
    """Whether a waiver can let a model go on without it."""
    kind: str
    """Which rule judges the clause."""
    title: Said
    because: Said
    """Why the clause is there; shown to whoever it refuses."""
    severity: Severity = Severity.BLOCK
    """Whether a clause that does not pass refuses the model (`block`) or is only told (`warn`)."""
    when_undecided: Leniency = "refuse"
    """What a blocking clause does when the evidence does not decide: `refuse`, or only `warn`."""
    when_no_evidence: Leniency = "refuse"
    """What a blocking clause does when there is no evidence: `refuse`, or only `warn`."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule concluded."""

    outcome: Outcome
    message: str
    """What was found, against what, in one sentence with its numbers."""
    measurements: tuple[str, ...] = ()
    """Ids that were looked at, found or not."""


C = TypeVar("C", bound=Clause)


@dataclass(frozen=True, slots=True)
class Rule(Generic[C]):
    """One kind of clause. A refusal is a value: a rule raises only for a clause that makes no sense."""

    kind: str
    clause: type[C]
    judge: Callable[[Case, C], Judgement]
    """Raises ConfigError where the record shows that the clause can never fail, or never hold."""
    demands: Callable[[C], str]
    """Puts what a clause asks for into words."""
    outcomes: frozenset[Outcome]
    """Every outcome that the kind can have; the tests show each of them."""
    tighter: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    """Setting to whether a new value (first) demands at least as much as an old one; others must stay as they are."""
    tighter_together: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    """Likewise for a setting that means something only with others: it is given the whole clauses."""
    remedy: str | None = None
    """What to do where a clause does not pass; None leaves that to the outcome."""
