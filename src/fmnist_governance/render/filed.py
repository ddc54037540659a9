"""What every document on the law has in common: its law, its class, its points, and the numbers they cite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from fmnist_governance.evidence.classified import HIGH_RISK, RiskClass
from fmnist_governance.evidence.required import LawFacts
from fmnist_governance.render import classified, known
from fmnist_governance.render.judged import decision
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.required import PointView, numbers, points, summary
from fmnist_governance.render.view import Decision, Fact, Number, stated

_ELSEWHERE = ("prohibited", "high_risk_annex_i_b")
"""Outcomes after which the question of documents is settled elsewhere: Article 5, or the act of the sector."""
_APART = ("gpai", "annex_iii_derogated")
"""Outcomes that ask for documents of another kind."""


@dataclass(frozen=True, slots=True)
class Filed:
    """All that a template of such a document prints."""

    name: str
    title: str
    law: str
    stale: str | None
    """How many days the catalogue is older than its stated age allows; None where it is not."""
    risk: str
    """The class in the words of the law."""
    is_determined: bool
    is_mandatory: bool
    is_voluntary: bool
    """Whether Article 95(1) speaks of such a system: in scope or near it, and not high-risk."""
    basis: str
    """Which Articles ask for the document, or for what it holds."""
    since: str
    """From when these apply, before and after the amendment; empty where the assessment does not know."""
    besides: tuple[str, ...]
    """What has to be said of duties that no such document meets."""
    voluntary: str
    """The Article under which it is made without a duty."""
    points: tuple[PointView, ...]
    point_counts: str
    part_counts: str
    numbers: tuple[Number, ...]
    identity: tuple[Fact, ...]
    has_declarations: bool
    decision: Decision | None
    """None before the run was judged with these declarations."""
    judge: str
    """The command that judges it."""


def filed(report: Report, name: str, title: str, asked_by: tuple[str, ...]) -> Filed:
    """Collect what a document prints of a list.

    Args:
        report: All that is known.
        name: The list, such as `annex_iv`.
        title: Of the document.
        asked_by: What in the law asks for it, or for what it holds, such as `11(1)`.
    """
    assessment = report.assessment
    shown = points(report, name)
    found = [point for point in assessment.requirements if point.list == name]
    risk = assessment.risk
    named = stated(assessment.declarations)["system_name"].statements
    return Filed(
        name=named[0].text if named else report.record.subject.uri,
        title=title,
        law=law_words(assessment.law),
        stale=stale(assessment.law, assessment.as_of),
        risk=classified.title(risk) if risk else classified.NOT_DETERMINED,
        is_determined=risk is not None and risk.determined,
        is_mandatory=is_high_risk(risk),
        is_voluntary=risk is not None and risk.determined and not risk.reached(*_ELSEWHERE, *HIGH_RISK),
        basis=classified.cited(asked_by),
        since="; ".join(_dates(risk, asked_by)),
        besides=tuple(o.note for o in risk.outcomes if o.id in _APART and o.note) if risk else (),
        voluntary="95(1)",
        points=shown,
        point_counts=summary(found),
        part_counts=summary(part for point in found for part in point.parts),
        numbers=numbers(shown),
        identity=known.identity(report),
        has_declarations=assessment.declarations is not None,
        decision=decision(assessment.verdict, report.record) if assessment.verdict else None,
        judge=known.judge(report),
    )


def is_high_risk(risk: RiskClass | None) -> bool:
    """Whether the class is certain and makes the documents of Chapter III a duty."""
    return risk is not None and risk.reached(*HIGH_RISK)


def law_words(law: LawFacts | None) -> str:
    """Return which law, as amended by which, as of which day; a page about no law says so."""
    if law is None:
        return "an unknown text of the law: the assessment does not say which"
    return f"{law.regulation}, as amended by {law.amended_by}, catalogue of {law.as_of}"


def stale(law: LawFacts | None, as_of: str) -> str | None:
    """Return the age in days of a catalogue that is older than it may be; None of one that is not."""
    if law is None:
        return None
    age = (date.fromisoformat(as_of[:10]) - date.fromisoformat(law.as_of)).days
    return f"{age:,}" if age > law.stale_after_days else None


def _dates(risk: RiskClass | None, asked_by: tuple[str, ...]) -> list[str]:
    numbers = {int(number.group()) for article in asked_by if (number := re.match(r"\d+", article))}
    kept = [o for o in risk.outcomes if o.id in HIGH_RISK] if risk else []
    found = [(o.label, rule) for o in kept for rule in o.applies if numbers & set(rule.covers)]
    route = {label: f", as {label}" if len(kept) > 1 else "" for label, _ in found}
    return [f"{rule.what}{route[label]} {classified.dates(rule)}" for label, rule in found]
