"""Lay one policy over another: it may add clauses and tighten them, and loosens only what it says that it loosens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from fmnist_governance.config.problems import Problem, did_you_mean, shown
from fmnist_governance.config.strict_yaml import Document
from fmnist_governance.evidence.assessment import PolicyException, Severity
from fmnist_governance.gate.entry import Entry
from fmnist_governance.gate.tightening import looser, said

PATH_ENDS = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What a policy says in so many words that it takes back, each with a reason."""

    loosens: Mapping[str, str]
    drops: Mapping[str, str]


def overlay(
    base: Sequence[Entry], own: Sequence[Entry], allowed: Exceptions, document: Document, problems: list[Problem]
) -> tuple[Entry, ...]:
    """Return the clauses of both: a clause of the same id takes the place of the one that it replaces.

    Args:
        base: The clauses of the policy that is extended.
        own: The clauses of the policy that extends it.
        allowed: What that policy loosens or drops.
        document: The file that extends, for lines.
        problems: Receives what is looser without saying so, and what is said without need.
    """
    replaced = {entry.clause.id: entry for entry in own}
    known = {entry.clause.id for entry in base}
    problems.extend(_unsaid(base, replaced, allowed))
    problems.extend(_needless(base, replaced, allowed, document))
    kept = tuple(replaced.get(e.clause.id, e) for e in base if e.clause.id not in allowed.drops)
    return (*kept, *(entry for entry in own if entry.clause.id not in known))


def taken_back(
    base: Sequence[Entry], own: Sequence[Entry], allowed: Exceptions, document: Document, names: tuple[str, str | None]
) -> Iterator[PolicyException]:
    """Put into words what a policy leaves out or asks less of.

    Args:
        base: The clauses of the policy that is extended.
        own: The clauses of the policy that extends it.
        allowed: What that policy loosens or drops.
        document: The file that extends, for lines.
        names: Of the extended policy, and of the file that extends it, seen from the policy that is judged by.
    """
    replaced = {entry.clause.id: entry for entry in own}
    company, file = names
    for old in base:
        id_ = old.clause.id
        how: Literal["dropped", "loosened"] = "dropped" if id_ in allowed.drops else "loosened"
        reasons = allowed.drops if id_ in allowed.drops else allowed.loosens
        if id_ in reasons:
            new = replaced.get(id_)
            instead = f"here: {_asked(new)}" if new else "here: nothing"
            yield PolicyException(
                clause=id_,
                how=how,
                title=old.clause.title,
                message=f"{company} asks: {_asked(old)}; {instead}",
                because=reasons[id_],
                line=document.line(("drops" if how == "dropped" else "loosens", id_)),
                file=file,
            )


def _asked(entry: Entry) -> str:
    clause = entry.clause
    lenient = {"undecided": clause.when_undecided, "no evidence": clause.when_no_evidence}
    mild = [f"{outcome} only warns" for outcome, does in lenient.items() if does == "warn"]
    only = ["which only warns"] if clause.severity is Severity.WARN else mild
    return ", ".join([f"{entry.rule.demands(clause)}", *only])


def _unsaid(base: Sequence[Entry], own: Mapping[str, Entry], allowed: Exceptions) -> Iterator[Problem]:
    for old in base:
        new = own.get(old.clause.id)
        if new is None or old.clause.id in allowed.loosens:
            continue
        if new.rule is not old.rule:
            text = f"has kind {new.clause.kind}; {_where(old)} has {old.clause.kind}"
        elif settings := looser(old.rule, new.clause, old.clause):
            text = "; ".join(_changed(name, new, old) for name in settings)
        else:
            continue
        remedy = f"to demand less, give the reason as loosens: {{{old.clause.id}: ...}}"
        yield Problem(new.line, f"clause {old.clause.id}: {text}; {remedy}")


def _needless(
    base: Sequence[Entry], own: Mapping[str, Entry], allowed: Exceptions, document: Document
) -> Iterator[Problem]:
    old = {entry.clause.id: entry for entry in base}
    for key, ids in (("loosens", allowed.loosens), ("drops", allowed.drops)):
        for id_ in ids:
            line = document.line((key, id_))
            if id_ not in old:
                yield Problem(line, f"{key}.{id_}: the extended policy has no such clause{did_you_mean(id_, old)}")
            elif key == "loosens" and not _is_looser(own.get(id_), old[id_]):
                yield Problem(line, f"{key}.{id_}: no clause here is looser than the one extended; remove it")
            elif key == "drops" and id_ in own:
                yield Problem(line, f"{key}.{id_}: line {own[id_].line} gives the clause again; keep one")


def _is_looser(new: Entry | None, old: Entry) -> bool:
    return new is not None and (new.rule is not old.rule or bool(looser(old.rule, new.clause, old.clause)))


def _changed(name: str, new: Entry, old: Entry) -> str:
    after, before = (said(getattr(entry.clause, name)) for entry in (new, old))
    how = "is another than" if name in {"measurement", "pattern"} else "is looser than"
    return f"{name} {shown(after, quote=False)} {how} {shown(before, quote=False)} in {_where(old)}"


def _where(entry: Entry) -> str:
    return f"{entry.source}:{entry.line}"
