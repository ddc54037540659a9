"""A comparison as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.evidence.comparison import Comparison
from fmnist_governance.render.comparisons.words import (
    RANK,
    aspects,
    changed,
    counts,
    points,
    probability,
    summary,
    unjudged,
    value,
)
from fmnist_governance.render.text import code, escaped


def render(comparison: Comparison) -> str:
    """Return a comparison in which no text of a record means anything but itself."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield "# Comparison of two audits"
    yield ""
    yield "| | Model | Run | Seal | Assessment |"
    yield "| --- | --- | --- | --- | --- |"
    for word, side in (("First", comparison.first), ("Second", comparison.second)):
        cells = (code(side.model), code(side.run), code(side.seal), code(side.assessment or "none"))
        yield f"| {word} | {' | '.join(cells)} |"
    for text in (summary(comparison), *unjudged(comparison)):
        yield from ("", escaped(text))
    yield from _tests(comparison)
    yield from _facts(comparison)
    yield from _numbers(comparison)


def _tests(comparison: Comparison) -> Iterator[str]:
    yield from ("", "## Tests", "")
    yield "Second less first, in points of percent. Paired tests are exact (McNemar); p-values are corrected (Holm), "
    yield "the intervals of 95 % are not: each stands for itself."
    yield from (
        "",
        "| Check | Condition | Images | Difference (95 %) | p | Second is |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    for test in sorted(comparison.tests, key=lambda test: RANK.index(test.conclusion)):
        cells = (code(test.check), code(test.condition), counts(test), points(test), probability(test.adjusted))
        yield f"| {' | '.join(cells)} | **{test.conclusion}** |"
    for reason in comparison.unpaired:
        yield ""
        yield f"Not compared image by image: {escaped(reason)}."


def _facts(comparison: Comparison) -> Iterator[str]:
    for topic, told, differing in aspects(comparison):
        yield from ("", f"## {topic}", "", f"{told[0].upper()}{told[1:]}.")
        if differing:
            yield from ("", "| What | First | Second |", "| --- | --- | --- |")
        for fact in differing:
            first, second = (escaped(text) if text is not None else "not stated" for text in (fact.first, fact.second))
            yield f"| {escaped(fact.name)} | {first} | {second} |"


def _numbers(comparison: Comparison) -> Iterator[str]:
    yield from ("", "## Numbers", "")
    yield "Each with its own interval. These differences were not tested; only those above were."
    yield from ("", "| Measurement | First | Second | Difference |", "| --- | --- | --- | --- |")
    for pair in comparison.numbers:
        yield f"| {code(pair.id)} | {value(pair.first)} | {value(pair.second)} | {changed(pair)} |"
