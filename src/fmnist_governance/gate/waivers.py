"""Read waivers, and decide which of them count: for one clause, one model, one reason, and some days."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.config.strict_yaml import load, read_text, validate
from fmnist_governance.evidence.assessment import Finding, Outcome, Waiver, WaiverFinding, WaiverState
from fmnist_governance.evidence.declared import Day
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import Digest
from fmnist_governance.gate.policy import Policy
from fmnist_governance.gate.rule import Case, ClauseId, Said


class WaiverEntry(BaseModel):
    """One waiver, as a person writes it. Without `model` or `version` it is too broad, and does not count."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    clause: ClauseId
    model: Digest | None = None
    """Digest of the model that it is for."""
    version: Annotated[str, Field(pattern=r"^models:/[^/@]{1,200}/[0-9]{1,10}$")] | None = None
    """The registered version that it is for, such as `models:/NAME/3`."""
    reason: Said
    approver: Said
    granted: Day
    expires: Day
    """The last day on which it counts."""

    @model_validator(mode="after")
    def _in_order(self) -> WaiverEntry:
        if self.expires < self.granted:
            msg = f"expires {self.expires}, before it was granted ({self.granted})"
            raise ValueError(msg)
        return self


class WaiversFile(BaseModel):
    """What a waivers file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    max_days: Annotated[PositiveInt, Field(le=366)]
    """For how many days a waiver may be granted."""
    waivers: tuple[WaiverEntry, ...]


@dataclass(frozen=True, slots=True)
class Waivers:
    """The waivers of a project, each with its line."""

    max_days: int
    entries: tuple[tuple[int, Waiver], ...]
    digest: str
    """Of what the file says; layout and comments do not count."""


def load_waivers(path: Path) -> Waivers:
    """Read a waivers file.

    Raises:
        ConfigError: The file cannot be read as waivers; every problem is named, each with its line and remedy.
    """
    return parse_waivers(read_text(path), str(path))


def parse_waivers(text: str, source: str) -> Waivers:
    """Read waivers; `source` names them in messages.

    Raises:
        ConfigError: The text is no waivers file.
    """
    document = load(text, source)
    file = validate(document, WaiversFile)
    entries = (
        (document.line(("waivers", index)), Waiver(**entry.model_dump())) for index, entry in enumerate(file.waivers)
    )
    return Waivers(file.max_days, tuple(entries), digest(canonical(document.value)))


def weigh(
    waivers: Waivers, findings: tuple[Finding, ...], case: Case, fixed: frozenset[str]
) -> tuple[WaiverFinding, ...]:
    """Say of each waiver what becomes of it, given what the clauses say without any; `fixed` ones cannot be waived."""
    return tuple(_weighed(waivers, findings, case, fixed))


def useless(waivers: Waivers, policy: Policy, today: str) -> Iterator[tuple[int, str]]:
    """Say by line which waivers can count for no model, whatever is judged by this policy."""
    known = [entry.clause.id for entry in policy.entries]
    fixed = {entry.clause.id for entry in policy.entries if not entry.clause.waivable}
    for line, waiver in waivers.entries:
        late = _out_of_time(waiver, waivers.max_days, today)
        if bad := _unknown(waiver, known) or _everywhere(waiver) or _fixed(waiver, fixed):
            yield line, bad
        elif late and late[0] is not WaiverState.NOT_YET:
            yield line, late[1]


def _unknown(waiver: Waiver, known: Collection[str]) -> str:
    hint = did_you_mean(waiver.clause, known) or "; remove the waiver"
    return "" if waiver.clause in known else f"the policy has no clause {waiver.clause}{hint}"


def _everywhere(waiver: Waiver) -> str:
    named = waiver.model or waiver.version
    return "" if named else "it names neither a model's digest nor a version, so it covers none; add one"


def _fixed(waiver: Waiver, fixed: Collection[str]) -> str:
    return f"the policy lets nobody waive clause {waiver.clause}; remove it" if waiver.clause in fixed else ""


def apply(findings: tuple[Finding, ...], weighed: tuple[WaiverFinding, ...]) -> tuple[Finding, ...]:
    """Return the findings, with those waived for which a waiver counts."""
    used = {found.waiver.clause: found.waiver for found in weighed if found.state is WaiverState.USED}
    return tuple(_waived(f, used[f.clause]) if f.clause in used else f for f in findings)


def _waived(finding: Finding, waiver: Waiver) -> Finding:
    message = f"{finding.message}; waived until {waiver.expires} by {waiver.approver}: {waiver.reason}"
    changed = {"outcome": Outcome.WAIVED, "unwaived": finding.outcome, "message": message}
    return Finding.model_validate({**dict(finding), **changed})


def _weighed(
    waivers: Waivers, findings: tuple[Finding, ...], case: Case, fixed: frozenset[str]
) -> Iterator[WaiverFinding]:
    taken: set[str] = set()
    for line, waiver in waivers.entries:
        state, message = _state(waiver, waivers.max_days, findings, case)
        if state is WaiverState.USED and waiver.clause in fixed:
            state, message = WaiverState.TOO_BROAD, _fixed(waiver, fixed)
        if state is WaiverState.USED and waiver.clause in taken:
            state, message = WaiverState.UNUSED, f"an earlier waiver covers clause {waiver.clause}; remove one"
        if state is WaiverState.USED:
            taken.add(waiver.clause)
        yield WaiverFinding(waiver=waiver, state=state, message=message, line=line)


def _state(waiver: Waiver, max_days: int, findings: tuple[Finding, ...], case: Case) -> tuple[WaiverState, str]:
    finding = next((finding for finding in findings if finding.clause == waiver.clause), None)
    if finding is None:
        return WaiverState.UNKNOWN, _unknown(waiver, [finding.clause for finding in findings])
    if broad := _everywhere(waiver):
        return WaiverState.TOO_BROAD, broad
    if not _covers(waiver, case):
        return WaiverState.UNUSED, f"it is for another model than {case.record.subject.uri}"
    if bad := _out_of_time(waiver, max_days, case.as_of[:10]):
        return bad
    if finding.outcome is Outcome.PASSED:
        return WaiverState.UNUSED, f"clause {waiver.clause} passes without it; remove it"
    return WaiverState.USED, f"clause {waiver.clause} is {finding.outcome}, and waived until {waiver.expires}"


def _out_of_time(waiver: Waiver, max_days: int, today: str) -> tuple[WaiverState, str] | None:
    if waiver.expires < today:
        return WaiverState.EXPIRED, f"it counted until {waiver.expires}; renew it with a new approval, or remove it"
    if waiver.granted > today:
        return WaiverState.NOT_YET, f"it is granted on {waiver.granted}, after the day of the judgement ({today})"
    days = (date.fromisoformat(waiver.expires) - date.fromisoformat(waiver.granted)).days
    if days > max_days:
        return WaiverState.TOO_BROAD, f"it runs for {days} days; at most {max_days} are allowed"
    return None


def _covers(waiver: Waiver, case: Case) -> bool:
    subject = case.record.subject
    return waiver.model in {None, subject.digest} and waiver.version in {None, subject.uri}
