"""A policy in words, as text of at most 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.evidence.assessment import PolicyException
from fmnist_governance.gate.explain import ExplainedClause, ExplainedPolicy
from fmnist_governance.render.verdicts.judged import shown_file
from fmnist_governance.render.verdicts.safe_text import wrapped

_WIDTH = 80
_INDENT = 4


def lines(policy: ExplainedPolicy) -> Iterator[str]:
    """Return the policy, line by line; no character of its texts can act on the terminal."""
    blocking = sum(bool(clause.refuses_when) for clause in policy.clauses)
    yield from wrapped(f"{policy.name}: {policy.title}", _WIDTH)
    yield from wrapped(f"Digest: {policy.digest}", _WIDTH)
    if policy.extends:
        yield from wrapped(f"Extends: {', '.join(policy.extends)}", _WIDTH)
    yield from wrapped(f"Clauses: {len(policy.clauses)}, of which {blocking} can refuse", _WIDTH)
    for exception in policy.exceptions:
        yield ""
        yield from _exception(exception)
    for clause in policy.clauses:
        yield ""
        yield from _clause(clause)


def _exception(exception: PolicyException) -> Iterator[str]:
    where = f"{shown_file(exception.file)} line {exception.line}" if exception.file else f"line {exception.line}"
    yield from wrapped(f"{exception.how.upper()}  {exception.clause} ({where})", _WIDTH)
    for text in (exception.title, exception.message, f"Because: {exception.because}"):
        yield from (" " * _INDENT + line for line in wrapped(text, _WIDTH - _INDENT))


def _clause(clause: ExplainedClause) -> Iterator[str]:
    where = f"{shown_file(clause.file)} line {clause.line}" if clause.file else f"line {clause.line}"
    yield from wrapped(f"{clause.id} ({clause.kind}, {where})", _WIDTH)
    refusal = f"Refuses when: {', '.join(clause.refuses_when)}" if clause.refuses_when else "Only warns"
    refusal += "" if clause.waivable else "; no waiver counts"
    for text in (clause.title, f"Demands: {clause.demands}", f"Because: {clause.because}", refusal):
        yield from (" " * _INDENT + line for line in wrapped(text, _WIDTH - _INDENT))
