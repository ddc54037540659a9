"""A comparison for a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.evidence.comparison import Comparison, Test
from fmnist_governance.render.comparisons.words import changed, counts, points, probability, summary, value
from fmnist_governance.render.verdicts.safe_text import wrapped

_INDENT = 4


def lines(comparison: Comparison, width: int = 80) -> str:
    """Return a comparison as plain text: the tests, the facts that differ, and the headline numbers that do.

    Args:
        comparison: What differs.
        width: Columns of the terminal.
    """
    return "\n".join(line for text, indent in _texts(comparison) for line in _wrapped(text, indent, width)) + "\n"


def _wrapped(text: str, indent: int, width: int) -> list[str]:
    return [" " * indent + line if line else "" for line in wrapped(text, width - indent)]


def _texts(comparison: Comparison) -> Iterator[tuple[str, int]]:
    yield f"First:  {comparison.first.model}, run {comparison.first.run}", 0
    yield f"Second: {comparison.second.model}, run {comparison.second.run}", 0
    yield summary(comparison), 0
    for test in comparison.tests:
        yield "", 0
        yield from _test(test)
    for reason in comparison.unpaired:
        yield f"Not compared image by image: {reason}", 0
    differing = [fact for fact in comparison.facts if not fact.same]
    yield "", 0
    yield f"{len(differing)} of {len(comparison.facts)} facts differ.", 0
    for fact in differing:
        yield f"{fact.name}: {fact.first or 'not stated'}; then {fact.second or 'not stated'}", _INDENT
    yield from _numbers(comparison)


def _test(test: Test) -> Iterator[tuple[str, int]]:
    yield f"{test.conclusion.upper()}  {test.check} ({test.condition}), {counts(test)}", 0
    yield f"{points(test)} points, corrected p = {probability(test.adjusted)}", _INDENT


def _numbers(comparison: Comparison) -> Iterator[tuple[str, int]]:
    headlines = [
        pair
        for pair in comparison.numbers
        if pair.difference != 0 and any(side is not None and side.headline for side in (pair.first, pair.second))
    ]
    yield "", 0
    yield f"{len(headlines)} headline numbers differ; these differences were not tested.", 0
    for pair in headlines:
        yield f"{pair.id}: {value(pair.first)}; then {value(pair.second)}; {changed(pair)}", _INDENT
