"""A declarations file to start from: every topic and question, each explained, none answered."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from fmnist_governance.evidence.declared import Declarations, Topic, file_topics, topics
from fmnist_governance.law.catalogue import Question, lists, questions

NO_MODEL = "NAME_OF_THE_REGISTERED_MODEL"
"""What stands where a registered model is to be named."""

_HEAD = f"""\
# What people state about the system. Nothing here is measured; every document prints it as declared, by whom and when.
# A topic that is empty or a placeholder is printed as missing and counted. Leave it empty until it is true.
# A statement is a text, or a mapping of text, by, on (YYYY-MM-DD) and source. `fmnist-audit check` says what is left.

models: [{NO_MODEL}]   # the registered models that this file is about; nothing counts for any other
by:                                      # who states what names nobody else
on:                                      # when they do, such as 2026-11-22
"""
_RISK = """
# The answers that lead to the risk class (`fmnist-audit classify`): yes, no or unknown, or a mapping of answer, chosen,
# because, by and on. An empty answer leaves the class open.
risk:"""
_ASIDE = """
# Parts of the law's lists that do not apply to the system, each with the reason, such as
#   IV.1.f.illustrations: The system is no part of a product.
# These parts can be set aside:"""
_WIDTH = 118


def starting_file() -> str:
    """Return the text of a declarations file in which nothing is declared yet."""
    lines = [_HEAD, "# For the model card", *(line for topic in topics() for line in _topic(topic))]
    lines += [
        "",
        "# For the technical documentation alone",
        *(line for topic in file_topics() for line in _topic(topic)),
    ]
    lines += [_RISK, *(line for question in questions() for line in _question(question))]
    lines += [_ASIDE, *_asides(), "not_applicable: {}"]
    return "\n".join(lines) + "\n"


def _topic(topic: Topic) -> Iterator[str]:
    field = Declarations.model_fields[topic.name]
    yield from ("", *_comment(f"{topic.title}: {field.description}"))
    yield f"{topic.name}:{' []' if field.default == () else ''}"


def _question(question: Question) -> Iterator[str]:
    articles = ", ".join(question.articles)
    yield from ("", *_comment(f"{question.asks} (Article {articles}) {question.guide}", "  "))
    for option in question.options:
        yield from _comment(f"  '{option.id}': {option.text}", "  ")
    yield f"  {question.id}:"


def _asides() -> Iterator[str]:
    for found in lists():
        for point in found.points:
            for part in point.parts:
                if part.may_not_apply:
                    yield f"#   {point.id}.{part.id}: {part.title} ({point.title})"


def _comment(text: str, margin: str = "") -> list[str]:
    hanging = " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(
        text.strip(),
        _WIDTH,
        initial_indent=f"{margin}# {hanging}",
        subsequent_indent=f"{margin}# {hanging}",
        break_on_hyphens=False,
    )
