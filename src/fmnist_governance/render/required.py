"""The points of a list in the law, as a page prints them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from fmnist_governance.evidence import facts
from fmnist_governance.evidence.record import EvidenceRecord, Measurement
from fmnist_governance.evidence.required import Part, Point, State
from fmnist_governance.render.classified import cited
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.view import Fact, Number, Stated, stated

MOST_NUMBERS = 12
"""Numbers of a part that are printed; the report has the rest."""

_CODES = ("digest", "weights", "uri", "run", "data", "commit")


@dataclass(frozen=True, slots=True)
class PartView:
    """One thing that a point asks for."""

    id: str
    title: str
    state: str
    why: str | None
    owner: str
    numbers: tuple[Number, ...]
    more: str | None
    """How many further measurements it rests on; None where all are printed."""
    facts: tuple[Fact, ...]
    stated: tuple[Stated, ...]


@dataclass(frozen=True, slots=True)
class PointView:
    """One point."""

    id: str
    number: str
    title: str
    asks: str
    articles: str
    state: str
    parts: tuple[PartView, ...]
    counts: tuple[str, ...]
    """How many parts are in each state, in the order of `State`."""
    missing: tuple[str, ...]
    """Titles of the parts that are missing."""


def points(report: Report, name: str) -> tuple[PointView, ...]:
    """Return the points of a list, such as `annex_iv`."""
    said = stated(report.assessment.declarations)
    return tuple(_point(p, report.record, said) for p in report.assessment.requirements if p.list == name)


def _point(point: Point, record: EvidenceRecord, said: dict[str, Stated]) -> PointView:
    return PointView(
        id=point.id,
        number=point.number,
        title=point.title,
        asks=point.asks,
        articles=cited(point.articles),
        state=point.state.value,
        parts=tuple(_part(part, record, said) for part in point.parts),
        counts=tuple(f"{count:,}" for _, count in _counted(point.parts)),
        missing=tuple(part.title for part in point.parts if part.state is State.MISSING),
    )


def _part(part: Part, record: EvidenceRecord, said: dict[str, Stated]) -> PartView:
    found = [measured for id_ in part.measurements if (measured := record.find(id_))]
    shown = _first(found)
    left = len(found) - len(shown)
    return PartView(
        id=part.id,
        title=part.title,
        state=part.state.value,
        why=part.why.rstrip(".") if part.why else None,
        owner=part.owner,
        numbers=tuple(Number.of(measured) for measured in shown),
        more=f"{left:,}" if left else None,
        facts=tuple(
            Fact(facts.title(name), facts.fact(record, name), is_code=name.rpartition(".")[2] in _CODES)
            for name in part.facts
        ),
        stated=tuple(said[topic] for topic in part.topics if said[topic].statements),
    )


def _first(found: list[Measurement]) -> list[Measurement]:
    """Return the numbers to print: all of a few; of many, those that stand first."""
    if len(found) <= MOST_NUMBERS:
        return found
    return ([m for m in found if m.headline] or found)[:MOST_NUMBERS]


def _counted(found: Iterable[Part | Point]) -> list[tuple[State, int]]:
    counted = Counter(one.state for one in found)
    return [(state, counted[state]) for state in State]


def summary(found: Iterable[Part | Point]) -> str:
    """Return how many are in which state, such as `3 evidenced, 2 declared, 18 missing, 0 not applicable`."""
    return ", ".join(f"{count:,} {state.value}" for state, count in _counted(found))


def numbers(found: Iterable[PointView]) -> tuple[Number, ...]:
    """Return every number that points print, each once."""
    return tuple({n.id: n for point in found for part in point.parts for n in part.numbers}.values())
