"""The model card: one system, one audit, everything that is measured, declared or missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from fmnist_governance.evidence.declared import topics
from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.render import again, known
from fmnist_governance.render.aspects import Aspect, aspects
from fmnist_governance.render.beside import REPORT
from fmnist_governance.render.claimed import Claims, claims
from fmnist_governance.render.examined import examinations
from fmnist_governance.render.filed import law_words
from fmnist_governance.render.gaps import Gaps, gaps
from fmnist_governance.render.judged import decision
from fmnist_governance.render.page import page
from fmnist_governance.render.renderer import Renderer, Report
from fmnist_governance.render.risk import RiskView, risk_view
from fmnist_governance.render.templates import document_template
from fmnist_governance.render.view import Decision, Examination, Fact, Number, Stated, level, stated

_KEY = (
    "performance.accuracy", "performance.worst_class.recall", "performance.balanced_accuracy", "performance.macro_f1",
    "confusion.worst_pair.rate",
)  # fmt: skip
"""The numbers that stand first, where they were measured; other headline numbers fill the places of those that were
not."""


_CAVEATS = (
    "performance.worst_class.recall", "confusion.worst_pair.rate", "corruption.mean_accuracy",
    "corruption.worst.accuracy", "corruption.worst_first_step.drop", "adversarial.linf.eps_8_255.accuracy",
    "invariance.worst_of_k.accuracy", "ood.far.confident_rate", "calibration.ece",
)  # fmt: skip
"""What a user should know before trusting an answer, where it was measured."""


_PICTURED = ("explanation",)
"""Checks whose pictures stand in the card although the report has them too: the maps of what the model looks at."""


@dataclass(frozen=True, slots=True)
class Card:
    """All that the template prints."""

    name: str
    stated: Mapping[str, Stated]
    has_declarations: bool
    decision: Decision | None
    claims: Claims
    risk: RiskView | None
    gaps: Gaps
    key_numbers: tuple[Number, ...]
    caveats: tuple[Number, ...]
    levels: str
    """With which probabilities intervals hold."""
    identity: tuple[Fact, ...]
    model: tuple[Fact, ...]
    data: tuple[Fact, ...]
    training: tuple[Fact, ...]
    training_data: tuple[Fact, ...]
    audit: tuple[Fact, ...]
    environment: tuple[Fact, ...]
    energy: Number | None
    """Of an answer, where the machine counts it."""
    inputs: tuple[Fact, ...]
    examinations: tuple[Examination, ...]
    aspects: tuple[Aspect, ...]
    numbers: tuple[Number, ...]
    uri: str
    shape: str
    is_own: bool
    command: str
    """Measures the same again."""
    judge: str
    """The command that judges the run."""
    law: str
    rows: str | None = None
    """The page that holds every measurement, table and picture where this one does not; else None."""


def card(report: Report) -> Card:
    """Collect what the card says from what the run stores."""
    record, declarations = report.record, report.assessment.declarations
    said = stated(declarations)
    name = said["system_name"].statements
    verdict = report.assessment.verdict
    subject = record.subject
    return Card(
        name=name[0].text if name else subject.uri,
        stated=said,
        has_declarations=declarations is not None,
        decision=decision(verdict, record) if verdict else None,
        claims=claims(report.assessment.claims, record),
        risk=risk_view(report),
        gaps=gaps(report),
        key_numbers=_key_numbers(report),
        caveats=tuple(Number.of(found) for id_ in _CAVEATS if (found := record.find(id_))),
        levels=" or ".join(
            level(value) for value in sorted({m.interval.level for m in record.measurements if m.interval})
        ),
        identity=known.identity(report),
        model=known.model(record),
        data=known.data(record),
        training=known.training(record),
        training_data=known.training_data(record),
        audit=known.audit(record),
        environment=known.environment(record),
        energy=Number.of(found) if (found := record.find("efficiency.energy.joules")) else None,
        inputs=(
            Fact("Shape of one image", " x ".join(f"{side}" for side in subject.input_shape)),
            Fact("Classes", known.classes(record)),
        ),
        examinations=examinations(report),
        aspects=aspects(record, said),
        numbers=tuple(Number.of(measured) for measured in record.measurements),
        uri=subject.uri,
        shape=", ".join(f"{side}" for side in (1, *subject.input_shape)),
        is_own=subject.kind == "own",
        command=again.command(report),
        judge=known.judge(report),
        law=law_words(report.assessment.law),
    )


def _key_numbers(report: Report) -> tuple[Number, ...]:
    first = [found for id_ in _KEY if (found := report.record.find(id_))]
    others = [m for m in report.record.measurements if m.headline and m not in first and ".class." not in m.id]
    return tuple(Number.of(measured) for measured in (*first, *others)[: len(_KEY)])


def summarised(whole: Card) -> Card:
    """Return a card that leaves to the report beside it what is long: further numbers, tables and most pictures."""
    kept = tuple(
        replace(check, numbers=check.first, grids=(), images=check.images if check.name in _PICTURED else ())
        for check in whole.examinations
    )
    return replace(whole, examinations=kept, numbers=(), rows=REPORT)


def markdown(report: Report) -> str:
    """Return the card as Markdown; charts and pictures stand beside it, by their paths in the run."""
    whole = card(report)
    shown = summarised(whole) if REPORT in report.beside else whole
    return document_template("documents/model_card.md.j2").render(card=shown)


def html(report: Report) -> str:
    """Return the card as one HTML page that needs no other file."""
    shown = card(report)
    return page("model_card", f"Model card: {shown.name}", markdown(report), report)


def data(report: Report) -> str:
    """Return what the card says as canonical JSON."""
    shown = card(report)
    whole = {
        "document": "model_card",
        "name": shown.name,
        "missing": {"count": shown.gaps.counted, **asdict(shown.gaps)},
        "verdict": asdict(shown.decision) if shown.decision else None,
        "claims": [claim.model_dump(mode="json") for claim in report.assessment.claims],
        "risk": report.assessment.risk.model_dump(mode="json") if report.assessment.risk else None,
        "facts": {
            part: [{"name": fact.name, "value": fact.value} for fact in getattr(shown, part)]
            for part in ("identity", "model", "data", "training", "training_data", "audit", "environment", "inputs")
        },
        "declared": [_declared(shown.stated[topic.name], topic.section) for topic in topics()],
        "checks": [_checked(entry) for entry in shown.examinations],
        "measured": [measured.model_dump(mode="json") for measured in report.record.measurements],
        "aspects": {
            aspect.stated.name: {"measured": aspect.measured, "not_measured": aspect.unmeasured}
            for aspect in shown.aspects
        },
    }
    return canonical(whole).decode()


def _declared(topic: Stated, section: str) -> dict[str, object]:
    state = "declared" if topic.statements else "missing"
    return {"section": section, "state": state, **asdict(topic)}


def _checked(entry: Examination) -> dict[str, object]:
    return {
        "name": entry.name,
        "version": entry.version,
        "status": entry.status,
        "reason": None if entry.status == "measured" else entry.reason,
        "limits": entry.limits,
        "measurements": [number.id for number in entry.numbers]
        + [number.id for row in entry.class_rows for number in row.numbers if number],
        "not_measured": entry.lost,
        "charts": [chart.path for chart in entry.charts],
        "tables": [table.path for table in entry.grids],
        "pictures": [picture.path for picture in entry.images],
    }


MODEL_CARD = (
    Renderer("model_card", "md", markdown),
    Renderer("model_card", "html", html),
    Renderer("model_card", "json", data),
)
