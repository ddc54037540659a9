"""A verdict for a person at a terminal: what refuses first, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fmnist_governance.evidence.assessment import Finding, Outcome, PolicyException, Severity, Verdict, WaiverFinding
from fmnist_governance.render.verdicts.judged import (
    EXCEPTION_NEXT,
    JudgedRun,
    about,
    answer,
    next_step,
    reason,
    shown_file,
    told,
)
from fmnist_governance.render.verdicts.safe_text import wrapped

_INDENT = 4
_NARROWEST = 24
_PASSED = 2


def render(judged: JudgedRun) -> str:
    """Return a verdict with what was judged, as plain text of 80 columns."""
    return lines(judged.verdict, judged_as=about(judged))


def lines(verdict: Verdict, width: int = 80, *, judged_as: str = "", passed: bool = True) -> str:
    """Return a verdict as plain text.

    Args:
        verdict: What the gate concluded.
        width: Columns of the terminal; at least 24 are used.
        judged_as: What was judged by which file, in a line; left out where the reader knows.
        passed: Whether the clauses that passed are told one by one, or only counted.

    Returns:
        Lines of at most `width` columns: the answer, then what refuses, warnings and passed clauses, each in the order
        of the policy; ends with a line feed. No character of the verdict's texts can act on the terminal.
    """
    width = max(width, _NARROWEST)
    findings = [(_rank(finding), _block(finding, width)) for finding in verdict.findings]
    waivers = [(0 if found.refuses else 1, _waiver(found, width)) for found in told(verdict)]
    excepted = [(1, _exception(found, width)) for found in verdict.policy.exceptions]
    ranked = sorted([*findings, *waivers, *excepted], key=lambda pair: pair[0])
    blocks = [
        [*_answer(verdict, width), *(wrapped(judged_as, width) if judged_as else [])],
        *(block for rank, block in ranked if passed or rank < _PASSED),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _rank(finding: Finding) -> int:
    if finding.refuses:
        return 0
    return _PASSED if finding.outcome is Outcome.PASSED else 1


def _answer(verdict: Verdict, width: int) -> list[str]:
    digest = verdict.policy.digest[: len("sha256:") + 12]
    counted = Counter(finding.outcome for finding in verdict.findings)
    clauses = ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome if counted[outcome])
    summary = f"{reason(verdict)} Clauses: {clauses}." if clauses else reason(verdict)
    return [*wrapped(f"{answer(verdict)} ({digest})", width), *wrapped(summary, width)]


def place(finding: Finding | PolicyException) -> str:
    """Return where the clause stands."""
    return f"{shown_file(finding.file)} line {finding.line}" if finding.file else f"line {finding.line}"


def _waiver(found: WaiverFinding, width: int) -> list[str]:
    head = f"{'REFUSES' if found.refuses else 'TELLS'}: {found.state}  waiver of {found.waiver.clause}"
    return [
        *wrapped(f"{head} (waivers line {found.line})", width),
        *(" " * _INDENT + line for line in wrapped(found.message, width - _INDENT)),
    ]


def _exception(found: PolicyException, width: int) -> list[str]:
    texts = (found.title, found.message, f"Because: {found.because}", f"Next: {EXCEPTION_NEXT}")
    return [
        *wrapped(f"TELLS: {found.how}  {found.clause} ({place(found)})", width),
        *(" " * _INDENT + line for text in texts for line in wrapped(text, width - _INDENT)),
    ]


def _block(finding: Finding, width: int) -> list[str]:
    if finding.outcome is Outcome.PASSED:
        head = "PASSED"
    elif finding.unwaived is not None:
        head = f"WAIVED: {finding.unwaived}"
    else:
        head = f"{'REFUSES' if finding.severity is Severity.BLOCK else 'WARNS'}: {finding.outcome}"
    return [*wrapped(f"{head}  {finding.clause} ({place(finding)})", width), *_indented(finding, width)]


def _indented(finding: Finding, width: int) -> Iterator[str]:
    texts = [finding.title, finding.message]
    if finding.outcome is not Outcome.PASSED:
        texts += [f"Because: {finding.because}", f"Next: {next_step(finding)}"]
    for text in texts:
        yield from (" " * _INDENT + line for line in wrapped(text, width - _INDENT))
