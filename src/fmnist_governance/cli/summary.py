"""What a command says at its end, in at most 80 columns."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_governance.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from fmnist_governance.evidence.record import CheckEntry, EvidenceRecord

_NO_BREAK = "\u00a0"
_WIDTH = 80
_NAME = 13


def row(name: str, text: str) -> list[str]:
    """Return a named line; what does not fit goes on below, never broken at a no-break space."""
    lines = textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"{name:<{_NAME}}",
        subsequent_indent=" " * _NAME,
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [line.replace(_NO_BREAK, " ") for line in lines]


def program(name: str) -> str:
    """Return how a program that was installed with this one is called from here: by name, else by its path."""
    if shutil.which(name):
        return name
    path = Path(sys.executable).with_name(name)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def checks(record: EvidenceRecord) -> Iterator[str]:
    """Return a line a check: its first headline measurement, or why there is none; then what was not measured anew."""
    for entry in record.checks:
        yield from row(entry.name, _found(record, entry))
    if kept := [entry.name for entry in record.checks if entry.cost and entry.cost.kept]:
        yield from row("not anew", f"{', '.join(kept)}: an earlier audit had found it; --fresh measures it anew")


def _found(record: EvidenceRecord, entry: CheckEntry) -> str:
    from fmnist_governance.render.shown import amount, basis

    if entry.status != "measured":
        return f"{entry.status.replace('_', ' ')}: {entry.reason}"
    mine = [m for m in record.measurements if m.id in entry.promised]
    first = next((m for m in mine if m.headline), mine[0] if mine else None)
    if first is None:
        reasons = sorted(set(entry.absent.values()))
        return f"nothing could be measured: {reasons[0]}" if reasons else "nothing could be measured"
    return f"{amount(first.value, first.unit)} ({basis(first)}): {first.title}"


def exit_code(record: EvidenceRecord) -> int:
    """Return 2 when a check failed, else 0."""
    failed = any(check.status == "failed" for check in record.checks)
    return ExitCode.COULD_NOT_RUN if failed else ExitCode.YES
