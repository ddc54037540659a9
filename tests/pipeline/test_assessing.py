from __future__ import annotations

import json

import pytest

from fmnist_governance.claims.claims_file import ClaimsFile
from fmnist_governance.config.shipped import shipped
from fmnist_governance.config.system import load_declarations
from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import (
    Audit,
    DatasetFacts,
    Environment,
    EvidenceRecord,
    SplitFacts,
    SubjectFacts,
    SuiteName,
    Tool,
)
from fmnist_governance.gate.policy import parse_policy
from fmnist_governance.pipeline.assessing import Concluded, Demand, assess, lacking, stored

DIGEST = "sha256:" + "0" * 64
WHEN = "2026-11-22T21:00:00Z"
LATER = ("claims", "requirements", "risk", "law")


def record(uri: str = "models:/FashionMNIST_PyTorch/1") -> EvidenceRecord:
    return EvidenceRecord(
        tool=Tool(name="t", version="0", commit=None, dirty=None),
        audit=Audit(
            started=WHEN, seconds=1.0, seed=0, device="cpu", threads=1, suite=SuiteName(name="quick", digest=DIGEST)
        ),
        subject=SubjectFacts(
            uri=uri, kind="own", digest=DIGEST, weights=None, parameters=None, architecture=None,
            input_shape=(1, 28, 28),
        ),
        dataset=DatasetFacts(
            name="d", digest=DIGEST, classes=("a", "b"), splits={"test": SplitFacts(n=10, digest=DIGEST)}, source="s",
            licence=None,
        ),
        training=None, environment=Environment(python="3.11", platform="p", processor="p", packages={}),
        checks=(), measurements=(), tables=(), pictures=(),
    )  # fmt: skip


def claims() -> ClaimsFile:
    entry = {"id": "a", "text": "It is right.", "predicate": "performance.accuracy > 0.9"}
    return ClaimsFile.model_validate_json(canonical({"models": ["FashionMNIST_PyTorch"], "claims": [entry]}))


def concluded(uri: str = "models:/FashionMNIST_PyTorch/1") -> Concluded:
    declared = load_declarations(shipped("configs") / "system.yaml")
    return assess(record(uri), DIGEST, declared, None, WHEN, read=lambda _: None, claims=claims())


def test_an_assessment_holds_claims_requirements_class_and_law() -> None:
    made = concluded().assessment

    assert [claim.outcome.value for claim in made.claims] == ["untested"]
    assert len([p for p in made.requirements if p.list == "annex_iv"]) == 23
    assert made.risk is not None
    assert made.risk.determined
    assert made.law is not None


def test_the_verdict_sees_the_claims_of_its_own_assessment() -> None:
    clause = {"id": "c", "kind": "claim_supported", "title": "Borne out", "because": "It is claimed.", "claim": "a"}
    policy = parse_policy(canonical({"name": "p", "title": "A policy", "clauses": [clause]}).decode(), "policy.yaml")

    made = assess(record(), DIGEST, None, Demand(policy), WHEN, read=lambda _: None, claims=claims()).assessment

    assert made.verdict is not None
    assert made.verdict.findings[0].measurements == made.claims[0].measurements == ("performance.accuracy",)


def test_nothing_that_people_said_of_another_model_counts() -> None:
    made = concluded("models:/another/1").assessment

    assert (made.declarations, made.claims) == (None, ())
    assert made.risk is not None
    assert not made.risk.determined
    assert not any(part.topics and part.state.value == "declared" for p in made.requirements for part in p.parts)


def test_the_same_conclusion_has_the_same_name_and_comes_back() -> None:
    made = concluded()

    assert made.id == concluded().id
    assert stored({made.path: encode(made.assessment)}, DIGEST) == (made,)
    assert lacking(made.assessment) == ()


def test_an_assessment_from_before_there_were_claims_still_reads_under_its_name() -> None:
    old = canonical({k: v for k, v in json.loads(encode(concluded().assessment)).items() if k not in LATER})
    path = f"assessments/{digest(old).removeprefix('sha256:')[:16]}.json"

    (found,) = stored({path: old}, DIGEST)

    assert found.path == path
    assert found.assessment.requirements == ()
    assert lacking(found.assessment)[:3] == ("class", "law", "points of annex_iv")


def test_an_assessment_that_lacks_one_list_says_which() -> None:
    made = concluded().assessment
    left = tuple(point for point in made.requirements if point.list != "monitoring_plan")

    assert lacking(made.model_copy(update={"requirements": left})) == ("points of monitoring_plan",)


def test_a_changed_assessment_is_refused() -> None:
    made = concluded()
    changed = encode(made.assessment).replace(b"untested", b"supported")

    with pytest.raises(EvidenceError, match="changed since it was stored"):
        stored({made.path: changed}, DIGEST)
