"""Conclude from a sealed record: which declarations count, and what a policy says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.answers import RiskAnswers
from fmnist_governance.evidence.assessment import Assessment, Verdict
from fmnist_governance.evidence.claimed import Claim
from fmnist_governance.evidence.codec import decode, encode
from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.evidence.manifest import digest
from fmnist_governance.evidence.outcomes import Read
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.law.catalogue import LISTS, law
from fmnist_governance.law.requirements import requirements
from fmnist_governance.law.risk import classify

if TYPE_CHECKING:
    from fmnist_governance.claims.claims_file import ClaimsFile
    from fmnist_governance.gate.policy import Policy
    from fmnist_governance.gate.rule import Baseline
    from fmnist_governance.gate.waivers import Waivers

FOLDER = "assessments"


@dataclass(frozen=True, slots=True)
class Demand:
    """What a model is held against."""

    policy: Policy
    waivers: Waivers | None = None
    waivers_source: str | None = None
    """The file of the waivers, for messages."""
    baseline: Baseline | None = None
    baseline_lack: str | None = None
    """Why one that was wanted could not be read."""


@dataclass(frozen=True, slots=True)
class Concluded:
    """An assessment and the name under which it is stored."""

    assessment: Assessment
    id: str
    """16 hex digits of the digest of its bytes."""

    @property
    def path(self) -> str:
        """Where it is stored in the run."""
        return f"{FOLDER}/{self.id}.json"


def assess(  # noqa: PLR0913 - what a conclusion rests on
    record: EvidenceRecord,
    seal: str,
    declarations: Declarations | None,
    demand: Demand | None,
    as_of: str,
    *,
    read: Read,
    claims: ClaimsFile | None = None,
) -> Concluded:
    """Draw the conclusions.

    Args:
        record: What was measured.
        seal: Digest of the run's manifest.
        declarations: What people stated; it counts only if it names this model.
        demand: What is demanded; None leaves the verdict open.
        as_of: When the conclusion is drawn.
        read: Returns a sealed file of the run, None where it is not there.
        claims: What the provider claims; it counts only if it names this model.
    """
    name = registered_name(record.subject.uri)
    stated = declarations if declarations and declarations.cover(name) else None
    risk = classify(stated.risk, stated.by, stated.on) if stated else classify(RiskAnswers())
    found = Assessment(
        seal=seal,
        as_of=as_of,
        declarations=stated,
        declarations_digest=digest(encode(stated)) if stated else None,
        verdict=None,
        claims=_claimed(claims, record) if claims and claims.cover(name) else (),
        requirements=requirements(record, stated, risk),
        risk=risk,
        law=law(),
    )
    return named(found.model_copy(update={"verdict": _judged(demand, record, found, read)}) if demand else found)


def _claimed(claims: ClaimsFile, record: EvidenceRecord) -> tuple[Claim, ...]:
    from fmnist_governance.claims.judge import judge_claims

    return judge_claims(claims, record)


def _judged(demand: Demand, record: EvidenceRecord, found: Assessment, read: Read) -> Verdict:
    from fmnist_governance.gate.judge import judge_policy
    from fmnist_governance.gate.rule import Case

    case = Case(
        record,
        found.seal,
        found.declarations,
        found.as_of,
        read=read,
        baseline=demand.baseline,
        baseline_lack=demand.baseline_lack,
        claims=found.claims,
        requirements=found.requirements,
        risk=found.risk,
    )
    return judge_policy(demand.policy, case, demand.waivers)


def named(assessment: Assessment) -> Concluded:
    """Name an assessment by its digest."""
    return Concluded(assessment, _id(encode(assessment)))


def _id(data: bytes) -> str:
    return digest(data).removeprefix("sha256:")[:16]


def registered_name(uri: str) -> str:
    """Return the registered name in a model URI; the URI itself where it holds none."""
    kind, _, rest = uri.partition(":/")
    name, _, version = rest.partition("/")
    return name if kind == "models" and version else uri


def stored(files: Mapping[str, bytes], seal: str) -> tuple[Concluded, ...]:
    """Return every stored assessment, the newest last.

    Args:
        files: Path to bytes of everything stored below `assessments/`.
        seal: Digest of the run's manifest.

    Raises:
        EvidenceError: An assessment is not what its name says, or is about other evidence.
    """
    found = []
    for path, data in sorted(files.items()):
        concluded = Concluded(decode(data, Assessment, path), _id(data))
        if concluded.path != path or concluded.assessment.seal != seal:
            msg = f"{path}: changed since it was stored, or about other evidence; remove it or judge the run again"
            raise EvidenceError(msg)
        found.append(concluded)
    return tuple(sorted(found, key=lambda c: (c.assessment.as_of, c.assessment.verdict is not None, c.id)))


def lacking(assessment: Assessment) -> tuple[str, ...]:
    """Return what documents print and an assessment of an earlier version does not hold; nothing for one of today."""
    listed = {point.list for point in assessment.requirements}
    return (
        *(name for name, held in (("class", assessment.risk), ("law", assessment.law)) if held is None),
        *(f"points of {name}" for name in LISTS if name not in listed),
    )
