"""Did a person state what has to be stated?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.declared import Declarations, topics
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import more, rising


def _known(name: str) -> str:
    known = [topic.name for topic in topics()]
    if name not in known:
        msg = f"{name!r} is nothing that a declarations file states{did_you_mean(name, known)}"
        raise ValueError(msg)
    return name


class DeclarationPresentClause(Clause):
    """Statements that the declarations file must hold for this model; a placeholder states nothing."""

    kind: Literal["declaration_present"]
    topics: Annotated[tuple[Annotated[str, AfterValidator(_known)], ...], Field(min_length=1)]
    """Fields of the declarations file, such as `intended_purpose`."""
    attributed: bool = False
    """Whether each statement must name who made it and when."""


def judge(case: Case, clause: DeclarationPresentClause) -> Judgement:
    """Ask for each topic whether somebody stated it."""
    declarations = case.declarations
    if declarations is None:
        return Judgement(Outcome.NO_EVIDENCE, f"no declarations name the model {case.record.subject.uri}")
    missing = [name for name in clause.topics if not declarations.stated(name)]
    if missing:
        return Judgement(Outcome.FAILED, f"nobody stated {', '.join(missing)}")
    nameless = [name for name in clause.topics if clause.attributed and not _attributed(declarations, name)]
    if nameless:
        return Judgement(Outcome.FAILED, f"stated without a name or a date: {', '.join(nameless)}")
    return Judgement(Outcome.PASSED, f"stated: {', '.join(clause.topics)}")


def _attributed(declarations: Declarations, name: str) -> bool:
    return all(statement.by and statement.on for statement in declarations.stated(name))


DECLARATION_PRESENT = Rule(
    kind="declaration_present",
    remedy="State it in the declarations, then judge again; that needs no new audit.",
    clause=DeclarationPresentClause,
    judge=judge,
    demands=lambda clause: (
        f"somebody stated {', '.join(clause.topics)}{', with name and date' if clause.attributed else ''}"
    ),
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
    tighter={"topics": more, "attributed": rising(False, True)},  # noqa: FBT003 - the values that a policy gives
)
