"""Is each point of the law's lists evidenced, declared, missing, or not applicable?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from fmnist_governance.evidence.classified import HIGH_RISK, RiskClass
from fmnist_governance.evidence.declared import Declarations, Statement, file_topics, topics
from fmnist_governance.evidence.facts import FACTS, fact, title
from fmnist_governance.evidence.lookup import Absent, covers, lack_of, look_up
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.evidence.required import Part, Point, State, combined
from fmnist_governance.evidence.wording import plain
from fmnist_governance.law.catalogue import PartEntry, PointEntry, guidance, lists

_NAMED = 3
_LEFT_OPEN = ("high_risk_annex_i_b",)
"""The law leaves open what reaches such a system until its own acts do."""
_CLASSES = {"high_risk": HIGH_RISK, "transparency": ("transparency",)}


@dataclass(frozen=True, slots=True)
class Known:
    """All that a point can be answered by."""

    record: EvidenceRecord
    declarations: Declarations | None
    """None when no declarations name this model."""
    risk: RiskClass


def requirements(record: EvidenceRecord, declarations: Declarations | None, risk: RiskClass) -> tuple[Point, ...]:
    """Answer every point of every list, in order."""
    known = Known(record, declarations, risk)
    return tuple(_point(entry, found.list, known) for found in lists() for entry in found.points)


def _point(entry: PointEntry, name: str, known: Known) -> Point:
    parts = tuple(_part(entry.id, part, known) for part in entry.parts)
    return Point(
        id=entry.id,
        list=name,
        number=entry.number,
        title=entry.title,
        asks=entry.asks,
        articles=entry.articles,
        state=combined(part.state for part in parts),
        parts=parts,
    )


def _part(point: str, entry: PartEntry, known: Known) -> Part:
    id_ = f"{point}.{entry.id}"
    if aside := set_aside(id_, entry, known.declarations, known.risk):
        return Part(id=id_, title=entry.title, state=State.NOT_APPLICABLE, why=aside.text, owner=_author(aside))
    ids, unmeasured, lacking = _measured(entry, known.record)
    unknown = tuple(name for name in entry.facts if fact(known.record, name) is None)
    unstated = tuple(topic for topic in entry.declared if not _stated(topic, known))
    left, answered = _undone(entry.whole, known) if entry.whole else ((), None)
    gaps = (
        *lacking,
        *left,
        *(f"the record does not know: {title(name)}" for name in unknown),
        *(f"nobody stated: {_titles()[topic]}" for topic in unstated),
    )
    state = State.MISSING if gaps else State.DECLARED if entry.declared or entry.whole else State.EVIDENCED
    return Part(
        id=id_,
        title=entry.title,
        state=state,
        why="; ".join(gaps) or answered,
        owner="provider" if entry.whole else _owner(entry, known, unmeasured, unstated),
        measurements=(*ids, *(id_ for id_ in entry.shown if known.record.find(id_))),
        facts=(*entry.facts, *(name for name in entry.shown if name in FACTS and fact(known.record, name))),
        topics=entry.declared,
    )


def _undone(name: str, known: Known) -> tuple[tuple[str, ...], str | None]:
    """Return how many points of a list are missing, the first of them by name; or that all are answered."""
    (entries,) = [found.points for found in lists() if found.list == name]
    missing = [entry.title for entry in entries if _point(entry, name, known).state is State.MISSING]
    if not missing:
        return (), f"all {len(entries)} points are answered"
    more = f", and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return (f"{len(missing)} of {len(entries)} points are missing: {', '.join(missing[:_NAMED])}{more}",), None


def set_aside(id_: str, entry: PartEntry, declarations: Declarations | None, risk: RiskClass) -> Statement | None:
    """Say why a part does not apply, and who says so; None where it does."""
    if entry.only_if and risk.determined and not risk.reached(*_CLASSES[entry.only_if], *_LEFT_OPEN):
        if step := next((s for s in risk.path if s.question == entry.only_if and s.reply == "no"), None):
            because = f": {step.because}" if step.because else ""
            return Statement(text=f"{step.asks} The answer is no{because}", by=step.by, on=step.on)
        label = "; ".join(outcome.label for outcome in risk.outcomes)
        return Statement(
            text=f"it is asked only of another class of systems; this one is: {label}", by="the risk class"
        )
    said = declarations.not_applicable.get(id_) if declarations and entry.may_not_apply else None
    if said is None or not said.explains or declarations is None:
        return None
    return declarations.attributed(said)


@cache
def _titles() -> dict[str, str]:
    return {topic.name: topic.title for topic in (*topics(), *file_topics())}


def _author(said: Statement) -> str:
    return f"{said.by or 'somebody who is not named'}{f', {said.on}' if said.on else ''}"


def _stated(topic: str, known: Known) -> tuple[Statement, ...]:
    found = known.declarations.stated(topic) if known.declarations else ()
    return tuple(said for said in found if plain(said.text) not in guidance())


def _measured(entry: PartEntry, record: EvidenceRecord) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the ids that a part rests on, the checks that owe one of them, and what is lacking."""
    ids: dict[str, None] = {}
    owing: dict[str, None] = {}
    lacking: list[str] = []
    for spec in entry.measured:
        found = (spec,) if "." in spec and "*" not in spec else tuple(_promised(spec, record))
        ids.update(dict.fromkeys(found))
        gaps = list(_gaps(spec, found, record))
        lacking += [*gaps[:_NAMED], *([f"and {len(gaps) - _NAMED:,} more"] if len(gaps) > _NAMED else [])]
        if gaps:
            owing[spec.partition(".")[0]] = None
    return tuple(ids), tuple(owing), tuple(lacking)


def _promised(spec: str, record: EvidenceRecord) -> Iterator[str]:
    for id_ in record.promised():
        if covers(spec, id_) if "." in spec else id_.partition(".")[0] == spec:
            yield id_


def _gaps(spec: str, ids: tuple[str, ...], record: EvidenceRecord) -> Iterator[str]:
    name = spec.partition(".")[0]
    if lack := lack_of(record, name):
        yield lack
        return
    if not ids:
        yield f"check {name} promised nothing like {spec}"
    for id_ in ids:
        if isinstance(found := look_up(record, id_), Absent):
            yield found.reason


def _owner(entry: PartEntry, known: Known, unmeasured: tuple[str, ...], unstated: tuple[str, ...]) -> str:
    """Return who answered, or for what is missing, who could."""
    if unmeasured or unstated:
        return ", ".join([*(f"check {name}" for name in unmeasured), *(["provider"] if unstated else [])])
    people = (_author(said) for topic in entry.declared for said in _stated(topic, known))
    checks = (f"check {spec.partition('.')[0]}" for spec in entry.measured)
    return ", ".join(dict.fromkeys([*checks, *(["the audit"] if entry.facts else []), *people]))
