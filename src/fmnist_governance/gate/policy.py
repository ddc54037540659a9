"""Read a policy: which clauses a model has to pass, and on which line each stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fmnist_governance.config.problems import Problem, did_you_mean, shown
from fmnist_governance.config.strict_yaml import Document, InvalidFileError, load, read_text, validate
from fmnist_governance.evidence.assessment import PolicyFacts, Severity
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.rule import Clause, Rule, Said


class PolicyFile(BaseModel):
    """What a policy file holds; the clauses stay raw until the model of their kind reads them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=80)]
    title: Said
    clauses: Annotated[tuple[dict[str, Any], ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause, the rule that judges it, and its line in the file."""

    rule: Rule[Any]
    clause: Clause
    line: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The clauses that a model has to pass, in the order of the file."""

    name: str
    title: str
    source: str
    """The file, for messages."""
    digest: str
    """Of what the file says; layout and comments do not count."""
    entries: tuple[Entry, ...]

    @property
    def facts(self) -> PolicyFacts:
        """Return what a verdict keeps of the policy."""
        return PolicyFacts(name=self.name, digest=self.digest)


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        ConfigError: The file cannot be read as a policy; every problem is named, each with its line and remedy.
    """
    return parse_policy(read_text(path), str(path))


def parse_policy(text: str, source: str) -> Policy:
    """Read a policy; `source` names it in messages.

    Raises:
        ConfigError: The text is no policy, or one that could never refuse a model.
    """
    document = load(text, source)
    file = validate(document, PolicyFile)
    problems: list[Problem] = []
    entries = tuple(_entries(document, file, problems))
    problems.extend(_repeated(entries))
    if not problems and all(entry.clause.severity is not Severity.BLOCK for entry in entries):
        line = document.line(("clauses",))
        problems.append(Problem(line, "clauses: none has severity block, so the policy can never refuse; give one"))
    if problems:
        raise InvalidFileError(source, problems)
    return Policy(file.name, file.title, source, digest(canonical(document.value)), entries)


def _entries(document: Document, file: PolicyFile, problems: list[Problem]) -> Iterator[Entry]:
    kinds = {rule.kind: rule for rule in RULES}
    for index, raw in enumerate(file.clauses):
        at = ("clauses", index)
        kind = raw.get("kind")
        rule = kinds.get(kind) if isinstance(kind, str) else None
        if rule is None:
            problems.append(Problem(document.line((*at, "kind")), f"clauses[{index}].kind: {_not_a_kind(raw)}"))
            continue
        try:
            yield Entry(rule, validate(document, rule.clause, at), document.line(at))
        except InvalidFileError as err:
            problems.extend(err.problems)


def _not_a_kind(raw: dict[str, Any]) -> str:
    known = [rule.kind for rule in RULES]
    if "kind" not in raw:
        return f"is missing; one of {', '.join(known)}"
    return f"{shown(raw['kind'])} is not one of {', '.join(known)}{did_you_mean(str(raw['kind']), known)}"


def _repeated(entries: tuple[Entry, ...]) -> Iterator[Problem]:
    first: dict[str, Entry] = {}
    for entry in entries:
        other = first.setdefault(entry.clause.id, entry)
        if other is not entry:
            yield Problem(
                entry.line, f"clause {entry.clause.id!r} has the id of the one on line {other.line}; rename it"
            )
