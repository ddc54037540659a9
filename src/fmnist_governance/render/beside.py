"""The pages that lie in the same folder, so that each can lead to the others."""

from __future__ import annotations

from dataclasses import dataclass

from fmnist_governance.render.renderer import Report

REPORT = "report.html"
"""The page with every measurement, table and picture."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A page of the folder."""

    file: str
    title: str
    is_here: bool
    """Whether it is the page that is read."""


def neighbours(report: Report, name: str) -> tuple[Neighbour, ...]:
    """Return the pages that are written together with a document, itself among them; none where it is alone.

    Args:
        report: The run.
        name: The document, such as `model_card`.
    """
    here = f"{name}.html"
    if set(report.beside) <= {here}:
        return ()
    return tuple(Neighbour(file, _title(file), file == here) for file in report.beside)


def _title(file: str) -> str:
    return file.removesuffix(".html").replace("_", " ").capitalize()
