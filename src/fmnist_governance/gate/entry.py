"""A clause of a policy together with where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fmnist_governance.gate.rule import Clause, Rule


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause, the rule that judges it, and its line in its file."""

    rule: Rule[Any]
    clause: Clause
    line: int
    source: str
    """The file as it was opened, for messages."""
    file: str | None = None
    """The file seen from the folder of the policy that is judged by; None for that policy itself."""
