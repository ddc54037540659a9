"""A comparison for a person at a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from fmnist_governance.evidence.comparison import Comparison, Fact, Test
from fmnist_governance.render.comparisons.words import (
    RANK,
    alike,
    aspects,
    changed,
    counts,
    points,
    probability,
    summary,
    unjudged,
    value,
)
from fmnist_governance.render.verdicts.safe_text import columns, wrapped

_INDENT = 2
_GAP = 2
_MAIN = "performance"
_MANY = 5
"""Facts of one audit alone from which on they are gathered in a line."""
_TESTS, _FACTS, _NUMBERS = (14, 21, 25, 12), (22, 26, 26), (0, 30, 30, 10)
"""Widths of the columns at 80; what is longer goes on below."""
_DIGEST = re.compile(r"\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b")

Row = Sequence[str]


def lines(comparison: Comparison, width: int = 80) -> str:
    """Return a comparison as tables of plain text: the tests, what is stated otherwise, the headline numbers.

    Tests that tell nothing apart are only counted, but for those of performance; the other views list each.

    Args:
        comparison: What differs.
        width: Columns of the terminal; a wider one widens the last column of each table.
    """
    blocks = (_head(comparison), _tests(comparison, width), *_facts(comparison, width), _numbers(comparison, width))
    texts = (line for block in blocks for text in (*block, "") for line in _fitted(text, width))
    return "\n".join(texts).rstrip("\n") + "\n"


def _fitted(text: str, width: int) -> list[str]:
    """Wrap prose; what already fits, a row of a table among it, is left as it is."""
    return [text] if columns(text) <= width and text.isprintable() else wrapped(text, width)


def _head(comparison: Comparison) -> Iterator[str]:
    yield f"First:  {comparison.first.model}, run {comparison.first.run}"
    yield f"Second: {comparison.second.model}, run {comparison.second.run}"
    yield summary(comparison)
    yield from unjudged(comparison)


def _tests(comparison: Comparison, width: int) -> Iterator[str]:
    told = [test for test in comparison.tests if test.check == _MAIN or test.conclusion != RANK[-1]]
    told.sort(key=lambda test: RANK.index(test.conclusion))
    if told:
        head = ("Second is", "Test", "Points (95 %)", "Corrected p")
        yield from _table([head, *(row for test in told for row in _test(test))], _TESTS, width)
    if text := alike(comparison):
        yield text
    for reason in comparison.unpaired:
        yield f"Not compared image by image: {reason}."


def _test(test: Test) -> Iterator[Row]:
    conclusion = test.conclusion if test.conclusion == RANK[-1] else test.conclusion.upper()
    yield conclusion, f"{test.check} {test.condition}", points(test), probability(test.adjusted)
    yield "", "", counts(test), ""


def _facts(comparison: Comparison, width: int) -> Iterator[Iterable[str]]:
    same = []
    for topic, told, differing in aspects(comparison):
        if differing:
            gathered, rows = _one_sided(differing)
            yield [f"{topic}: {told}", *gathered, *_table(map(_fact, rows), _FACTS, width)]
        else:
            same.append(f"{topic}: {told}")
    yield same


def _one_sided(differing: Sequence[Fact]) -> tuple[list[str], list[Fact]]:
    """Gather the facts of one audit alone in a line where they are many; return such lines, and the facts left."""
    lines_, left = [], list(differing)
    for word, lone in (
        ("first", [fact for fact in differing if fact.second is None]),
        ("second", [fact for fact in differing if fact.first is None]),
    ):
        if len(lone) > _MANY:
            names = ", ".join(fact.name for fact in lone[:_MANY])
            lines_.append(f"  {len(lone):,} of the {word} alone, each in the other views: {names}, ...")
            left = [fact for fact in left if fact not in lone]
    return lines_, left


def _fact(fact: Fact) -> Row:
    first, second = fact.first or "not stated", fact.second or "not stated"
    short = _DIGEST.sub(r"\1", first), _DIGEST.sub(r"\1", second)
    return (fact.name, *(short if short[0] != short[1] else (first, second)))


def _numbers(comparison: Comparison, width: int) -> Iterator[str]:
    headlines = [
        pair
        for pair in comparison.numbers
        if pair.difference != 0 and any(side is not None and side.headline for side in (pair.first, pair.second))
    ]
    yield f"{len(headlines)} headline numbers differ; these differences were not tested."
    for pair in headlines:
        yield " " * _INDENT + pair.id  # Measurements have long names: their numbers stand below, in columns.
        yield from _table([("", value(pair.first), value(pair.second), changed(pair))], _NUMBERS, width)


def _table(rows: Iterable[Row], widths: Sequence[int], width: int) -> Iterator[str]:
    """Lay rows out in columns, each cell broken to the width of its column."""
    spare = width - _INDENT - sum(widths) - _GAP * (len(widths) - 1)
    fitted = (*widths[:-1], max(widths[-1] + spare, 2))
    for row in rows:
        cells = [wrapped(cell, size) for cell, size in zip(row, fitted, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            padded = (part + " " * (size - columns(part)) for part, size in zip(parts, fitted, strict=True))
            yield (" " * _INDENT + (" " * _GAP).join(padded)).rstrip()
