"""What a declarations file still lacks: each gap, placeholder and mistake with its line."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from fmnist_governance.config.strict_yaml import Document
from fmnist_governance.evidence.declared import Declarations, Topic, file_topics, topics
from fmnist_governance.evidence.declared import guidance as declared_guidance
from fmnist_governance.evidence.wording import is_placeholder, plain, praise
from fmnist_governance.law.catalogue import guidance, lists
from fmnist_governance.law.requirements import HIGH_RISK, set_aside
from fmnist_governance.law.risk import classify
from fmnist_governance.law.starting_file import NO_MODEL


class Kind(StrEnum):
    """What is wrong with a line."""

    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    COPIED = "copied"
    """The text is the guidance, not an answer to it."""
    OPEN = "open"
    """A question that leads to the risk class has no usable answer."""
    WRONG = "wrong"
    PRAISE = "praise"


class Gap(NamedTuple):
    """One thing to mend in the file."""

    line: int
    kind: Kind
    what: str


def gaps(document: Document, declared: Declarations) -> tuple[Gap, ...]:
    """Return everything that keeps a declarations file from being complete, in the order of its lines.

    Args:
        document: The file as it was read, for the lines.
        declared: The same as declarations.
    """
    found = [
        *_about(document, declared),
        *_topics(document, declared),
        *_questions(document, declared),
        *_asides(document, declared),
    ]
    return tuple(sorted(found))


def _about(document: Document, declared: Declarations) -> Iterator[Gap]:
    if NO_MODEL in declared.models:
        what = "models: no registered model is called so; nothing counts until one is named"
        yield Gap(document.line(("models",)), Kind.PLACEHOLDER, what)
    for name, text, lost in (
        ("by", declared.by, "who made the statements that name nobody"),
        ("on", declared.on, "when they were made"),
    ):
        if text is None:
            yield Gap(document.line((name,)), Kind.MISSING, f"{name}: nobody said {lost}")
        elif is_placeholder(text):
            yield Gap(document.line((name,)), Kind.PLACEHOLDER, f"{name}: a placeholder names nobody")


def _topics(document: Document, declared: Declarations) -> Iterator[Gap]:
    copied = declared_guidance() | guidance()
    needless = _needless(declared)
    for topic in (*topics(), *file_topics()):
        value = getattr(declared, topic.name)
        statements = value if isinstance(value, tuple) else () if value is None else (value,)
        if not statements and topic.name not in needless:
            yield Gap(document.line((topic.name,)), Kind.MISSING, f"{topic.name}: nobody stated it ({topic.title})")
        for place, said in enumerate(statements):
            line = document.line((topic.name, place) if isinstance(value, tuple) else (topic.name,))
            yield from _text(line, topic, said.text, copied)


def _needless(declared: Declarations) -> frozenset[str]:
    """Return the topics of the technical documentation that no part asks of this system."""
    risk = classify(declared.risk, declared.by, declared.on)
    asked = {
        topic
        for found in lists()
        if found.list != "declaration" or not risk.determined or risk.reached(*HIGH_RISK)
        for point in found.points
        for part in point.parts
        if not set_aside(f"{point.id}.{part.id}", part, declared, risk)
        for topic in part.declared
    }
    return frozenset(topic.name for topic in file_topics() if topic.name not in asked)


def _text(line: int, topic: Topic, text: str, copied: frozenset[str]) -> Iterator[Gap]:
    if is_placeholder(text):
        yield Gap(line, Kind.PLACEHOLDER, f"{topic.name}: a placeholder states nothing; it counts as missing")
    elif plain(text) in copied:
        yield Gap(line, Kind.COPIED, f"{topic.name}: this is the guidance, not an answer to it; it counts as missing")
    elif words := praise(text):
        yield Gap(
            line, Kind.PRAISE, f"{topic.name}: judges quality ({', '.join(words)}); make it a claim, or leave it out"
        )


def _questions(document: Document, declared: Declarations) -> Iterator[Gap]:
    for question in classify(declared.risk).open:
        line = document.line(("risk", question.question))
        yield Gap(line, Kind.OPEN, f"risk.{question.question}: {question.asks} {question.why}")


def _asides(document: Document, declared: Declarations) -> Iterator[Gap]:
    parts = {f"{p.id}.{part.id}": part for found in lists() for p in found.points for part in p.parts}
    for id_, said in declared.not_applicable.items():
        line = document.line(("not_applicable", id_))
        if id_ not in parts:
            yield Gap(line, Kind.WRONG, f"not_applicable.{id_}: there is no such part")
        elif not parts[id_].may_not_apply:
            yield Gap(line, Kind.WRONG, f"not_applicable.{id_}: the law asks for it in any case")
        elif not said.counts:
            yield Gap(line, Kind.PLACEHOLDER, f"not_applicable.{id_}: gives no reason; it counts as missing")
