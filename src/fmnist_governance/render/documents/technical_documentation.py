"""Technical documentation: every point of Annex IV, in the law's numbering."""

from __future__ import annotations

from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.evidence.required import State
from fmnist_governance.render.filed import filed
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.templates import document_template

_TITLE = "Technical documentation"
_ASKED_BY = ("11(1)", "18(1)")


def markdown(report: Report) -> str:
    """Return the document as Markdown."""
    doc = filed(report, "annex_iv", _TITLE, _ASKED_BY)
    return document_template("documents/technical_documentation.md.j2").render(doc=doc)


def html(report: Report) -> str:
    """Return the document as one HTML page that needs no other file."""
    return page("technical_documentation", _TITLE, markdown(report), report)


def data(report: Report) -> str:
    """Return every point of every list as canonical JSON, with class, law and claims."""
    doc, assessment = filed(report, "annex_iv", _TITLE, _ASKED_BY), report.assessment
    stored = assessment.model_dump(mode="json", include={"seal", "as_of", "claims", "requirements", "risk", "law"})
    facts = [{"name": fact.name, "value": fact.value} for fact in doc.identity]
    verdict = doc.decision
    said = (
        f"{'Passed' if verdict.passed else 'Refused'} by the policy {verdict.policy}: {verdict.summary}"
        if verdict
        else None
    )
    facts.append({"name": "Verdict of the policy", "value": said})
    missing = [point.id for point in assessment.requirements if point.state is State.MISSING]
    return canonical({"name": doc.name, "facts": facts, "missing": missing, **stored}).decode()


TECHNICAL_DOCUMENTATION = (
    Renderer("technical_documentation", "md", markdown),
    Renderer("technical_documentation", "html", html),
    Renderer("technical_documentation", "json", data),
)
