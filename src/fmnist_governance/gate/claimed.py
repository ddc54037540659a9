"""Does the evidence support what the provider claims?"""

from __future__ import annotations

from typing import Literal

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.claimed import Claim, ClaimOutcome
from fmnist_governance.gate.bound import OUTCOMES
from fmnist_governance.gate.rule import Case, Clause, ClauseId, Judgement, Rule

_OUTCOME = {
    ClaimOutcome.SUPPORTED: Outcome.PASSED,
    ClaimOutcome.REFUTED: Outcome.FAILED,
    ClaimOutcome.UNDECIDED: Outcome.UNDECIDED,
    ClaimOutcome.UNTESTED: Outcome.NO_EVIDENCE,
}
_GRAVEST = (Outcome.FAILED, Outcome.NO_EVIDENCE, Outcome.UNDECIDED)


class ClaimSupportedClause(Clause):
    """A claim of the provider that the evidence must support."""

    kind: Literal["claim_supported"]
    claim: ClauseId
    """Id of the claim in the claims file."""


class NoRefutedClaimClause(Clause):
    """A ban on claims that the evidence refutes, or does not bear out."""

    kind: Literal["no_refuted_claim"]


def judge_one(case: Case, clause: ClaimSupportedClause) -> Judgement:
    """Ask of one claim whether it is supported. A claim that nobody made is no evidence."""
    known = {claim.id: claim for claim in case.claims}
    if clause.claim not in known:
        hint = did_you_mean(clause.claim, known)
        message = f"no claim {clause.claim!r} is made of the model {case.record.subject.uri}{hint}"
        return Judgement(Outcome.NO_EVIDENCE, message)
    claim = known[clause.claim]
    return Judgement(_OUTCOME[claim.outcome], _told(claim), claim.measurements)


def judge_all(case: Case, clause: NoRefutedClaimClause) -> Judgement:  # noqa: ARG001 - the clause has no settings
    """Ask of every claim whether it is supported: what was not tested may be what is wrong."""
    if not case.claims:
        return Judgement(Outcome.NO_EVIDENCE, f"nothing is claimed of the model {case.record.subject.uri}")
    looked_at = tuple(dict.fromkeys(id_ for claim in case.claims for id_ in claim.measurements))
    for outcome in _GRAVEST:
        found = [claim for claim in case.claims if _OUTCOME[claim.outcome] is outcome]
        if found:
            return Judgement(outcome, "; ".join(map(_told, found)), looked_at)
    claims = "claim is" if len(case.claims) == 1 else "claims are"
    return Judgement(Outcome.PASSED, f"{len(case.claims)} {claims} supported", looked_at)


def _told(claim: Claim) -> str:
    return f"claim {claim.id} is {claim.outcome}: {claim.message}"


CLAIM_SUPPORTED = Rule(
    kind="claim_supported",
    remedy="Claim what the evidence shows, then judge again; or mend the model, and audit it.",
    clause=ClaimSupportedClause,
    judge=judge_one,
    demands=lambda clause: f"the evidence supports the claim {clause.claim}",
    outcomes=OUTCOMES,
)
NO_REFUTED_CLAIM = Rule(
    kind="no_refuted_claim",
    remedy="Claim what the evidence shows, then judge again; or mend the model, and audit it.",
    clause=NoRefutedClaimClause,
    judge=judge_all,
    demands=lambda _clause: "the evidence supports every claim of the provider",
    outcomes=OUTCOMES,
)
