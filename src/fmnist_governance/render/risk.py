"""The risk class, as a page prints it."""

from __future__ import annotations

from dataclasses import dataclass

from fmnist_governance.evidence.classified import ClassOutcome, RiskClass, Step, contradiction
from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.render.classified import cited, dates, title
from fmnist_governance.render.filed import stale
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.required import summary


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """One result, with what follows from it."""

    label: str
    is_provisional: bool
    applies: tuple[str, ...]
    duties: tuple[str, ...]
    """Duties of the organisation's own roles."""
    note: str | None


@dataclass(frozen=True, slots=True)
class StepView:
    """One answer of the path."""

    asks: str
    reply: str
    articles: str
    by: str
    because: str | None


@dataclass(frozen=True, slots=True)
class RiskView:
    """The class, by which answers, and what is open."""

    title: str
    is_determined: bool
    outcomes: tuple[OutcomeView, ...]
    open: tuple[str, ...]
    steps: tuple[StepView, ...]
    coverage: str
    """How many parts of Articles 9 to 15, 50 and 72 are in which state."""
    contradiction: str | None
    """How the stated class differs from that of the answers; None where it does not."""
    stale: str | None
    """The age in days of a reading of the law that is too old."""


def risk_view(report: Report) -> RiskView | None:
    """Return the class as a page prints it; None where the assessment holds none."""
    risk = report.assessment.risk
    if risk is None:
        return None
    points = (point for point in report.assessment.requirements if point.list == "articles")
    return RiskView(
        title=title(risk),
        is_determined=risk.determined,
        outcomes=tuple(_outcome(outcome) for outcome in risk.outcomes),
        open=tuple(f"{question.asks} {cited(question.articles)}: {question.why}" for question in risk.open),
        steps=tuple(_step(step) for step in risk.path),
        coverage=summary(part for point in points for part in point.parts),
        contradiction=_contradiction(report.assessment.declarations, risk),
        stale=stale(report.assessment.law, report.assessment.as_of),
    )


def _contradiction(declarations: Declarations | None, risk: RiskClass) -> str | None:
    stated = declarations.stated("risk_category") if declarations else ()
    return next((found for said in stated if (found := contradiction(said.text, risk))), None)


def _outcome(outcome: ClassOutcome) -> OutcomeView:
    return OutcomeView(
        label=outcome.label,
        is_provisional=outcome.provisional,
        applies=tuple(f"{rule.what} {dates(rule)}" for rule in outcome.applies),
        duties=tuple(
            f"{duty.role.replace('_', ' ')}, {cited((duty.article,))}: {duty.what}"
            for duty in outcome.duties
            if duty.ours
        ),
        note=outcome.note,
    )


def _step(step: Step) -> StepView:
    chosen = f" ({', '.join(step.chosen)})" if step.chosen else ""
    return StepView(
        asks=step.asks,
        reply=f"{step.reply}{chosen}",
        articles=cited(step.articles),
        by=f"{step.by}{f', {step.on}' if step.on else ''}" if step.by else "nobody",
        because=step.because,
    )
