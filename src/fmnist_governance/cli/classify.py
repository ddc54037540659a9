"""`fmnist-audit classify`: which rules of the AI Act a system falls under."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import config_option, json_option, print_json

if TYPE_CHECKING:
    from fmnist_governance.evidence.answers import Answer, RiskAnswers
    from fmnist_governance.law.catalogue import Question

_HERE = "whoever sat at the terminal"
"""An answer given here is nobody's in the file until somebody writes it there."""


@click.command("classify")
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@config_option
@json_option
def command(file: Path | None, config_dir: Path | None, *, as_json: bool) -> int:
    """Say which rules of the AI Act a system falls under, and by which answers.

    FILE is a declarations file; else system.yaml of the configuration. On a terminal, questions without an answer are
    asked. Exit code 0: the class is determined; 1: questions that decide it are open. This is no legal advice.
    """
    from fmnist_governance.config.shipped import find
    from fmnist_governance.config.system import load_declarations
    from fmnist_governance.law.catalogue import law, outcomes
    from fmnist_governance.law.risk import classify

    declared = load_declarations(file or find(config_dir, "system.yaml"))
    asked = {} if as_json or not _on_terminal() else _ask(declared.risk)
    risk = classify(declared.risk.model_copy(update=asked), declared.by, declared.on)
    if as_json:
        print_json({"law": law().model_dump(), **risk.model_dump(mode="json")})
        return ExitCode.YES if risk.determined else ExitCode.NO
    from fmnist_governance.render.classified import lines

    said = outcomes()
    beside = (said.no_such_class, said.no_advice) if risk.determined else (said.no_advice,)
    click.echo(lines(risk, law(), beside, width=_width()))
    if asked:
        click.echo("\nTo keep what was answered here, write it under `risk:` in the declarations file:\n")
        click.echo("\n".join(_as_yaml(name, answer) for name, answer in asked.items()))
    return ExitCode.YES if risk.determined else ExitCode.NO


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 100)


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _ask(answers: RiskAnswers) -> dict[str, Answer]:
    """Ask each question that is met and open, once."""
    from fmnist_governance.law.catalogue import questions
    from fmnist_governance.law.risk import classify

    given: dict[str, Answer] = {}
    while left := [o for o in classify(answers.model_copy(update=given)).open if o.question not in given]:
        question = next(q for q in questions() if q.id == left[0].question)
        given[question.id] = _asked(question)
    return given


def _asked(question: Question) -> Answer:
    from fmnist_governance.evidence.answers import Answer
    from fmnist_governance.render.classified import cited

    click.echo()
    for text in (f"{question.asks} ({cited(question.articles)})", question.guide):
        click.echo(textwrap.fill(text, _width()))
    longest = max((len(option.id) for option in question.options), default=0)
    for option in question.options:
        named = f"  {option.id:<{longest}} "
        click.echo(textwrap.fill(option.text, _width(), initial_indent=named, subsequent_indent=" " * len(named)))
    reply = click.prompt("Answer", type=click.Choice(["yes", "no", "unknown"]), default="unknown")
    chosen: tuple[str, ...] = ()
    if reply == "yes" and question.options:
        known = click.Choice([option.id for option in question.options])
        chosen = click.prompt("Which of them, separated by spaces", value_proc=lambda text: _chosen(text, known))
    because = None
    if reply == question.reason_for:
        because = click.prompt("Why? The answer relieves of duties, and needs a reason", default="", show_default=False)
    return Answer.model_validate({"answer": reply, "chosen": chosen, "because": because or None, "by": _HERE})


def _chosen(text: str, known: click.Choice[str]) -> tuple[str, ...]:
    return tuple(known.convert(word, None, None) for word in text.replace(",", " ").split())


def _as_yaml(name: str, answer: Answer) -> str:
    chosen = ", ".join(f'"{choice}"' for choice in answer.chosen)
    parts = [f"answer: {answer.answer}", *([f"chosen: [{chosen}]"] if chosen else [])]
    parts += [f"because: {json.dumps(answer.because, ensure_ascii=False)}"] if answer.because else []
    return f"  {name}: {{{', '.join(parts)}}}" if len(parts) > 1 else f"  {name}: {answer.answer}"
