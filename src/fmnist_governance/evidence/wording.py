"""Words that state nothing, and words that praise."""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile(r"\b(TODO|TBD|TBC|TBA|FIXME|XXX+)\b")
_STOCK = re.compile(
    r"^(todo|tbd|tbc|tba|fixme)\b|\blorem ipsum\b"
    r"|^to be (determined|defined|completed|confirmed|announced|done|decided|written|added|provided|filled in)\b"
    r"|\b(will|shall|to) be (described|added|completed|provided|written|supplied|filled in) (later|soon)\b"
    r"|^(insert|enter|add|write|fill in|replace|describe) .*\bhere$|^(your|the) (\w+ ){1,2}here$"
    r"|^not yet (written|known|decided|available|described|defined)$|^see (above|below)$"
    r"|\bdolor sit amet\b|\b(first ?name last ?name|john doe|jane doe)\b|\bexample (com|org|net)\b"
)
_APART = re.compile(r"(?<=\b\w) (?=\w\b)")
"""Between letters that stand alone, as in `T. B. D.`."""
_FILLERS = frozenset(
    {"na", "unknown", "placeholder", "example", "example text", "text", "sample text", "test", "foo", "bar", "foo bar",
     "asdf", "qwerty", "changeme", "change me", "fill in", "fill me in", "lorem", "description", "string", "pending",
     "to do", "ok", "okay", "done", "later", "null", "nil", "work in progress", "wip", "draft", "draft text",
     "not available", "we do not know", "i do not know", "not known yet", "see annex", "soon",
     # In other languages of the Union and beyond, without accents:
     "zu erganzen", "wird erganzt", "noch zu klaren", "noch offen", "folgt", "a completer", "a definir", "a venir",
     "por determinar", "por definir", "a determinar", "da completare", "da definire", "nog in te vullen",
     "nog te bepalen", "do uzupełnienia", "do ustalenia", "a preciser", "doplnit", "att komplettera", "tulee myohemmin",
     "待定", "待补充", "未定", "未記入", "미정", "будет добавлено позже", "будет добавлено", "уточняется"}
)  # fmt: skip
_HOLES = re.compile(
    r"\$\{\s*[a-z][^}]*\}|\{\{\s*[a-z][^}]*\}\}|[\[<](?:insert|your|enter|add|tbd|todo|name of)\b[^\]>]*[\]>]",
    re.IGNORECASE,
)
"""Marks of a template that nobody filled in, anywhere in a text."""


def is_placeholder(text: str) -> bool:
    """Whether a text stands where a statement should be and states nothing.

    `TODO`, `TBD`, `lorem ipsum`, `x`, `...`, `<your name here>` and the like are placeholders, and so is an empty
    text; letters that only look different, or stand apart, change nothing. `None` is not one: it can be an answer.
    """
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in {"Cf", "Mn"})
    words = " ".join(re.sub(r"[\W_]+", " ", text.casefold()).split())
    words = _APART.sub("", words)
    if len(words.replace(" ", "")) <= 1 or len(set(words)) == 1 or words in _FILLERS:
        return True
    bracketed = re.fullmatch(r"\s*(<[^<>]*>|\[[^\[\]]*\]|\{+[^{}]*\}+)\s*", text)
    return bool(bracketed or _MARKS.search(text) or _HOLES.search(text) or _STOCK.search(words))


_NO_REASONS = frozenset(
    {"no need", "not applicable", "does not apply", "not relevant", "not needed", "not required", "it does not apply",
     "not in scope", "out of scope", "see documentation", "n a", "we have none"}
)  # fmt: skip


def is_reason(text: str) -> bool:
    """Whether a text says why: more than one word, and more than that something does not apply."""
    words = re.sub(r"[\W_]+", " ", text.casefold()).split()
    return len(words) > 1 and " ".join(words) not in _NO_REASONS and not is_placeholder(text)


def plain(text: str) -> str:
    """Return a text as it is compared with others: without regard to case, spacing and the final full stop."""
    return " ".join(text.casefold().split()).rstrip(".")


_PRAISE = re.compile(
    r"""\b(
    state[-\ ]of[-\ ]the[-\ ]art | best[-\ ]in[-\ ]class | world[-\ ]class | cutting[-\ ]edge | industry[-\ ]leading
    | (?:ai\ act|gdpr)[-\ ]compliant
    | (?:is|are|fully)\ (?:compliant|trustworthy|safe|secure|fair|unbiased) | certified | guarantee[sd]?
    | highly\ (?:accurate|reliable|robust) | (?:very|extremely)\ (?:accurate|reliable|safe) | robust(?:ly)?
    | superior | flawless | perfect(?:ly)? | outstanding | excellent | strong\ performance | performs\ well
    | (?:compliant|complies|comply|conforms?|conformity)\ (?:with|to) | ce[-\ ]marked | unbiased
    | (?:meets?|fulfils?|satisf(?:y|ies)|ensures?)
      \ (?:articles?|all|every|conformity|compliance|the\ (?:requirements|ai\ act|act|regulation))
    | cannot\ be\ fooled
    | [\d.,]+\ ?(?:%|percent)\ (?:accurate|accuracy|safe|reliable|correct)
    | accuracy\ (?:is|of|exceeds|reaches|is\ above|is\ over)\ [\d.,]+
    | (?:reaches|achieves|attains)\ [\d.,]+\ (?=%|percent) | (?:reaches|achieves|attains)\ [\d.,]+(?=%)
    | reliabl[ey] | trustworthy | error[-\ ]free | bias[-\ ]free
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def praise(text: str) -> tuple[str, ...]:
    """Return the words of a text that judge quality, each once; only a claim may, for evidence stands behind it."""
    kept = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    words = " ".join(re.sub(r"[\u2010-\u2015]", "-", kept).split())
    return tuple(dict.fromkeys(found.group().lower() for found in _PRAISE.finditer(words)))


_UNMEASURABLE = re.compile(
    r"\b(compliant|compl(?:y|ies)|conforms?|in conformity|certified|guarantee[sd]?|ce[- ]marked"
    r"|state[- ]of[- ]the[- ]art|(?:is|are|fully|completely) (?:safe|secure|fair|trustworthy))\b",
    re.IGNORECASE,
)


def unmeasurable(text: str) -> tuple[str, ...]:
    """Return the words of a claim that no measurement can support, each once."""
    return tuple(dict.fromkeys(found.group().lower() for found in _UNMEASURABLE.finditer(" ".join(text.split()))))


_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters, and those that turn the direction of what follows; marks that scripts need are not among them."""


def steering(text: str) -> tuple[str, ...]:
    """Return the unseen characters of a text that change how it is shown, each once, such as `U+202E`."""
    return tuple(dict.fromkeys(f"U+{ord(found):04X}" for found in _STEERING.findall(text)))
