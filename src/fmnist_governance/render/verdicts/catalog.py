"""Every view of a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fmnist_governance.render.verdicts import as_json, github, gitlab, in_toto, junit, markdown, sarif, terminal
from fmnist_governance.render.verdicts.judged import JudgedRun


@dataclass(frozen=True, slots=True)
class View:
    """One format: its name on the command line, the file that holds it, and how it is made."""

    name: str
    filename: str
    render: Callable[[JudgedRun], str]


VERDICTS: tuple[View, ...] = (
    View("text", "verdict.txt", terminal.render),
    View("json", "verdict.json", as_json.render),
    View("markdown", "verdict.md", markdown.render),
    View("junit", "junit.xml", junit.render),
    View("sarif", "verdict.sarif", sarif.render),
    View("github", "github-annotations.txt", github.render),
    View("gitlab", "gl-code-quality-report.json", gitlab.render),
    View("in-toto", "verdict.intoto.json", in_toto.render),
)
"""Pure functions: the same verdict gives the same bytes."""
