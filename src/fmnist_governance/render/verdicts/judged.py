"""What a view of a verdict may know, and the words and ranks that all views share."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from enum import StrEnum

from fmnist_governance.evidence.assessment import (
    Finding,
    Outcome,
    PolicyException,
    Severity,
    Verdict,
    WaiverFinding,
    WaiverState,
)
from fmnist_governance.evidence.record import EvidenceRecord


class Effect(StrEnum):
    """What a finding does to the model, the gravest first."""

    REFUSES = "refuses"
    WARNS = "warns"
    WAIVED = "waived"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A verdict with the names under which a pipeline knows its parts."""

    verdict: Verdict
    record: EvidenceRecord
    run: str
    seal: str
    as_of: str
    assessment: str | None = None
    """Id of the stored assessment that holds the verdict."""
    policy_path: str = "configs/policy.yaml"
    """Of the policy file, from the top of the checkout, with `/`."""
    is_shipped: bool = False
    """Whether that is the policy of the product, which lies in no folder of the user's."""
    shipped_path: str | None = None
    """Where the configuration of the product lies in the checkout; None where it lies elsewhere."""
    extends_line: int = 1
    """Line of the policy that says what it extends."""
    waivers_path: str = "configs/waivers.yaml"


@dataclass(frozen=True, slots=True)
class Remark:
    """One line of a verdict: a clause, a waiver or an exception to be told of, or a refusal that no clause explains."""

    name: str
    effect: Effect
    outcome: str
    title: str
    message: str
    because: str
    next: str
    path: str
    line: int

    @property
    def state(self) -> str:
        """What it came to, in a word; a waived clause also says what it would have been."""
        return f"{self.effect} ({self.outcome})" if self.effect is Effect.WAIVED else self.outcome


NEXT = {
    Outcome.PASSED: "Nothing is to be done.",
    Outcome.FAILED: "Mend what the finding names, then audit again. Asking for less is up to the policy's owner.",
    Outcome.UNDECIDED: "Audit on more images, move the model's interval off the bound, or answer what is open.",
    Outcome.NO_EVIDENCE: "Audit with a suite that measures it, declare it, or mend its name in the policy.",
    Outcome.WAIVED: "Mend it before the waiver ends; it is not renewed by itself.",
}
"""What to do about each outcome."""

EXCEPTION_NEXT = "Ask the owner of the extended policy whether the reason holds."
_SHIPPED = "shipped:"
"""What the path of a file of the product begins with, as the reader of policies writes it."""
_WAIVER_NEXT = "Renew it with a new approval, mend it, or remove it from the file."
_RANK = list(Effect)
_SHOWN = len("sha256:") + 12


def next_step(finding: Finding) -> str:
    """Return what to do about a clause."""
    return NEXT[finding.outcome] if finding.outcome is Outcome.WAIVED else finding.remedy or NEXT[finding.outcome]


def effect(finding: Finding) -> Effect:
    """Return what a clause does to the model."""
    if finding.outcome is Outcome.PASSED:
        return Effect.PASSED
    if finding.outcome is Outcome.WAIVED:
        return Effect.WAIVED
    return Effect.REFUSES if finding.severity is Severity.BLOCK else Effect.WARNS


def told(verdict: Verdict) -> tuple[WaiverFinding, ...]:
    """Return the waivers that no waived clause shows."""
    return tuple(found for found in verdict.waivers if found.state is not WaiverState.USED)


def reason(verdict: Verdict) -> str:
    """Return in one sentence why a verdict is what it is."""
    refusing = sum(finding.refuses for finding in verdict.findings)
    expired = sum(found.refuses for found in verdict.waivers)
    if verdict.passed:
        return "No clause refuses."
    if refusing:
        clauses = len(verdict.findings)
        return f"{refusing} of {clauses} clause{'s' * (clauses > 1)} refuse{'s' * (refusing == 1)}."
    if expired:
        return f"No clause refuses, and {expired} expired waiver{'s do' if expired > 1 else ' does'}."
    if not verdict.findings:
        return "Nothing was checked, and that passes nothing."
    return "No blocking clause passed, and that passes nothing."


