"""The audit report: one page that answers, in this order, what an auditor asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fmnist_governance.evidence.declared import topics
from fmnist_governance.render.beside import neighbours
from fmnist_governance.render.documents.model_card import Card, card
from fmnist_governance.render.filed import stale
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.report.appendix import Shelf, shelves
from fmnist_governance.render.report.chapters import chapters
from fmnist_governance.render.report.findings import Finding, findings
from fmnist_governance.render.report.first import Reasons, Tile, reasons, tiles
from fmnist_governance.render.shown import moment
from fmnist_governance.render.templates import page_template
from fmnist_governance.render.view import Stated

_TOLD = (
    "system_name", "overview", "intended_purpose", "intended_users", "out_of_scope", "inputs", "outputs",
    "deployment_conditions", "data_provenance", "personal_data", "known_limitations",
)  # fmt: skip
"""Statements that stand in a chapter; all others stand in the table of who said what."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the template prints beyond what the model card prints too."""

    tiles: tuple[Tile, ...]
    reasons: Reasons
    chapters: Mapping[str, tuple[Finding, ...]]
    author: str | None
    """Who made most statements, and when; it is named once, and only other names stand beside a statement."""
    statements: tuple[Stated, ...]
    shelves: tuple[Shelf, ...]
    audited: str
    assessed: str
    data: str
    seed: str
    run: str
    seal: str
    model_digest: str
    data_digest: str
    stale: str | None
    """The age in days of a reading of the law that is too old."""


def sheet(report: Report, shown: Card) -> Sheet:
    """Collect what the report says from what the run stores."""
    record, assessment = report.record, report.assessment
    test = record.dataset.splits.get("test")
    return Sheet(
        tiles=tiles(record),
        reasons=reasons(assessment.verdict),
        chapters=chapters(findings(report, shown.examinations)),
        author=_author(shown.stated.values()),
        statements=tuple(shown.stated[topic.name] for topic in topics() if topic.name not in _TOLD),
        shelves=shelves(report, shown.examinations),
        audited=moment(record.audit.started),
        assessed=moment(assessment.as_of),
        data=f"{record.dataset.name}, {test.n:,} test images" if test else record.dataset.name,
        seed=f"{record.audit.seed}",
        run=report.run,
        seal=report.seal,
        model_digest=record.subject.digest,
        data_digest=record.dataset.digest,
        stale=stale(assessment.law, assessment.as_of),
    )


def _author(stated: Iterable[Stated]) -> str | None:
    counted = Counter(statement.by for topic in stated for statement in topic.statements)
    return counted.most_common(1)[0][0] if counted else None


def html(report: Report) -> str:
    """Return the report as one HTML page that needs no other file."""
    shown = card(report)
    title = f"Audit report: {shown.name}"
    template = page_template("report.html.j2")
    return template.render(title=title, card=shown, sheet=sheet(report, shown), beside=neighbours(report, "report"))


REPORT = (Renderer("report", "html", html),)
