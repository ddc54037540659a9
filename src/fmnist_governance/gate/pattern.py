"""Which measurements does a pattern such as `performance.class.*.recall` stand for?"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.evidence.lookup import Absent, lack_of
from fmnist_governance.evidence.record import EvidenceRecord

Pattern = Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.([a-z0-9_]+|\*))*\.\*(\.([a-z0-9_]+|\*))*$", max_length=200)]
"""Segments joined by dots, the check's name first; `*` stands for one whole segment."""


def members(record: EvidenceRecord, pattern: str) -> tuple[str, ...] | Absent:
    """Return every id that the check promised and that fits, measured or not, in record order."""
    name = pattern.split(".", 1)[0]
    if lack := lack_of(record, name):
        return Absent(f"{pattern} was not measured: {lack}")
    shape = re.compile(re.escape(pattern).replace(r"\*", r"[a-z0-9_]+"))
    promised = (id_ for check in record.checks if check.name == name for id_ in check.promised)
    found = tuple(dict.fromkeys(id_ for id_ in promised if shape.fullmatch(id_)))
    return found or Absent(
        f"{pattern} was not measured: check {name} promises nothing of that pattern{_meant(pattern, record)}"
    )


def _meant(pattern: str, record: EvidenceRecord) -> str:
    """Suggest the likeliest pattern with the same stars of which something was promised."""
    stars = [part == "*" for part in pattern.split(".")]
    parted = [id_.split(".") for id_ in record.promised() if id_.count(".") + 1 == len(stars)]
    known = {".".join("*" if star else part for part, star in zip(parts, stars, strict=True)) for parts in parted}
    return did_you_mean(pattern, known)
