"""The contract of a renderer. Read this before adding one: a renderer is one file and one catalog line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from fmnist_governance.evidence.assessment import Assessment
from fmnist_governance.evidence.record import EvidenceRecord


@dataclass(frozen=True, slots=True)
class Report:
    """All that a renderer may know: what a run stores. There is no clock, no network and no file system."""

    record: EvidenceRecord
    assessment: Assessment
    read: Callable[[str], bytes]
    """Return a sealed file of the run, such as `evidence/confusion/matrix.json`."""
    run: str
    """The id of the audit run."""
    seal: str
    """Digest of the run's manifest."""
    beside: tuple[str, ...] = ()
    """Names of the pages that are written into the same folder; only these are linked to."""


def always(_report: Report) -> bool:
    """Offer a document for every system."""
    return True


@dataclass(frozen=True, slots=True)
class Renderer:
    """A document in one format."""

    name: str
    """The document, such as `model_card`."""
    format: Literal["md", "html", "json", "pdf"]
    render: Callable[[Report], str]
    """A pure function: the same report always gives the same text; of a PDF, the page that is printed."""
    offered: Callable[[Report], bool] = always
    """Whether the document is written for such a system."""
    finish: Callable[[str], bytes] = str.encode
    """Turns the text into the file."""

    @property
    def filename(self) -> str:
        """The name of the file that holds the document, such as `model_card.html`."""
        return f"{self.name}.{self.format}"
