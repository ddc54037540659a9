"""A page in a browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SCREENS = Path(__file__).parents[2] / "artifacts" / "screens"
"""Where pictures of the pages are kept for people to look at; git ignores it."""


@dataclass
class Seen:
    """An opened page, and what the browser said about it."""

    page: Any
    said: list[str] = field(default_factory=list)
    """Messages of the console, errors and dialogs."""
    asked: list[str] = field(default_factory=list)
    """Addresses that it asked for, itself first."""


Open = Callable[..., Seen]
"""Takes the report's name, the document's, and how it is looked at."""
