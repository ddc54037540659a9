"""Text from elsewhere, made harmless: what may be hostile goes in, what can only be read comes out."""

from __future__ import annotations

import json
import re
import unicodedata
from urllib.parse import quote

from markupsafe import Markup

LONGEST = 4000
"""Longer texts are cut, and say so."""

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"})
_JOINERS = frozenset("\u200c\u200d")  # Some scripts cannot be written without them.
_SPECIAL = re.compile(r"([\\`*_\[\]<>&|~$])")
_AT_START = re.compile(r"^(?:[#=]|[+-](?=[\s-]|$)|\d+(?=[.)](?:\s|$)))")
_LINKS = re.compile(r"(?i)(www)\.|(:)//")
_PLAIN_CODE = re.compile(r"[\w ./:@+,=()\[\]-]+")


def visible(text: str) -> str:
    """Return a text on one line without characters that cannot be seen.

    Control characters, terminal escapes and marks that change the direction of what follows become U+FFFD;
    line breaks become spaces.
    """
    kept = text[:LONGEST]
    line = " ".join(kept.split())
    shown = "".join(c if c in _JOINERS or unicodedata.category(c) not in _UNSEEN else "\ufffd" for c in line)
    return shown if len(text) <= LONGEST else f"{shown} [cut; the text goes on]"


def escaped(text: str) -> Markup:
    """Return a text as Markdown in which it means nothing but itself, in a paragraph and in a table cell alike."""
    line = _SPECIAL.sub(r"\\\1", visible(text))
    line = _LINKS.sub(lambda m: f"{m[1]}\\." if m[1] else ":\\/\\/", line)
    start = _AT_START.match(line)
    if start:
        mark = start.group()
        line = (f"{mark}\\" if mark[0].isdigit() else f"\\{mark}") + line[start.end() :]
    return Markup(line)  # noqa: S704 - every special character was escaped above


def code(text: str) -> Markup:
    """Return a text as Markdown code, or escaped where code could not hold it."""
    line = visible(text)
    if _PLAIN_CODE.fullmatch(line):
        return Markup(f"`{line}`")  # noqa: S704 - the characters were matched above
    return escaped(text)


def literal(text: str) -> Markup:
    """Return a text as a literal of Python, for a snippet in a code block."""
    return Markup(json.dumps(visible(text), ensure_ascii=True))  # noqa: S704 - it stands in a fenced block


def verbatim(text: str) -> Markup:
    """Return a text as one line of a code block."""
    return Markup(visible(text).lstrip("`~"))  # noqa: S704 - nothing but a fence at its start means anything there


def path(text: str) -> Markup:
    """Return the path of a file in the run as the target of a Markdown link."""
    return Markup(quote(visible(text), safe="/._-"))  # noqa: S704 - all else is percent-encoded
