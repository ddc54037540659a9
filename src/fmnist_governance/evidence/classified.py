"""Which rules of the AI Act a system falls under, by which answers, and what is still open."""

from __future__ import annotations

import re
from typing import Literal

from fmnist_governance.evidence.record import Record

Reply = Literal["yes", "no", "unknown"]
HIGH_RISK = ("high_risk_annex_i_a", "high_risk_annex_iii")
"""Outcomes that make the points of the law's lists, and technical documentation (Article 11(1)), a duty."""

_GRAVE = (*HIGH_RISK, "high_risk_annex_i_b", "prohibited")
_OWING = (*_GRAVE, "transparency", "annex_iii_derogated")
_LESSER = re.compile(
    r"\b((low|minimal|limited|no|not|non)\b[^.;:]{0,40}\brisk|outside\ (the\ scope|the\ act|of\ the)"
    r"|out\ of\ scope|not\ an\ ai\ system|no\ (obligations?|duties|requirements)\b)",
    re.IGNORECASE | re.VERBOSE,
)
_FREED = re.compile(r"\b(outside the (scope|act)|out of scope|no (obligations?|duties)|minimal risk)\b", re.IGNORECASE)
_NO_USE = re.compile(r"\bnone of the (listed )?uses?\b", re.IGNORECASE)
_HIGH = re.compile(
    r"(?<!not )(?<!not a )(?<!not as )(?<!no )(?<!non-)(?<!than )(?<!than a )\bhigh[- ]risk\b", re.IGNORECASE
)
_NO_HIGH = re.compile(r"\b(not|no|non|none|other than|only|where|of)\b[^.;:]{0,60}\bhigh[- ]risk\b", re.IGNORECASE)


class Step(Record):
    """One question of the path and its answer."""

    question: str
    """The name of the question in the declarations."""
    asks: str
    reply: Reply
    chosen: tuple[str, ...]
    """Which paragraphs, practices, uses or roles the answer names."""
    articles: tuple[str, ...]
    by: str | None
    on: str | None
    because: str | None


class Duty(Record):
    """Something that the law asks of somebody because of an outcome."""

    role: str
    article: str
    what: str
    ours: bool
    """Whether the organisation has that role; true for all while nobody said which roles it has."""


class Applies(Record):
    """From when rules apply."""

    what: str
    since: str
    """The day in the law as amended."""
    originally: str | None
    """The day before the amendment; None where there was none."""
    covers: tuple[int, ...] = ()
    """Numbers of the Articles among them that ask for a document, or for what one holds."""


class ClassOutcome(Record):
    """One result of the tree; several can hold at once."""

    id: str
    label: str
    """In the words of the law."""
    provisional: bool
    """Whether an open question can still take it away."""
    applies: tuple[Applies, ...]
    duties: tuple[Duty, ...]
    note: str | None


class OpenQuestion(Record):
    """A question without a usable answer."""

    question: str
    asks: str
    articles: tuple[str, ...]
    why: str
    """What is lacking in the answer."""
    decides_class: bool
    """Whether another answer could change the class of the system."""


class RiskClass(Record):
    """The classification: a path of answers, and what follows from it."""

    determined: bool
    """False while a question that could change the class of the system is open."""
    outcomes: tuple[ClassOutcome, ...]
    """What was reached; nothing that relieves of duties while a question is open."""
    path: tuple[Step, ...]
    open: tuple[OpenQuestion, ...]

    def reached(self, *ids: str) -> bool:
        """Whether one of these outcomes was reached and does not hang on an open question."""
        return any(outcome.id in ids and not outcome.provisional for outcome in self.outcomes)


def contradiction(stated: str, risk: RiskClass) -> str | None:
    """Say how a class in somebody's words differs from the one that the answers lead to; None where it does not.

    Args:
        stated: Such as `Not classified as high-risk, because ...`.
        risk: Where the answers lead.
    """
    lesser, reached = _LESSER.search(stated), "; ".join(o.label for o in risk.outcomes)
    graver = next((o for o in risk.outcomes if o.id in _GRAVE and not o.provisional), None)
    if graver and lesser:
        return f"says {lesser.group()!r}, and the answers lead to: {graver.label}"
    if risk.reached(*_OWING) and (freed := _FREED.search(stated)):
        return f"says {freed.group()!r}, and the answers lead to: {reached}"
    if not risk.determined and lesser:
        return f"says {lesser.group()!r}, and the class is not determined"
    use = next((step for step in risk.path if step.question == "annex_iii_use" and step.reply == "yes"), None)
    if use and (none := _NO_USE.search(stated)):
        return f"says {none.group()!r}, and the answers name {', '.join(use.chosen) or 'a use of Annex III'}"
    high = _HIGH.search(stated)
    if risk.determined and not risk.reached(*HIGH_RISK, "high_risk_annex_i_b") and high and not _NO_HIGH.search(stated):
        return f"says {high.group()!r}, and the answers lead to: {reached}"
    return None
