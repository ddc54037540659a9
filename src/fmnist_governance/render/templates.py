"""The templates, and what they may not do: write a digit, compute, or print a value that is not there.

Digits come from view objects alone (`view.py`), so no number reaches a page that no measurement, fact or count
stands behind. This is checked twice: on the template when it is loaded, and on every value when it is printed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined, nodes
from markupsafe import Markup

from fmnist_governance.config.shipped import shipped
from fmnist_governance.evidence.wording import praise
from fmnist_governance.render import text
from fmnist_governance.render.charts.chart import STYLE

_DIGIT = re.compile(r"\d")
_MARKUP = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)
_COMPUTING = (nodes.BinExpr, nodes.UnaryExpr, nodes.Concat)
_LOGIC = (nodes.And, nodes.Or, nodes.Not)


class TemplateError(ValueError):
    """A template does what no template may."""


def check_words(source: str, name: str) -> None:
    """Refuse a document template that holds a number of its own or computes one.

    Args:
        source: The template.
        name: Its file, for the message.

    Raises:
        TemplateError: It does, or it praises; the message names the line.
    """
    tree = _environment(_in_markdown).parse(source, name)
    names = _names(tree)
    for node in tree.find_all(nodes.Node):
        problem = None if id(node) in names else _problem(node)
        if problem:
            raise _refused(name, node.lineno, problem)


def check_page(source: str, name: str) -> None:
    """Refuse a template of a page for the same; digits inside its tags and its style are no numbers.

    Raises:
        TemplateError: It holds or computes a number, or it praises.
    """
    tree = _environment(_in_page).parse(source, name)
    names = _names(tree)
    for node in tree.find_all(nodes.Node):
        problem = None if isinstance(node, nodes.TemplateData) or id(node) in names else _problem(node)
        if problem:
            raise _refused(name, node.lineno, problem)
    words = "\0".join(node.data for node in tree.find_all(nodes.TemplateData))
    if problem := _text(_MARKUP.sub("", words)):
        raise _refused(name, 1, problem)


def _refused(name: str, line: int, problem: str) -> TemplateError:
    return TemplateError(f"{name}:{line}: {problem}; a page says what is measured, recorded, counted or declared")


def _names(tree: nodes.Template) -> set[int]:
    """Return the identities of constants that are never printed: imported files and keys."""
    imports = {id(node.template) for node in tree.find_all(nodes.FromImport)}
    around = {id(node.template) for node in tree.find_all(nodes.Extends)}
    around |= {id(node.template) for node in tree.find_all(nodes.Include)}
    return imports | around | {id(node.key) for node in tree.find_all(nodes.Pair)}


def _problem(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.TemplateData):
        return _text(node.data)
    if isinstance(node, nodes.Const) and not isinstance(node.value, bool | None):
        return _constant(node.value)
    if isinstance(node, _COMPUTING) and not isinstance(node, _LOGIC):
        return "the template computes"
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Name):
        return "the template calls a method"
    return None


def _text(words: str) -> str | None:
    if _DIGIT.search(words):
        return f"a number stands in the text: {words.strip()[:60]!r}"
    if found := praise(words):
        return f"{found[0]!r} judges quality, which only a claim may"
    return None


def _constant(value: object) -> str | None:
    if not isinstance(value, str):
        return f"the number {value!r} stands in the template"
    if _DIGIT.search(value):
        return f"a number stands in the text {value!r}"
    return None


def _checked(value: Any) -> Any:  # noqa: ANN401 - a template can print anything
    if isinstance(value, Undefined):
        return str(value)  # Raises, and names what is not there.
    if not isinstance(value, str):
        msg = f"{value!r} is no text; digits come from a measurement, a fact or a count of the view"
        raise TemplateError(msg)
    return value


def _in_markdown(value: Any) -> Any:  # noqa: ANN401 - as above
    value = _checked(value)
    return value if isinstance(value, Markup) else text.escaped(value)


def _in_page(value: Any) -> Any:  # noqa: ANN401 - as above
    value = _checked(value)
    return value if isinstance(value, Markup) else text.visible(value)


def _environment(finalize: Callable[[Any], Any]) -> Environment:
    made = Environment(
        loader=FileSystemLoader(shipped("templates")),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters = {
        "cell": text.escaped,
        "code": text.code,
        "literal": text.literal,
        "verbatim": text.verbatim,
        "path": text.path,
    }
    made.globals = {}
    return made


@cache
def document_template(name: str) -> Template:
    """Return a Markdown template, such as `documents/model_card.md.j2`.

    Raises:
        TemplateError: A template of the folder holds a number of its own.
    """
    made = _environment(_in_markdown)
    for part in sorted(made.list_templates(filter_func=lambda path: path.endswith((".md.j2", "_macros.j2")))):
        check_words(made.loader.get_source(made, part)[0] if made.loader else "", part)
    return made.get_template(name)


@cache
def page_template(name: str) -> Template:
    """Return an HTML template, such as `page.html.j2`; every value in it is escaped.

    Raises:
        TemplateError: A template of the folder holds a number of its own.
    """
    made = _environment(_in_page)
    made.globals = {"chart_style": Markup(STYLE)}  # noqa: S704 - our own text
    for part in sorted(made.list_templates(filter_func=lambda path: path.endswith(".html.j2"))):
        check_page(made.loader.get_source(made, part)[0] if made.loader else "", part)
    return made.get_template(name)
