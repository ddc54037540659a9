"""The product's own reading of the law, as data: which questions, outcomes and points there are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from fmnist_governance.config import strict_yaml
from fmnist_governance.evidence.required import LawFacts
from fmnist_governance.evidence.wording import plain

_FOLDER = Path(__file__).parent / "catalogue"


class Entry(BaseModel):
    """Base of what a catalogue file holds."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Option(Entry):
    """Something that an answer can choose."""

    id: str
    text: str


class Edge(Entry):
    """Where an answer leads."""

    gives: str | None = None
    """The outcome that it adds; it ends the walk where no question follows."""
    to: str | None = None


class Only(Entry):
    """An outcome for an answer that chooses one option and no other."""

    choice: str
    gives: str


class Contrary(Entry):
    """Choices of another question beside which a no settles nothing."""

    question: str
    choices: tuple[str, ...]
    why: str
    unless_because: bool = False
    """Whether a no with a reason does."""


class Question(Entry):
    """One question of the tree."""

    id: str
    asks: str
    guide: str
    articles: tuple[str, ...]
    track: Literal["system", "model"] = "system"
    """The model track is walked in any case, the system track from its first question."""
    decides_class: bool = True
    """Whether the class of the system stays open with this question."""
    needs_choice: bool = False
    """Whether a yes has to name an option."""
    options: tuple[Option, ...] = ()
    section_of: str | None = None
    """The question whose chosen acts say which section of Annex I is meant by a yes."""
    settled_by_no_to: str | None = None
    """The question whose no makes this one irrelevant."""
    skipped_after: tuple[str, ...] = ()
    """Outcomes after which the question is not asked."""
    only: Only | None = None
    no_beside: tuple[Contrary, ...] = ()
    reason_for: Literal["yes", "no"] | None = None
    """The answer that relieves of duties, and so settles nothing without a reason."""
    yes_section_a: Edge | None = None
    yes: Edge
    no: Edge
    unknown: Edge


class _Conditional(Entry):
    if_any: tuple[str, ...] = ()
    """Holds where one of these was met on the way: a choice, an outcome, or all below a prefix such as `III.1.`;
    empty: always."""
    unless_any: tuple[str, ...] = ()

    def holds(self, met: frozenset[str]) -> bool:
        """Whether what was met on the way calls for this."""
        return (not self.if_any or _any(self.if_any, met)) and not _any(self.unless_any, met)


def _any(wanted: tuple[str, ...], met: frozenset[str]) -> bool:
    return any(one == want or (want.endswith(".") and one.startswith(want)) for want in wanted for one in met)


class DutyEntry(_Conditional):
    """Something that the law asks of a role."""

    role: str
    article: str
    what: str


class AppliesEntry(_Conditional):
    """From when rules apply."""

    what: str
    since: str
    originally: str | None = None
    covers: tuple[int, ...] = ()
    """Numbers of the Articles among them that ask for a document, or for what one holds."""


class OutcomeEntry(Entry):
    """One thing that can come out."""

    id: str
    label: str
    relieves: bool = False
    """Whether it takes duties away; it is withheld while a question is open."""
    beside: bool = False
    """Whether it says nothing about the class of the system."""
    applies: tuple[AppliesEntry, ...] = ()
    duties: tuple[DutyEntry, ...] = ()
    note: str | None = None


class _Questions(Entry):
    questions: tuple[Question, ...]


class Outcomes(Entry):
    """All outcomes, and what stands beside any of them."""

    no_such_class: str
    no_advice: str
    outcomes: tuple[OutcomeEntry, ...]

    def find(self, id_: str) -> OutcomeEntry:
        """Return an outcome by its id."""
        return next(outcome for outcome in self.outcomes if outcome.id == id_)


class PartEntry(Entry):
    """One thing that a point asks for, and what answers it: all that is named here."""

    id: str
    title: str
    measured: tuple[str, ...] = ()
    """Measurement ids, patterns with `*` for a segment, or the name of a check for all that it promised."""
    facts: tuple[str, ...] = ()
    """Names of facts of the record (`evidence/facts.py`)."""
    declared: tuple[str, ...] = ()
    """Topics of the declarations."""
    shown: tuple[str, ...] = ()
    """Measurement ids and names of facts that stand beside the answer where they are known; nothing rests on them."""
    may_not_apply: bool = False
    """Whether the law asks for it only as applicable, so that a person can say with a reason that it does not apply."""
    whole: Literal["annex_iv", "instructions", "monitoring_plan"] | None = None
    """A list of which no point may be missing."""
    only_if: Literal["high_risk", "transparency"] | None = None
    """It does not apply where the class is determined and is another one."""


class PointEntry(Entry):
    """One point of a list in the law."""

    id: str
    number: str
    title: str
    asks: str
    articles: tuple[str, ...]
    parts: Annotated[tuple[PartEntry, ...], Field(min_length=1)]


class ListEntry(Entry):
    """A list of points in the law."""

    list: str
    title: str
    points: tuple[PointEntry, ...]


E = TypeVar("E", bound=BaseModel)


def _read(name: str, model: type[E]) -> E:
    return strict_yaml.read(_FOLDER / f"{name}.yaml", model)


@cache
def law() -> LawFacts:
    """Return which text of the law the catalogue follows."""
    return _read("regulation", LawFacts)


@cache
def questions() -> tuple[Question, ...]:
    """Return the questions that lead to the risk class, in their order."""
    return _read("questions", _Questions).questions


@cache
def outcomes() -> Outcomes:
    """Return what can come out of the questions."""
    return _read("outcomes", Outcomes)


LISTS = ("annex_iv", "articles", "instructions", "data_sheet", "declaration", "monitoring_plan")


@cache
def lists() -> tuple[ListEntry, ...]:
    """Return every list of points, in the order in which they are assessed."""
    return tuple(_read(name, ListEntry) for name in LISTS)


@cache
def guidance() -> frozenset[str]:
    """Return what points and questions ask for, as it is compared; copied, it is no answer."""
    points = (point.asks for found in lists() for point in found.points)
    asked = (text for question in questions() for text in (question.asks, question.guide))
    return frozenset(plain(text) for text in (*points, *asked))
