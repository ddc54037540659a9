"""A draft of the EU declaration of conformity (Annex V), which only a person can make a declaration."""

from __future__ import annotations

from dataclasses import dataclass

from fmnist_governance.evidence.claimed import ClaimOutcome
from fmnist_governance.evidence.required import Part, State
from fmnist_governance.render.filed import filed, is_high_risk
from fmnist_governance.render.gaps import gaps
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

_TITLE = "Draft of a declaration of conformity"
_NEEDED = {
    "annex_iv": "the technical documentation",
    "instructions": "the instructions for use",
    "monitoring_plan": "the plan for monitoring",
    "articles": "the Articles on high-risk systems",
}
"""The lists that must be answered before a provider can declare anything, and what they are called."""
_LAST = frozenset({"V.8.signature", "IV.8.declaration", "A.11.points"})
"""What nobody can answer before the page is signed: signature, copy of the page, and that no other point is missing."""


@dataclass(frozen=True, slots=True)
class Undone:
    """A list of which points are missing."""

    title: str
    left: str


def offered(report: Report) -> bool:
    """Whether the class is certain to be high-risk and the organisation may be its provider; others declare nothing."""
    risk = report.assessment.risk
    return (
        is_high_risk(risk)
        and risk is not None
        and any(duty.ours and duty.role == "provider" for outcome in risk.outcomes for duty in outcome.duties)
    )


def markdown(report: Report) -> str:
    """Return the draft as Markdown; it says so, and how many points keep it from being signed."""
    doc = filed(report, "declaration", _TITLE, ("47(1)",))
    return document_template("documents/declaration_of_conformity.md.j2").render(
        doc=doc,
        open=_missing(report, "declaration"),
        undocumented=[Undone(title, left) for name, title in _NEEDED.items() if (left := _missing(report, name))],
        refuted=_claims(report, ClaimOutcome.REFUTED),
        unsettled=_claims(report, ClaimOutcome.UNDECIDED, ClaimOutcome.UNTESTED),
        flagged=f"{len(flagged):,}" if (flagged := gaps(report).praise) else None,
    )


def _claims(report: Report, *outcomes: ClaimOutcome) -> str | None:
    left = sum(claim.outcome in outcomes for claim in report.assessment.claims)
    return f"{left:,}" if left else None


def _missing(report: Report, name: str) -> str | None:
    """Return how many points of a list are missing, None where all are answered."""
    points = [point for point in report.assessment.requirements if point.list == name]
    left = sum(any(_keeps(part) for part in point.parts) for point in points) if points else 1
    return f"{left:,}" if left else None


def _keeps(part: Part) -> bool:
    """Whether a part keeps the page from being signed."""
    return part.state is State.MISSING and part.id not in _LAST


def html(report: Report) -> str:
    """Return the draft as one HTML page that needs no other file."""
    return page("declaration_of_conformity", _TITLE, markdown(report), report)


DECLARATION_OF_CONFORMITY = (
    Renderer("declaration_of_conformity", "md", markdown, offered),
    Renderer("declaration_of_conformity", "html", html, offered),
)
