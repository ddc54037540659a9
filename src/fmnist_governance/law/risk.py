"""Which rules does a system fall under? A walk from question to question; what nobody answered stays open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from fmnist_governance.evidence.answers import Answer, RiskAnswers
from fmnist_governance.evidence.classified import Applies, ClassOutcome, Duty, OpenQuestion, Reply, RiskClass, Step
from fmnist_governance.evidence.wording import is_reason
from fmnist_governance.law.catalogue import Edge, OutcomeEntry, Question, outcomes, questions

_SCOPE = frozenset({"ai_system", "union_link", "excluded"})
"""While one of these is open, nothing that was reached is certain."""


_OF_USE = "5.1.h"
"""The practice of Article 5(1) that only a deployer can be guilty of."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """What was met so far."""

    answers: RiskAnswers
    steps: tuple[Step, ...] = ()
    open: tuple[OpenQuestion, ...] = ()
    reached: tuple[str, ...] = field(default=())


def classify(answers: RiskAnswers, by: str | None = None, on: str | None = None) -> RiskClass:
    """Walk the questions.

    Args:
        answers: What people answered.
        by: Who answered where an answer names nobody.
        on: When, likewise.

    Returns:
        The path with its outcomes. Nothing that relieves of duties is among them while a question is open.
    """
    walk = _Walk(answers)
    for start in (next(q for q in questions() if q.track == track) for track in ("system", "model")):
        walk = _walked(start, walk, by, on)
    found = tuple(question for question in walk.open if question.question not in _settled(walk))
    determined = not any(question.decides_class for question in found)
    uncertain = any(question.question in _SCOPE for question in found)
    kept = [entry for id_ in walk.reached if (entry := outcomes().find(id_)) and (determined or not entry.relieves)]
    return RiskClass(
        determined=determined,
        outcomes=tuple(_outcome(entry, walk, provisional=uncertain and not entry.beside) for entry in kept),
        path=walk.steps,
        open=found,
    )


def roles(answers: RiskAnswers) -> tuple[str, ...]:
    """Return the roles that the organisation said it has; none where nobody said."""
    known = {option.id for option in _question("roles").options}
    return tuple(choice for choice in answers.roles.chosen if choice in known) if answers.roles else ()


def _question(id_: str) -> Question:
    return next(question for question in questions() if question.id == id_)


def _walked(start: Question, walk: _Walk, by: str | None, on: str | None) -> _Walk:
    question: Question | None = start
    while question is not None and not set(question.skipped_after) & set(walk.reached):
        answer = walk.answers.to(question.id)
        why = lacking(question, answer, walk.answers)
        edge = _edge(question, answer, walk.answers, usable=not why)
        walk = replace(
            walk,
            steps=(*walk.steps, _step(question, answer, by, on)),
            open=(*walk.open, *([_opened(question, why)] if why else [])),
            reached=(*walk.reached, *_given(question, edge, walk.answers)),
        )
        question = _question(edge.to) if edge.to else None
    return walk


def lacking(question: Question, answer: Answer, answers: RiskAnswers) -> str:
    """Say what keeps an answer from settling its question; an empty text when nothing does."""
    known = tuple(option.id for option in question.options)
    if answer.answer == "unknown":
        return "nobody answered it"
    if strange := [choice for choice in answer.chosen if choice not in known]:
        return f"{', '.join(strange)}: no option of this question" + (
            f"; there are {', '.join(known)}" if known else ""
        )
    if answer.answer == "no" and answer.chosen:
        return "the answer is no, and names what applies"
    why = _unfounded(question, answer, answers) if answer.answer == "yes" else _gainsaid(question, answer, answers)
    if not why and answer.answer == question.reason_for and not is_reason(answer.because or ""):
        return f"the answer is {answer.answer}, which relieves of duties, and gives no reason under because"
    return why


def _gainsaid(question: Question, answer: Answer, answers: RiskAnswers) -> str:
    """Say which other answer a no contradicts; an empty text when none."""
    for rule in question.no_beside:
        met = [choice for choice in answers.to(rule.question).chosen if choice in rule.choices]
        if met and not (rule.unless_because and is_reason(answer.because or "")):
            return f"the answer is no, and {rule.question} names {', '.join(met)}: {rule.why}"
    return ""


def _unfounded(question: Question, answer: Answer, answers: RiskAnswers) -> str:
    """Say what a yes lacks; an empty text when nothing."""
    if answer.chosen == (_OF_USE,) and "deployer" not in roles(answers):
        return (
            f"{_OF_USE} forbids a use alone, and the organisation has not the role of a deployer: answer no and go on "
            "to annex_iii_use (III.1.a), or add deployer to roles"
        )
    if question.needs_choice and not answer.chosen:
        return "the answer is yes, and does not name what applies"
    if question.section_of and not _acts(question, answers):
        return f"{question.section_of} does not name the act of Annex I"
    return ""


def _acts(question: Question, answers: RiskAnswers) -> tuple[str, ...]:
    """Return the acts of Annex I that were named; an id that it does not have (any more) names none."""
    if not question.section_of:
        return ()
    known = {option.id for option in _question(question.section_of).options}
    return tuple(act for act in answers.to(question.section_of).chosen if act in known)


def _given(question: Question, edge: Edge, answers: RiskAnswers) -> tuple[str, ...]:
    """Return the outcomes of an answer: both sections' where acts of both were named, else the edge's own."""
    both = edge is question.yes_section_a and any(act.startswith("I.B.") for act in _acts(question, answers))
    return tuple(gives for gives in (edge.gives, question.yes.gives if both else None) if gives)


def _edge(question: Question, answer: Answer, answers: RiskAnswers, *, usable: bool) -> Edge:
    """Follow the answer; one that is not usable leads on as yes only where a yes takes nothing away."""
    if not usable:
        gives = question.yes.gives
        adds = answer.answer == "yes" and not question.section_of and not (gives and outcomes().find(gives).relieves)
        return question.yes if adds else question.unknown
    if question.only and set(answer.chosen) == {question.only.choice}:
        return Edge(gives=question.only.gives)
    if answer.answer == "yes" and question.yes_section_a:
        in_a = any(act.startswith("I.A.") for act in _acts(question, answers))
        return question.yes_section_a if in_a else question.yes
    return {"yes": question.yes, "no": question.no, "unknown": question.unknown}[answer.answer]


def _step(question: Question, answer: Answer, by: str | None, on: str | None) -> Step:
    given: Reply = answer.answer
    answered = given != "unknown"
    return Step(
        question=question.id,
        asks=question.asks,
        reply=given,
        chosen=answer.chosen,
        articles=question.articles,
        by=(answer.by or by) if answered else None,
        on=(answer.on or (None if answer.by else on)) if answered else None,
        because=answer.because,
    )


def _opened(question: Question, why: str) -> OpenQuestion:
    return OpenQuestion(
        question=question.id,
        asks=question.asks,
        articles=question.articles,
        why=why,
        decides_class=question.decides_class,
    )


def _settled(walk: _Walk) -> Iterator[str]:
    for question in questions():
        if question.settled_by_no_to and walk.answers.to(question.settled_by_no_to).answer == "no":
            yield question.id


def _outcome(entry: OutcomeEntry, walk: _Walk, *, provisional: bool) -> ClassOutcome:
    met = frozenset(walk.reached) | {choice for step in walk.steps for choice in step.chosen}
    mine = roles(walk.answers)
    return ClassOutcome(
        id=entry.id,
        label=entry.label,
        provisional=provisional,
        applies=tuple(
            Applies(what=rule.what, since=rule.since, originally=rule.originally, covers=rule.covers)
            for rule in entry.applies
            if rule.holds(met)
        ),
        duties=tuple(
            Duty(role=duty.role, article=duty.article, what=duty.what, ours=not mine or duty.role in mine)
            for duty in entry.duties
            if duty.holds(met)
        ),
        note=entry.note,
    )
