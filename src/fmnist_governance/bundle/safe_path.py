"""Is a path in a bundle one that stays in it, on every system?"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_LENGTH = 240
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def unsafe(path: str) -> str:
    r"""Say why a path may not stand in a bundle; an empty text where it may.

    Args:
        path: As the bundle names it, with `/`; `..`, `\`, drive letters, hidden characters and names that one system
            or another treats as a device are refused.
    """
    parts = path.split("/")
    if path.startswith("/"):
        return "is absolute"
    if "\\" in path or ":" in path:
        return "holds a backslash or a colon"
    if any(part in {"", ".", ".."} for part in parts):
        return "leads out of the bundle, or has an empty part"
    if _UNSEEN.search(path):
        return "holds a character that cannot be seen"
    if any(_RESERVED.fullmatch(part) or part[-1] in ". " for part in parts):
        return "is a name that not every system can hold"
    return f"is longer than {MAX_LENGTH} characters" if len(path) > MAX_LENGTH else ""


def collisions(paths: Iterable[str]) -> list[str]:
    """Return the paths that a system which ignores case would take for an earlier one, and repeated ones."""
    seen: set[str] = set()
    found = []
    for path in paths:
        key = path.casefold()
        if key in seen:
            found.append(path)
        seen.add(key)
    return found
