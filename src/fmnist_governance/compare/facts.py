"""What two audits state beyond numbers: conclusions, model, data, settings, code and machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from fmnist_governance.evidence.assessment import Assessment, Finding, Verdict
from fmnist_governance.evidence.comparison import About, Fact
from fmnist_governance.evidence.record import EvidenceRecord

Stated = Iterator[tuple[About, str, str]]
"""What it is about, its name, and what is stated."""
Known = tuple[EvidenceRecord, Assessment | None]
"""A record, and what was concluded from it last."""


def facts(first: Known, second: Known) -> tuple[Fact, ...]:
    """Return what the audits state, the same or not, in the order of a reader's questions.

    What was concluded clause by clause is held side by side only where both audits were judged.
    """
    both = all(concluded is not None and concluded.verdict is not None for _, concluded in (first, second))
    one, two = ({(about, name): text for about, name, text in _stated(*known, both=both)} for known in (first, second))
    order = get_args(About)
    keys = sorted(dict.fromkeys([*one, *two]), key=lambda key: order.index(key[0]))
    return tuple(Fact(about=key[0], name=key[1], first=one.get(key), second=two.get(key)) for key in keys)


def _stated(record: EvidenceRecord, concluded: Assessment | None, *, both: bool) -> Stated:
    if concluded and both:
        yield from _verdict(concluded)
        yield from _people(concluded)
    elif concluded and concluded.verdict:
        yield "verdict", "overall verdict", _word(concluded.verdict)
    yield from _model(record)
    yield "data", "data set", f"{record.dataset.name} {record.dataset.digest}"
    for name, split in record.dataset.splits.items():
        yield "data", f"split {name}", f"{split.n:,} images {split.digest}"
    yield from _settings(record)
    yield from _machine(record)


def _verdict(concluded: Assessment) -> Stated:
    verdict = concluded.verdict
    if verdict is None:
        return
    yield "verdict", "overall verdict", _word(verdict)
    for finding in verdict.findings:
        yield "verdict", finding.clause, _finding(finding)
    yield "policy", "policy", f"{verdict.policy.name} {verdict.policy.digest}"
    yield "policy", "waivers", verdict.waivers_digest or "none"
    yield "policy", "baseline", verdict.baseline or "none"


def _word(verdict: Verdict) -> str:
    return "passed" if verdict.passed else "refused"


def _finding(finding: Finding) -> str:
    effect = "refuses" if finding.refuses else "lets it go on"
    return f"{finding.outcome}, {effect}"


def _people(concluded: Assessment) -> Stated:
    for claim in concluded.claims:
        yield "claims", claim.id, f"{claim.outcome}: {claim.predicate} ({claim.text})"
    if concluded.risk:
        classes = ", ".join(outcome.label for outcome in concluded.risk.outcomes)
        yield "requirements", "risk class", classes or "none"
    yield "requirements", "declarations", concluded.declarations_digest or "none for this model"
    for point in concluded.requirements:
        yield "requirements", point.id, f"{point.state}: {point.title}"


def _model(record: EvidenceRecord) -> Stated:
    subject = record.subject
    yield "model", "model", subject.uri
    yield "model", "model digest", subject.digest
    if subject.architecture:
        yield "model", "architecture", subject.architecture
    if subject.parameters is not None:
        yield "model", "parameters", f"{subject.parameters:,}"
    if record.training:
        training = record.training
        yield "model", "training", f"recipe {training.recipe}, seed {training.seed}, {training.epochs} epochs"
        yield "model", "training data", training.dataset_digest
        yield "model", "trained from", training.parent or "chance"


def _settings(record: EvidenceRecord) -> Stated:
    yield "settings", "suite", f"{record.audit.suite.name} {record.audit.suite.digest}"
    yield "settings", "seed", str(record.audit.seed)
    for check in record.checks:
        yield "settings", f"check {check.name}", f"{check.status}, version {check.version}"
        for key, value in sorted(check.params.items()):
            yield "settings", f"{check.name}.{key}", str(value)


def _machine(record: EvidenceRecord) -> Stated:
    tool, environment = record.tool, record.environment
    changed = {True: ", with changes", False: "", None: ""}[tool.dirty]
    yield "code", "tool", f"{tool.name} {tool.version}, commit {tool.commit or 'not known'}{changed}"
    yield "environment", "device", f"{record.audit.device}, {record.audit.threads} threads"
    yield "environment", "python", environment.python
    yield "environment", "platform", environment.platform
    yield "environment", "processor", environment.processor
    for package, version in sorted(environment.packages.items()):
        yield "environment", f"package {package}", version
