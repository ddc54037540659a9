"""Render the documents of a run: from what it stores to text."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from fmnist_governance.errors import ConfigError, EvidenceError
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.pipeline.assessing import Concluded
from fmnist_governance.render.catalog import PRINTED, RENDERERS
from fmnist_governance.render.classified import NOT_DETERMINED, title
from fmnist_governance.render.renderer import Renderer, Report

Read = Callable[[str], bytes | None]


def chosen(documents: Collection[str], formats: Collection[str]) -> tuple[Renderer, ...]:
    """Return the renderers of these documents in these formats; where no format is named, in all but PDF.

    Raises:
        ConfigError: There is no such document, or none of them has such a format.
    """
    names = list(dict.fromkeys(r.name for r in RENDERERS))
    known = list(dict.fromkeys(r.format for r in (*RENDERERS, *PRINTED)))
    for kind, asked, there in (("document", documents, names), ("format", formats, known)):
        if unknown := [value for value in asked if value not in there]:
            msg = f"--{kind}: {', '.join(unknown)}: there are {', '.join(there)}"
            raise ConfigError(msg)
    found = tuple(
        r
        for r in (*RENDERERS, *(PRINTED if formats else ()))
        if (not documents or r.name in documents) and (not formats or r.format in formats)
    )
    if not found:
        msg = f"--format: no document called {', '.join(documents)} has the format {', '.join(formats)}"
        raise ConfigError(msg)
    return found


def report(record: EvidenceRecord, concluded: Concluded, read: Read, *, run: str, seal: str) -> Report:
    """Gather what a renderer may know."""

    def stored(path: str) -> bytes:
        data = read(path)
        if data is None:
            msg = f"run {run}: {path}: missing; audit the model again"
            raise EvidenceError(msg)
        return data

    return Report(record=record, assessment=concluded.assessment, read=stored, run=run, seal=seal)


def rendered(renderers: Collection[Renderer], known: Report, there: Collection[str] = ()) -> Mapping[str, bytes]:
    """Return file name to bytes of each document that is offered for such a system.

    Args:
        renderers: Of the documents. Pages lead to each other; a PDF stands alone.
        known: The run.
        there: Files that lie in the same folder already.

    Raises:
        ConfigError: None of the documents is offered for it.
    """
    offered = [r for r in renderers if r.offered(known)]
    pages = {r.filename for r in offered if r.format == "html"} | set(there)
    folder = replace(known, beside=tuple(r.filename for r in RENDERERS if r.format == "html" and r.filename in pages))
    files = {r.filename: r.finish(r.render(known if r.format == "pdf" else folder)) for r in offered}
    if renderers and not files:
        risk = known.assessment.risk
        names = ", ".join(dict.fromkeys(r.name for r in renderers))
        msg = f"--document: {names}: not offered for a system of this class ({title(risk) if risk else NOT_DETERMINED})"
        raise ConfigError(msg)
    return files
