"""Read a policy: which clauses a model has to pass, and on which line each stands."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from fmnist_governance.config.problems import Problem, did_you_mean
from fmnist_governance.config.problems import shown as displayed
from fmnist_governance.config.shipped import shipped
from fmnist_governance.config.strict_yaml import Document, InvalidFileError, load, read_text, validate
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import PolicyException, PolicyFacts, Severity
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.entry import Entry
from fmnist_governance.gate.layers import PATH_ENDS, Exceptions, overlay, taken_back
from fmnist_governance.gate.rule import ClauseId, Said

MAX_LAYERS = 5


class PolicyFile(BaseModel):
    """What a policy file holds; the clauses stay raw until the model of their kind reads them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=80)]
    title: Said
    extends: Annotated[str, StringConstraints(pattern=r"^[^/\\:\x00][^\\:\x00]*$", max_length=200)] | None = None
    """The policy that this one tightens: the name of a shipped one, or the path of a .yaml file from this file."""
    loosens: dict[ClauseId, Said] = Field(default_factory=dict)
    """Clauses of the extended policy in which this one demands less, each with the reason."""
    drops: dict[ClauseId, Said] = Field(default_factory=dict)
    """Clauses of the extended policy that this one leaves out, each with the reason."""
    clauses: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _excepts_from_something(self) -> PolicyFile:
        if self.extends is None and (self.loosens or self.drops):
            msg = "loosens and drops need extends: they are about the clauses of another policy"
            raise ValueError(msg)
        return self


SHIPPED = "shipped:"
"""What the path of a file begins with that is no user's."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The clauses that a model has to pass, in the order of the file; those of an extended policy come first."""

    name: str
    title: str
    source: str
    """The file, for messages."""
    digest: str
    """Of what the file and those that it extends say; layout and comments do not count."""
    entries: tuple[Entry, ...]
    extends: tuple[str, ...] = ()
    """Names of the extended policies, nearest first."""
    extends_line: int = 1
    """Where the file says what it extends."""
    exceptions: tuple[PolicyException, ...] = ()
    """Clauses of these that count less, or not at all; those of the farthest policy come first."""

    @property
    def facts(self) -> PolicyFacts:
        """Return what a verdict keeps of the policy."""
        return PolicyFacts(name=self.name, digest=self.digest, exceptions=self.exceptions)


def load_policy(path: Path) -> Policy:
    """Read a policy file, and those that it extends.

    Raises:
        ConfigError: A file cannot be read as a policy; every problem is named, each with its line and remedy.
    """
    return parse_policy(read_text(path), str(path))


def parse_policy(text: str, source: str) -> Policy:
    """Read a policy; `source` names it in messages, and what it extends is looked up from there.

    Raises:
        ConfigError: The text is no policy, or one that could never refuse a model.
    """
    return _read(text, source, None, ())


def _read(text: str, source: str, file: str | None, above: tuple[Path, ...]) -> Policy:
    document = load(text, source)
    stated = validate(document, PolicyFile)
    problems: list[Problem] = []
    entries = tuple(_entries(document, stated, file, problems))
    problems.extend(_repeated(entries))
    base = _base(document, stated, file, (*above, Path(source).resolve())) if stated.extends else None
    own, allowed = entries, Exceptions(stated.loosens, stated.drops)
    if base:
        entries = overlay(base.entries, own, allowed, document, problems)
    if not problems and all(entry.clause.severity is not Severity.BLOCK for entry in entries):
        line = document.line(("clauses",))
        problems.append(Problem(line, "clauses: none has severity block, so the policy can never refuse; give one"))
    if problems:
        raise InvalidFileError(source, problems)
    said = {"policy": document.value, "extends": base.digest} if base else document.value
    layers = (base.name, *base.extends) if base else ()
    told = taken_back(base.entries, own, allowed, document, (base.name, file)) if base else ()
    excepted = (*(base.exceptions if base else ()), *told)
    if stated.name in layers:
        problem = Problem(document.line(("name",)), f"name: {stated.name} is that of a policy it extends; give another")
        raise InvalidFileError(source, [problem])
    line = document.line(("extends",)) if base else 1
    return Policy(stated.name, stated.title, source, digest(canonical(said)), entries, layers, line, excepted)


def _base(document: Document, stated: PolicyFile, file: str | None, above: tuple[Path, ...]) -> Policy:
    wanted, line = stated.extends or "", document.line(("extends",))
    if wanted.endswith(PATH_ENDS):
        path, seen = Path(document.source).parent / wanted, posixpath.join(posixpath.dirname(file or ""), wanted)
    else:
        path, seen = shipped("configs") / "policies" / f"{wanted}.yaml", f"{SHIPPED}policies/{wanted}.yaml"
        beside = Path(document.source).parent / f"{wanted}.yaml"
        if beside.is_file() and path.is_file() and read_text(beside) != read_text(path):
            told = (
                f"extends: {wanted} is a shipped policy, and {beside} says something else; write {wanted}.yaml for it"
            )
            raise InvalidFileError(document.source, [Problem(line, told)])
        known = sorted(other.stem for other in (shipped("configs") / "policies").glob("*.yaml"))
        if wanted not in known:
            text = f"no shipped policy is called {displayed(wanted)}; there are {', '.join(known)}"
            told = f"extends: {text}, or the path of a .yaml file{did_you_mean(wanted, known)}"
            raise InvalidFileError(document.source, [Problem(line, told)])
    if path.resolve() in above or len(above) >= MAX_LAYERS:
        what = "comes back to a policy that is being read" if path.resolve() in above else "is one layer too many"
        told = f"extends: {displayed(wanted)} {what}; at most {MAX_LAYERS} policies lie over each other"
        raise InvalidFileError(document.source, [Problem(line, told)])
    try:
        text = read_text(path)
    except ConfigError as err:
        raise InvalidFileError(document.source, [Problem(line, f"extends: {err}")]) from err
    return _read(text, str(path), posixpath.normpath(seen), above)


def _entries(document: Document, stated: PolicyFile, file: str | None, problems: list[Problem]) -> Iterator[Entry]:
    kinds = {rule.kind: rule for rule in RULES}
    for index, raw in enumerate(stated.clauses):
        at = ("clauses", index)
        kind = raw.get("kind")
        rule = kinds.get(kind) if isinstance(kind, str) else None
        if rule is None:
            problems.append(Problem(document.line((*at, "kind")), f"clauses[{index}].kind: {_not_a_kind(raw)}"))
            continue
        try:
            yield Entry(rule, validate(document, rule.clause, at), document.line(at), document.source, file)
        except InvalidFileError as err:
            problems.extend(err.problems)


def _not_a_kind(raw: dict[str, Any]) -> str:
    known = [rule.kind for rule in RULES]
    if "kind" not in raw:
        return f"is missing; one of {', '.join(known)}"
    return f"{displayed(raw['kind'])} is not one of {', '.join(known)}{did_you_mean(str(raw['kind']), known)}"


def _repeated(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.clause.id, entry)
        if other is not entry:
            yield Problem(
                entry.line, f"clause {entry.clause.id!r} has the id of the one on line {other.line}; rename it"
            )
