"""A working folder with a small audited model, and the command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    code: int
    out: str
    err: str


Program = Callable[..., Answer]
"""Takes what a user types."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder in which a small model was trained, audited and judged."""

    folder: Path
    first: Answer
    """What the `run` that made it all answered."""
