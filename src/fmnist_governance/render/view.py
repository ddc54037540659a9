"""What a template may print: numbers, facts and statements, already as text, each with where it comes from."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from hashlib import sha256

from fmnist_governance.evidence.declared import Declarations, Topic, file_topics, topics
from fmnist_governance.evidence.record import EvidenceRecord, Measurement
from fmnist_governance.render import shown


@dataclass(frozen=True, slots=True)
class Number:
    """One measurement."""

    id: str
    kind: str
    """The id without the class: what a sentence of explanation is about."""
    title: str
    shown: str
    interval: str
    n: str
    basis: str
    """Interval and n on one line."""
    full: str
    low: str
    high: str
    unit: str
    method: str

    @property
    def row(self) -> str:
        """The anchor of its row in an appendix."""
        return row(self.id)

    @classmethod
    def of(cls, measured: Measurement) -> Number:
        """Make the view of a measurement."""
        held = measured.interval
        return cls(
            id=measured.id,
            kind=kind(measured.id),
            title=measured.title,
            shown=shown.amount(measured.value, measured.unit),
            interval=shown.span(held, measured.unit),
            n=shown.counted(measured.n),
            basis=shown.basis(measured),
            full=shown.full(measured.value),
            low=shown.full(held.low) if held else "exact",
            high=shown.full(held.high) if held else "exact",
            unit=measured.unit,
            method=_method(measured),
        )


def row(id_: str) -> str:
    """Return the anchor of a measurement's row: the same on every page of every audit, and a fifth of an id's length.

    A page holds a thousand anchors and links to them.
    """
    return f"m{b32encode(sha256(id_.encode()).digest()[:5]).decode().lower()}"


def kind(id_: str) -> str:
    """Return a measurement id without the class that it is about.

    `performance.class.shirt.recall` becomes `performance.class.recall`.
    """
    parts = id_.split(".")
    return ".".join(part for place, part in enumerate(parts) if place == 0 or parts[place - 1] != "class")


def _method(measured: Measurement) -> str:
    held = measured.interval
    if held is None:
        return "exact"
    return f"{held.method}, {level(held.level)}" + (f", for {held.family} at once" if held.family > 1 else "")


def level(probability: float) -> str:
    """Return with which probability an interval holds, such as `95 %`."""
    return shown.amount(probability, "fraction").replace(".00 %", " %")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that the program wrote into the record; `value` is None where it knew nothing."""

    name: str
    value: str | None
    is_code: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """One statement."""

    text: str
    by: str
    source: str | None
    praise: str | None
    """Words in it that judge quality; None where there are none."""


@dataclass(frozen=True, slots=True)
class Stated:
    """All that people stated on one topic; nothing, where nobody did."""

    name: str
    title: str
    statements: tuple[Said, ...]


def stated(declarations: Declarations | None) -> dict[str, Stated]:
    """Return what was stated, topic by topic; every topic is there, stated or not."""
    return {
        topic.name: Stated(topic.name, topic.title, _said(declarations, topic)) for topic in (*topics(), *file_topics())
    }


def _said(declarations: Declarations | None, topic: Topic) -> tuple[Said, ...]:
    if declarations is None:
        return ()
    found = declarations.stated(topic.name)
    return tuple(
        Said(said.text, _author(said.by, said.on), said.source, ", ".join(topic.praise(said.text)) or None)
        for said in found
    )


def _author(by: str | None, on: str | None) -> str:
    return f"{by or 'somebody who is not named'}, {on or 'on a date that is not stated'}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A stored table."""

    id: str
    caption: str
    path: str
    digest: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """Empty where the table is too large for a page."""
    size: str
    part: str | None = None
    """How many of the rows are printed of a curve that has more; None where all are."""


@dataclass(frozen=True, slots=True)
class Image:
    """A picture or a chart, by its path in the run."""

    path: str
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class ClassRow:
    """The numbers of one class, in the order of the columns; None where one was not measured."""

    name: str
    numbers: tuple[Number | None, ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """What became of one check."""

    name: str
    title: str
    anchor: str
    """Of its heading in a Markdown document."""
    version: str
    status: str
    reason: str
    settings: str
    limits: tuple[str, ...]
    numbers: tuple[Number, ...]
    first: tuple[Number, ...]
    """The few of them that are told first."""
    class_columns: tuple[str, ...]
    class_rows: tuple[ClassRow, ...]
    kinds: tuple[str, ...]
    """Of which kinds its numbers are, each once."""
    lost: tuple[str, ...]
    """Measurement ids that it owed and that the record does not hold."""
    charts: tuple[Image, ...]
    grids: tuple[Grid, ...]
    images: tuple[Image, ...]
    cost: str


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause of a policy concluded."""

    name: str
    title: str
    because: str
    severity: str
    outcome: str
    message: str
    measurements: tuple[Number, ...]
    many: str | None
    """How many measurements it looked at where they are too many to be printed; else None."""
    unmeasured: tuple[str, ...]
    """The first ids of what was not measured."""
    more_unmeasured: str | None
    """How many further ones there are; None where there are none."""


@dataclass(frozen=True, slots=True)
class Aside:
    """What stands beside the clauses: a waiver that no clause shows, or a clause of an extended policy taken back."""

    name: str
    state: str
    """Such as `waiver expired` or `clause dropped`."""
    title: str
    message: str
    because: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, refusals first."""

    passed: bool
    policy: str
    policy_digest: str
    summary: str
    """How many clauses came out how."""
    clauses: tuple[Clause, ...]
    asides: tuple[Aside, ...]
    reason: str
    """Why the verdict is what it is, in a sentence."""


def class_names(record: EvidenceRecord) -> dict[str, str]:
    """Return the class that each segment after `class` in a measurement id stands for.

    Where the ids of a record name another number of classes than its data set has, the segments stay as they are.
    """
    slugs: dict[str, None] = {}
    for id_ in record.promised():
        parts = id_.split(".")
        if "class" in parts[1:-1]:
            slugs[parts[parts.index("class", 1) + 1]] = None
    names = record.dataset.classes if len(slugs) == len(record.dataset.classes) else tuple(slugs)
    return dict(zip(slugs, names, strict=True))
