"""A risk class for a person at a terminal: what came out, by which answers, and what is still open."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.evidence.classified import Applies, ClassOutcome, RiskClass, Step
from fmnist_governance.evidence.required import LawFacts
from fmnist_governance.render.verdicts.safe_text import wrapped

NOT_DETERMINED = "Not determined: questions are open"


def title(risk: RiskClass) -> str:
    """Return the class in the words of the law."""
    return "; ".join(o.label for o in risk.outcomes) if risk.determined and risk.outcomes else NOT_DETERMINED


def dates(rule: Applies) -> str:
    """Return from when a rule applies, and from when it did before the amendment where that differs."""
    if rule.originally is None:
        return f"from {rule.since} (new with the amendment)"
    moved = "" if rule.originally == rule.since else f" (before the amendment: {rule.originally})"
    return f"from {rule.since}{moved}"


def cited(articles: tuple[str, ...]) -> str:
    """Return such as `Articles 6(1), 6(2)` or `Articles 8 to 15`; what is no Article stands for itself."""
    numbered = ", ".join(article for article in articles if article[:1].isdigit())
    several = ", " in numbered or " to " in numbered
    others = [article for article in articles if not article[:1].isdigit()]
    return ", ".join([*([f"Article{'s' if several else ''} {numbered}"] if numbered else []), *others])


def lines(risk: RiskClass, law: LawFacts, beside: tuple[str, ...], width: int = 80) -> str:
    """Return a classification as plain text in which no character can act on the terminal.

    Args:
        risk: The classification.
        law: Which text of the law it follows.
        beside: What has to be said beside any class.
        width: Columns of the terminal.
    """
    told = [title(risk).upper() if not risk.determined else title(risk), "", *_open(risk)]
    for outcome in risk.outcomes:
        told += [*_outcome(outcome, alone=risk.determined and len(risk.outcomes) == 1), ""]
    told += ["Path", *(f"  {_step(step)}" for step in risk.path), ""]
    told += [f"{law.regulation} as amended by {law.amended_by}; catalogue of {law.as_of}.", *beside]
    return "\n".join(line for text in told for line in _indented(text, width))


def _indented(text: str, width: int) -> Iterator[str]:
    margin = " " * (len(text) - len(text.lstrip()))
    for place, line in enumerate(wrapped(text, width - len(margin) - 2)):
        yield f"{margin}{'  ' if place and margin else ''}{line}" if line else ""


def _open(risk: RiskClass) -> Iterator[str]:
    if not risk.open:
        return
    yield "Open questions"
    for question in risk.open:
        consequence = "" if question.decides_class else " (the class does not hang on it)"
        articles = cited(question.articles)
        yield f"  {question.question}: {question.asks} {articles}: {question.why}{consequence}."
    yield ""


def _outcome(outcome: ClassOutcome, *, alone: bool) -> Iterator[str]:
    if not alone:
        yield outcome.label + (" (provisional: an open question can take it away)" if outcome.provisional else "")
    for rule in outcome.applies:
        yield f"  {rule.what}: {dates(rule)}."
    for duty in outcome.duties:
        if duty.ours:
            yield f"  {duty.role.replace('_', ' ')}, {cited((duty.article,))}: {duty.what}"
    if others := sum(not duty.ours for duty in outcome.duties):
        yield f"  (Left out here: {others} of other roles.)"
    if outcome.note:
        yield f"  {outcome.note}"


def _step(step: Step) -> str:
    chosen = f" ({', '.join(step.chosen)})" if step.chosen else ""
    who = f", answered by {step.by}{f' on {step.on}' if step.on else ''}" if step.by else ""
    because = f". {step.because}" if step.because else ""
    return f"{step.asks} {step.reply.upper()}{chosen}, {cited(step.articles)}{who}{because}"
