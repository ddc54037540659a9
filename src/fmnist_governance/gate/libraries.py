"""Were the numbers made with libraries of the right versions?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version
from pydantic import AfterValidator, Field

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.gate.rule import Case, Clause, Judgement, Rule


def _specifier(text: str) -> str:
    try:
        if SpecifierSet(text):
            return text
    except InvalidSpecifier:
        pass
    msg = f"{text!r} names no versions; write for example '>=2.6,<3' or '==2.14.1'"
    raise ValueError(msg)


Package = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=100)]


class LibraryVersionsClause(Clause):
    """The versions of the packages with which an audit may have been made."""

    kind: Literal["library_versions"]
    packages: Annotated[dict[Package, Annotated[str, AfterValidator(_specifier)]], Field(min_length=1)]
    """Package to its allowed versions, such as `torch: '>=2.6,<3'`."""


def judge(case: Case, clause: LibraryVersionsClause) -> Judgement:
    """Compare the recorded version of each package with those that are allowed."""
    recorded = {canonicalize_name(name): version for name, version in case.record.environment.packages.items()}
    judged = tuple(_judged(recorded, clause.packages))
    for outcome in (Outcome.FAILED, Outcome.NO_EVIDENCE):
        if texts := [text for found, text in judged if found is outcome]:
            return Judgement(outcome, "; ".join(texts))
    return Judgement(Outcome.PASSED, "; ".join(text for _, text in judged))


def _judged(recorded: Mapping[NormalizedName, str], asked: Mapping[str, str]) -> Iterator[tuple[Outcome, str]]:
    for name, allowed in asked.items():
        text = recorded.get(canonicalize_name(name))
        if text is None:
            hint = did_you_mean(canonicalize_name(name), recorded)
            yield Outcome.NO_EVIDENCE, f"the record names no version of {name}{hint}"
            continue
        try:
            holds = SpecifierSet(allowed).contains(Version(text), prereleases=True)
        except InvalidVersion:
            yield Outcome.NO_EVIDENCE, f"{name} {text!r} is no version that can be compared"
            continue
        what = "allowed" if holds else "not allowed"
        yield (Outcome.PASSED if holds else Outcome.FAILED), f"{name} {text} is {what} ({allowed})"


LIBRARY_VERSIONS = Rule(
    kind="library_versions",
    clause=LibraryVersionsClause,
    judge=judge,
    demands=lambda clause: ", ".join(f"{name} {allowed}" for name, allowed in clause.packages.items()),
    outcomes=frozenset({Outcome.PASSED, Outcome.FAILED, Outcome.NO_EVIDENCE}),
)
