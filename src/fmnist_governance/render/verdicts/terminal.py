"""A verdict for a person at a terminal: what refuses first, and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from fmnist_governance.evidence.assessment import Finding, Outcome, Severity, Verdict
from fmnist_governance.render.verdicts.safe_text import wrapped

NEXT = {
    Outcome.FAILED: "Mend the model or the data and audit again. Whether to ask for less is for the policy's owner.",
    Outcome.UNDECIDED: "Audit on more images, or improve the model until its interval clears the bound.",
    Outcome.NO_EVIDENCE: "Audit with a suite that measures it, or mend the name in the policy.",
}
"""What to do about each outcome that is not a pass."""

_INDENT = 4
_NARROWEST = 24


def lines(verdict: Verdict, width: int = 80) -> str:
    """Return a verdict as plain text.

    Args:
        verdict: What the gate concluded.
        width: Columns of the terminal; at least 24 are used.

    Returns:
        Lines of at most `width` columns: the answer, then refusing clauses, warnings and passed clauses, in the order
        of the policy; ends with a line feed. No character of the verdict's texts can act on the terminal.
    """
    width = max(width, _NARROWEST)
    blocks = [_answer(verdict, width), *(_block(finding, width) for finding in sorted(verdict.findings, key=_rank))]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _rank(finding: Finding) -> int:
    if finding.refuses:
        return 0
    return 2 if finding.outcome is Outcome.PASSED else 1


def _answer(verdict: Verdict, width: int) -> list[str]:
    name = f"policy {verdict.policy.name} ({verdict.policy.digest[: len('sha256:') + 12]})"
    counted = Counter(finding.outcome for finding in verdict.findings)
    clauses = ", ".join(f"{counted[outcome]} {outcome}" for outcome in Outcome if counted[outcome])
    refusing = sum(finding.refuses for finding in verdict.findings)
    if verdict.passed:
        summary = f"No clause refuses. Clauses: {clauses}."
    elif not verdict.findings:
        summary = "Nothing was checked, and that passes nothing."
    else:
        summary = f"{refusing} of {len(verdict.findings)} clauses refuse. Clauses: {clauses}."
    return [*wrapped(f"{'PASSED' if verdict.passed else 'REFUSED'} by {name}", width), *wrapped(summary, width)]


def _block(finding: Finding, width: int) -> list[str]:
    if finding.outcome is Outcome.PASSED:
        head = "PASSED"
    else:
        head = f"{'REFUSES' if finding.severity is Severity.BLOCK else 'WARNS'}: {finding.outcome}"
    return [*wrapped(f"{head}  {finding.clause} (line {finding.line})", width), *_indented(finding, width)]


def _indented(finding: Finding, width: int) -> Iterator[str]:
    texts = [finding.title, finding.message]
    if finding.outcome is not Outcome.PASSED:
        texts += [f"Because: {finding.because}", f"Next: {NEXT[finding.outcome]}"]
    for text in texts:
        yield from (" " * _INDENT + line for line in wrapped(text, width - _INDENT))
