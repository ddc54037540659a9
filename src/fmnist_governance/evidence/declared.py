"""What people stated about a system: by whom, when, and what nobody stated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from fmnist_governance.evidence.answers import RiskAnswers
from fmnist_governance.evidence.days import Day as Day  # noqa: PLC0414 - part of the declarations' vocabulary
from fmnist_governance.evidence.record import Record

_MARKS = re.compile(r"\b(TODO|TBD|TBC|TBA|FIXME|XXX+)\b")
_STOCK = re.compile(
    r"^(todo|tbd|tbc|tba|fixme)\b|\blorem ipsum\b|^to be (determined|defined|completed|confirmed|announced|done)\b"
    r"|^(insert|enter|add|write|fill in|replace) .*\bhere$|^(your|the) .+ here$"
)
_FILLERS = frozenset(
    {"n a", "na", "unknown", "placeholder", "example", "example text", "text", "sample text", "test", "foo", "bar",
     "foo bar", "asdf", "qwerty", "changeme", "change me", "fill in", "fill me in", "lorem", "description", "string"}
)  # fmt: skip


def is_placeholder(text: str) -> bool:
    """Whether a text stands where a statement should be and states nothing.

    `TODO`, `TBD`, `lorem ipsum`, `x`, `...`, `<your name here>` and the like are placeholders, and so is an empty
    text. `None` is not one: it can be an answer.
    """
    words = " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
    if len(words.replace(" ", "")) <= 1 or len(set(words)) == 1 or words in _FILLERS:
        return True
    bracketed = re.fullmatch(r"\s*(<[^<>]*>|\[[^\[\]]*\]|\{+[^{}]*\}+)\s*", text)
    return bool(bracketed or _MARKS.search(text) or _STOCK.search(words))


Words = Annotated[str, StringConstraints(max_length=20_000)]


class Statement(Record):
    """Something that a person stated; a plain text is a statement that names nobody."""

    text: Words
    by: Words | None = None
    """Who stated it."""
    on: Day | None = None
    """When they did."""
    source: Words | None = None
    """Where it can be read in full, such as a document's title."""

    @model_validator(mode="before")
    @classmethod
    def _plain_text(cls, value: object) -> object:
        return {"text": value} if isinstance(value, str) else value

    @property
    def counts(self) -> bool:
        """Whether it states anything."""
        return not is_placeholder(self.text)


class Topic(NamedTuple):
    """One thing that a person has to state."""

    name: str
    """The field of the declarations file."""
    title: str
    section: str
    """The section of the card that needs it."""


def _one(title: str, section: str, description: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    return Field(default=None, title=title, description=description, json_schema_extra={"section": section})


def _many(title: str, section: str, description: str) -> Any:  # noqa: ANN401 - as pydantic's Field
    return Field(default=(), title=title, description=description, json_schema_extra={"section": section})


class Declarations(Record):
    """What people stated about one system. A gap stays a gap: it is printed and counted."""

    models: tuple[Words, ...] = Field(min_length=1)
    """The registered models that the statements are about; for any other model nothing counts."""
    by: Words | None = None
    """Who made the statements that name nobody."""
    on: Day | None = None
    """When the statements without a date were made."""
    risk: RiskAnswers = Field(default_factory=RiskAnswers)
    """The answers that lead to the risk class."""
    not_applicable: dict[Words, Statement] = Field(default_factory=dict)
    """Parts of the law's lists that do not apply, by their ids, each with the reason."""

    system_name: Statement | None = _one("System name", "details", "What the system is called.")
    version: Statement | None = _one("Version", "details", "The provider's version of the system.")
    author: Statement | None = _one("Author", "details", "Who built the model.")
    provider: Statement | None = _one("Provider", "details", "Who places the system on the market or into service.")
    licence: Statement | None = _one("Licence", "details", "Under which terms it may be used.")
    overview: Statement | None = _one("Overview", "overview", "What the system does, in a few sentences.")
    intended_purpose: Statement | None = _one("Primary use", "use", "What the system is for.")
    intended_users: tuple[Statement, ...] = _many("Intended users", "use", "Who is meant to use it.")
    out_of_scope: tuple[Statement, ...] = _many("Out-of-scope uses", "use", "What it must not be used for.")
    inputs: Statement | None = _one("Input", "interface", "What the system takes.")
    outputs: Statement | None = _one("Output", "interface", "What the system answers.")
    ethical_considerations: tuple[Statement, ...] = _many(
        "Ethical considerations", "ethics", "Harms and values that were weighed."
    )
    personal_data: Statement | None = _one("Personal data", "ethics", "Which personal data is processed, if any.")
    data_provenance: Statement | None = _one("Origin of the data", "ethics", "Who collected the data, how and why.")
    known_limitations: tuple[Statement, ...] = _many(
        "Known limitations", "performance", "What is known not to work, beyond what was measured."
    )
    deployment_conditions: Statement | None = _one(
        "Conditions of deployment", "deployment", "What must hold where the system is used."
    )
    risk_category: Statement | None = _one("Risk category", "act", "The provider's classification, with its reason.")
    human_oversight: Statement | None = _one("Human oversight", "act", "Who watches the answers and can overrule them.")
    explainability: Statement | None = _one("Explainability", "act", "How an answer can be explained to a person.")
    auditability: Statement | None = _one("Auditability", "act", "How an answer can be traced afterwards.")
    fairness: Statement | None = _one("Fairness and bias", "act", "Which groups were considered, and which not.")
    robustness: Statement | None = _one(
        "Safety and robustness", "act", "What happens on bad input, and who is protected how."
    )
    cybersecurity: Statement | None = _one("Cybersecurity", "act", "What protects the model, its data and its answers.")
    versioning: Statement | None = _one("Versioning", "versioning", "How versions are made and named.")
    update_policy: Statement | None = _one("Update policy", "versioning", "When and why a new version is made.")
    maintenance: Statement | None = _one("Maintenance", "versioning", "Who maintains the system, and until when.")
    post_market_plan: Statement | None = _one(
        "Post-market monitoring", "versioning", "How its behaviour in use is collected and looked at."
    )
    contact: Statement | None = _one("Contact", "contact", "Whom to write to.")
    support: Statement | None = _one("Support", "contact", "Where help is to be had, and at which hours.")
    incident_reporting: Statement | None = _one(
        "Reporting of incidents", "contact", "Where a malfunction is reported, and what follows."
    )

    def stated(self, name: str) -> tuple[Statement, ...]:
        """Return what was stated on a topic, each with its author and date; placeholders are left out.

        Raises:
            KeyError: There is no such topic.
        """
        if name not in {topic.name for topic in topics()}:
            raise KeyError(name)
        value = getattr(self, name)
        found = value if isinstance(value, tuple) else () if value is None else (value,)
        return tuple(self._attributed(statement) for statement in found if statement.counts)

    def missing(self) -> tuple[Topic, ...]:
        """Return the topics on which nobody stated anything, in order."""
        return tuple(topic for topic in topics() if not self.stated(topic.name))

    def cover(self, model: str) -> bool:
        """Whether the statements are about this registered model."""
        return model in self.models

    def _attributed(self, statement: Statement) -> Statement:
        return statement.model_copy(update={"by": statement.by or self.by, "on": statement.on or self.on})


@cache
def topics() -> tuple[Topic, ...]:
    """Return everything that a person has to state, in the order of the card."""
    return tuple(_topics())


def _topics() -> Iterator[Topic]:
    for name, field in Declarations.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict):
            yield Topic(name, str(field.title), str(extra["section"]))
