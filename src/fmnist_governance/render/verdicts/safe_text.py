"""Show hostile text on a terminal: nothing in it moves the cursor, hides, or turns the reading direction."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_WIDE = frozenset({"W", "F"})


def safe(text: str) -> str:
    r"""Return a text on one line in which every character can be seen; others become escapes such as `\x1b`."""
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Zs":
        return " "
    return char.encode("unicode_escape").decode() if category in _HIDDEN else char


def columns(text: str) -> int:
    """Return how many columns a safe text takes on a terminal."""
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of at most `width` columns; width is at least 2.

    Lines break at spaces where there are any; a longer word after a hyphen, dot or slash if it has one.
    """
    lines = [""]
    for word in (piece for whole in safe(text).split() for piece in _pieces(whole, width)):
        if lines[-1] and columns(lines[-1]) + 1 + columns(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".lstrip()
    return lines


def _pieces(word: str, width: int) -> Iterator[str]:
    piece, taken = "", 0
    for char in word:
        if taken + _columns(char) > width:
            cut = max((place + 1 for place, mark in enumerate(piece) if mark in "-./_"), default=len(piece))
            yield piece[:cut]
            piece, taken = piece[cut:], columns(piece[cut:])
        piece, taken = piece + char, taken + _columns(char)
    yield piece