def answer(verdict: Verdict) -> str:
    """Return the answer in one line."""
    return f"{'PASSED' if verdict.passed else 'REFUSED'} by policy {verdict.policy.name}"


def about(judged: JudgedRun) -> str:
    """Return in one line which evidence was judged, and by which file; digests are cut to 12 digits."""
    whose = "the shipped " if judged.is_shipped else ""
    evidence = f"run {judged.run}, sealed as {judged.seal[:_SHOWN]}"
    return f"{judged.record.subject.uri}, {evidence}, judged by {whose}{judged.policy_path}"


def remarks(judged: JudgedRun) -> tuple[Remark, ...]:
    """Return every line of a verdict, what refuses first; a refusal has at least one that refuses."""
    found = [_clause(judged, finding) for finding in judged.verdict.findings]
    found += [_waiver(judged, waiver, number) for number, waiver in enumerate(told(judged.verdict), 1)]
    found += [_exception(judged, one, number) for number, one in enumerate(judged.verdict.policy.exceptions, 1)]
    if not judged.verdict.passed and all(remark.effect is not Effect.REFUSES for remark in found):
        found.append(_whole(judged))
    return tuple(sorted(found, key=lambda remark: _RANK.index(remark.effect)))


def _place(judged: JudgedRun, file: str | None, line: int) -> tuple[str, int]:
    """Return path and line of what a file of the policy says; of a shipped one that is not here, who extends it."""
    if file is None:
        return judged.policy_path, line
    _, shipped, name = file.rpartition(_SHIPPED)
    if shipped:
        here = judged.shipped_path
        return (posixpath.join(here, name), line) if here else (judged.policy_path, judged.extends_line)
    return posixpath.normpath(posixpath.join(posixpath.dirname(judged.policy_path), file)), line


def shown_file(file: str) -> str:
    """Return the name of a policy's file as people read it."""
    return file.replace(_SHIPPED, "shipped ")


def _clause(judged: JudgedRun, finding: Finding) -> Remark:
    path, line = _place(judged, finding.file, finding.line)
    return Remark(
        name=finding.clause,
        effect=effect(finding),
        outcome=str(finding.unwaived or finding.outcome),
        title=finding.title,
        message=finding.message,
        because=finding.because,
        next=next_step(finding),
        path=path,
        line=line,
    )


def _waiver(judged: JudgedRun, found: WaiverFinding, number: int) -> Remark:
    return Remark(
        name=f"waiver.{number}.{found.waiver.clause}",  # A clause's id holds no dot, so no clause has this name.
        effect=Effect.REFUSES if found.refuses else Effect.WARNS,
        outcome=f"waiver {found.state}",
        title=f"Waiver of {found.waiver.clause}",
        message=found.message,
        because=found.waiver.reason,
        next=_WAIVER_NEXT,
        path=judged.waivers_path,
        line=found.line,
    )


def _exception(judged: JudgedRun, found: PolicyException, number: int) -> Remark:
    path, line = _place(judged, found.file, found.line)
    return Remark(
        name=f"policy.{number}.{found.clause}",  # A clause's id holds no dot, so no clause has this name.
        effect=Effect.WARNS,
        outcome=f"clause {found.how}",
        title=found.title,
        message=found.message,
        because=found.because,
        next=EXCEPTION_NEXT,
        path=path,
        line=line,
    )


def _whole(judged: JudgedRun) -> Remark:
    return Remark(
        name="policy.whole",
        effect=Effect.REFUSES,
        outcome="nothing passed",
        title="At least one blocking clause passed",
        message=reason(judged.verdict),
        because="What was not checked is not known to be right.",
        next="Write a blocking clause that the model can pass.",
        path=judged.policy_path,
        line=1,
    )
