"""Is the evidence about that data, or is it that very record?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.record import Digest
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import fewer

_SHOWN = len("sha256:") + 12
Digests = Annotated[tuple[Digest, ...], Field(min_length=1)]


class DatasetIsOneOfClause(Clause):
    """The data on which a model may be audited."""

    kind: Literal["dataset_is_one_of"]
    digests: Digests
    """Digests of data sets, or of the split that is named; `data describe` prints them."""
    split: Annotated[str, Field(pattern=r"^[a-z0-9_]+$", max_length=60)] | None = None
    """The split that is compared; left out, the whole data set."""


class SealIsOneOfClause(Clause):
    """The sealed records that may go on."""

    kind: Literal["seal_is_one_of"]
    seals: Digests


def judge_dataset(case: Case, clause: DatasetIsOneOfClause) -> Judgement:
    """Compare the digest of the audited data with those that are allowed."""
    data = case.record.dataset
    if clause.split is not None and clause.split not in data.splits:
        message = f"{data.name} was audited without split {clause.split}; it has {', '.join(data.splits) or 'none'}"
        return Judgement(Outcome.NO_EVIDENCE, message)
    what = f"{data.name}, split {clause.split}," if clause.split else data.name
    return _one_of(what, data.splits[clause.split].digest if clause.split else data.digest, clause.digests)


def judge_seal(case: Case, clause: SealIsOneOfClause) -> Judgement:
    """Compare the seal with those that are allowed."""
    return _one_of("the seal", case.seal, clause.seals)


def _one_of(what: str, found: str, allowed: tuple[str, ...]) -> Judgement:
    among = f"the {len(allowed)} allowed" if len(allowed) > 1 else f"the one allowed, {allowed[0][:_SHOWN]}"
    if found in allowed:
        return Judgement(Outcome.PASSED, f"{what} has the digest {found[:_SHOWN]}, which is allowed")
    return Judgement(Outcome.FAILED, f"{what} has the digest {found[:_SHOWN]}, which is not {among}")


def _among(allowed: tuple[str, ...]) -> str:
    return " or ".join(digest[:_SHOWN] for digest in allowed)


DATASET_IS_ONE_OF = Rule(
    kind="dataset_is_one_of",
    clause=DatasetIsOneOfClause,
    judge=judge_dataset,
    demands=lambda clause: (
        f"the digest of {f'split {clause.split}' if clause.split else 'the data set'} is {_among(clause.digests)}"
    ),
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
    tighter={"digests": fewer},
)
SEAL_IS_ONE_OF = Rule(
    kind="seal_is_one_of",
    clause=SealIsOneOfClause,
    judge=judge_seal,
    demands=lambda clause: f"the digest of the seal is {_among(clause.seals)}",
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED}),
    tighter={"seals": fewer},
)
