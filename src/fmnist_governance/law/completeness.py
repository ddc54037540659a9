"""What a declarations file still lacks: each gap, placeholder and mistake with its line."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from fmnist_governance.config.strict_yaml import Document
from fmnist_governance.evidence.answers import Answer
from fmnist_governance.evidence.classified import HIGH_RISK, contradiction
from fmnist_governance.evidence.declared import Declarations, Statement, Topic, file_topics, topics
from fmnist_governance.evidence.declared import guidance as declared_guidance
from fmnist_governance.evidence.wording import is_placeholder, plain, steering
from fmnist_governance.law.catalogue import guidance, lists
from fmnist_governance.law.requirements import set_aside
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
    UNUSED = "unused"
    """An answer to a question that the other answers leave no room for; the file is complete all the same."""


class Gap(NamedTuple):
    """One thing to mend in the file."""

    line: int
    kind: Kind
    what: str


def gaps(document: Document, declared: Declarations, today: str) -> tuple[Gap, ...]:
    """Return everything that keeps a declarations file from being complete, in the order of its lines.

    Args:
        document: The file as it was read, for the lines.
        declared: The same as declarations.
        today: The day of the check such as `2026-11-22`; nobody stated anything after it.
    """
    found = [
        *_signatures(document, declared, today),
        *_unseen(document, document.value, ()),
        *_category(document, declared),
        *_about(document, declared),
        *_topics(document, declared),
        *_questions(document, declared),
        *_asides(document, declared),
        *_repeated(document, declared),
    ]
    return tuple(sorted(found))


def _about(document: Document, declared: Declarations) -> Iterator[Gap]:
    if NO_MODEL in declared.models:
        what = "models: no registered model is called so; nothing counts until one is named"
        yield Gap(document.line(("models",)), Kind.PLACEHOLDER, what)
    for place, name in enumerate(declared.models):
        if "*" in name:
            what = f"models: {name!r} is taken as a name and no pattern; name each registered model"
            yield Gap(document.line(("models", place)), Kind.WRONG, what)
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


def _repeated(document: Document, declared: Declarations) -> Iterator[Gap]:
    """Find a sentence that stands under topic after topic: it cannot answer them all."""
    under: dict[str, list[str]] = {}
    for topic in (*topics(), *file_topics()):
        for said in declared.stated(topic.name):
            under.setdefault(plain(said.text), []).append(topic.name)
    for text, names in under.items():
        if len(names) > _SHARED and len(text.split()) > 1:
            what = f"{names[0]}: the same text stands under {', '.join(names[1 : _SHARED + 1])} and others"
            yield Gap(document.line((names[0],)), Kind.WRONG, what)


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
    elif plain(text) in {*copied, plain(topic.name), plain(topic.name.replace("_", " ")), plain(topic.title)}:
        yield Gap(line, Kind.COPIED, f"{topic.name}: this is the guidance, not an answer to it; it counts as missing")
    elif words := topic.praise(text):
        yield Gap(
            line, Kind.PRAISE, f"{topic.name}: judges quality ({', '.join(words)}); make it a claim, or leave it out"
        )


def _questions(document: Document, declared: Declarations) -> Iterator[Gap]:
    for question in classify(declared.risk).open:
        line = document.line(("risk", question.question))
        yield Gap(line, Kind.OPEN, f"risk.{question.question}: {question.asks} {question.why}")
    asked = {step.question for step in classify(declared.risk).path}
    for name, answer in declared.risk:
        if answer and answer.answer == "yes" and name not in asked:
            what = f"risk.{name}: not asked beside the other answers, and not used"
            yield Gap(document.line(("risk", name)), Kind.UNUSED, what)


_EARLIEST = "1950-01-01"
"""Before there was anything to state about a system of this kind; an older day is a slip."""
_SHARED = 3
"""Topics that one text may answer, such as that there is none."""
_SIGNED = (Statement, Answer)


def _signatures(document: Document, declared: Declarations, today: str) -> Iterator[Gap]:
    """Find authors and sources that name nothing, and days on which nothing can have been stated."""
    yield from _day(document.line(("on",)), "on", declared.on, today)
    for name, value in (*declared, *((f"risk.{name}", value) for name, value in declared.risk)):
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, tuple) else ()
        for key, said in ((None, value), *items):
            if not isinstance(said, _SIGNED):
                continue
            path = (*name.split("."), *(() if key is None else (key,)))
            shown = name if key is None or isinstance(key, int) else f"{name}.{key}"
            for part in ("by", "source"):
                text = getattr(said, part, None)
                if text is not None and is_placeholder(text):
                    what = f"{shown}: {part}: a placeholder names {'nobody' if part == 'by' else 'nothing'}"
                    yield Gap(document.line((*path, part)), Kind.PLACEHOLDER, what)
            yield from _day(document.line((*path, "on")), f"{shown}: on", said.on, today)


def _day(line: int, name: str, day: str | None, today: str) -> Iterator[Gap]:
    if day is not None and not _EARLIEST <= day <= today:
        yield Gap(line, Kind.WRONG, f"{name}: {day}; expected the day on which it was stated, at the latest {today}")


def _unseen(document: Document, value: object, path: tuple[str | int, ...]) -> Iterator[Gap]:
    """Find characters that change how a text is shown and are not seen themselves."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _unseen(document, item, (*path, key))
    elif isinstance(value, str) and (hidden := steering(value)):
        what = (
            f"{'.'.join(map(str, path))}: holds {', '.join(hidden)}, which is not seen and changes what is; remove it"
        )
        yield Gap(document.line(path), Kind.WRONG, what)


def _category(document: Document, declared: Declarations) -> Iterator[Gap]:
    """Find a stated class that the answers do not lead to."""
    said = declared.risk_category
    if said and said.counts and (what := contradiction(said.text, classify(declared.risk))):
        yield Gap(document.line(("risk_category",)), Kind.WRONG, f"risk_category: it {what}")


def _asides(document: Document, declared: Declarations) -> Iterator[Gap]:
    parts = {f"{p.id}.{part.id}": part for found in lists() for p in found.points for part in p.parts}
    for id_, said in declared.not_applicable.items():
        line = document.line(("not_applicable", id_))
        if id_ not in parts:
            yield Gap(line, Kind.WRONG, f"not_applicable.{id_}: there is no such part")
        elif not parts[id_].may_not_apply:
            yield Gap(line, Kind.WRONG, f"not_applicable.{id_}: this part cannot be set aside")
        elif not said.explains:
            yield Gap(line, Kind.PLACEHOLDER, f"not_applicable.{id_}: gives no reason; it counts as missing")
        elif stated := [topic for topic in parts[id_].declared if declared.stated(topic)]:
            what = f"not_applicable.{id_}: and yet {', '.join(stated)} is stated; keep one"
            yield Gap(line, Kind.WRONG, what)
