"""The grammar of predicates: `[every|any] ID-OR-PATTERN OP NUMBER`, joined by `and`. Parsed, never evaluated."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, cast

from fmnist_governance.evidence.lookup import covers
from fmnist_governance.stats.decide import Op

GRAMMAR = "[every|any] ID-OR-PATTERN OP NUMBER, joined by 'and'; OP is one of > >= < <="

_OPS = (">", ">=", "<", "<=")
_ID = re.compile(r"[a-z0-9_]+(\.([a-z0-9_]+|\*))+")
_NUMBER = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_MOST_WORDS = 200


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison."""

    quantifier: Literal["every", "any"] | None
    """None for a single measurement; a pattern has one."""
    pattern: str
    """A measurement id, or a pattern in which `*` stands for one segment."""
    op: Op
    bound: float
    """In the unit of the measurement (90 % is 0.9)."""

    def covers(self, id_: str) -> bool:
        """Whether the term is about this measurement."""
        return covers(self.pattern, id_)


def parse(text: str) -> tuple[Term, ...]:
    """Read a predicate; all its terms have to hold.

    Args:
        text: Such as `every performance.class.*.recall > 0.5 and performance.accuracy > 0.9`.

    Raises:
        ValueError: It does not follow the grammar; says which word, and what would be right.
    """
    words = text.split(maxsplit=_MOST_WORDS)
    groups: list[list[str]] = [[]]
    for word in words:
        if word == "and":
            groups.append([])
        else:
            groups[-1].append(word)
    return tuple(_term(group) for group in groups)


def _term(words: list[str]) -> Term:
    quantifier = words[0] if words and words[0] in {"every", "any"} else None
    rest = words[1:] if quantifier else words
    if len(rest) != 3:  # noqa: PLR2004 - what is compared, how, and with what
        _refuse(" ".join(words) or "nothing", f"expected {GRAMMAR}")
    pattern, op, number = rest
    if not _ID.fullmatch(pattern):
        _refuse(pattern, "is no measurement id, such as performance.accuracy, and no pattern with * for a segment")
    if ("*" in pattern) != (quantifier is not None):
        remedy = "is a pattern; write 'every' or 'any' before it" if "*" in pattern else "is one id; leave out the word"
        _refuse(pattern, remedy)
    if op not in _OPS:
        _refuse(op, f"is not one of {' '.join(_OPS)}")
    if not _NUMBER.fullmatch(number) or not math.isfinite(float(number)):
        _refuse(number, "is not a number; a share of 90 % is written 0.9")
    return Term(cast("Literal['every', 'any'] | None", quantifier), pattern, cast("Op", op), float(number))


def _refuse(word: str, remedy: str) -> None:
    msg = f"{word[:80]!r} {remedy}"
    raise ValueError(msg)
