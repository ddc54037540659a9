"""Did the checks measure all that they promised?"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.lookup import lack_of
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import more

_NAMED = 3


class CheckMeasuredClause(Clause):
    """Checks whose measurements must all be there."""

    kind: Literal["check_measured"]
    checks: (
        Annotated[
            tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=60)], ...], Field(min_length=1)
        ]
        | None
    ) = None
    """Names of checks; left out, every check of the suite."""


def judge(case: Case, clause: CheckMeasuredClause) -> Judgement:
    """Ask of each check that it ran, and of each measurement that it promised that it is there."""
    record = case.record
    names = tuple(check.name for check in record.checks) if clause.checks is None else clause.checks
    if not names:
        return Judgement(Outcome.NO_EVIDENCE, f"nothing was checked: suite {record.audit.suite.name} ran no check")
    owed = tuple(id_ for check in record.checks if check.name in names for id_ in check.promised)
    missing = tuple(id_ for id_ in owed if record.find(id_) is None)
    lacks = [lack for name in names if (lack := lack_of(record, name))]
    if lacks or missing:
        message = "; ".join([*lacks, *([_absent(record, missing)] if missing else [])])
        return Judgement(Outcome.FAILED if _one_failed(record, names) else Outcome.NO_EVIDENCE, message, missing)
    if not owed:
        return Judgement(Outcome.NO_EVIDENCE, f"nothing was measured: {', '.join(names)} promised no measurement")
    checks = "check" if len(names) == 1 else "checks"
    message = f"{len(names)} {checks} measured all {len(owed):,} promised numbers: {', '.join(names)}"
    return Judgement(Outcome.PASSED, message, owed)


def _one_failed(record: EvidenceRecord, names: tuple[str, ...]) -> bool:
    return any(check.status == "failed" for check in record.checks if check.name in names)


def _absent(record: EvidenceRecord, missing: tuple[str, ...]) -> str:
    """Name what is missing by its reasons, the first of each; the rest is counted."""
    reasons = {id_: reason for check in record.checks for id_, reason in check.absent.items()}
    groups: dict[str, list[str]] = {}
    for id_ in missing:
        groups.setdefault(reasons.get(id_, "without a reason"), []).append(id_)
    told = [f"{_first(ids)} ({reason})" for reason, ids in list(groups.items())[:_NAMED]]
    rest = sum(len(ids) for ids in list(groups.values())[_NAMED:])
    return f"promised and not in the record: {', '.join(told)}{f' and {rest} more' if rest else ''}"


def _first(ids: list[str]) -> str:
    return ids[0] if len(ids) == 1 else f"{ids[0]} and {len(ids) - 1} more"


CHECK_MEASURED = Rule(
    kind="check_measured",
    clause=CheckMeasuredClause,
    judge=judge,
    demands=lambda clause: (
        f"all that {', '.join(clause.checks) if clause.checks else 'every check of the suite'} promised was measured"
    ),
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
    tighter={"checks": more},
)
