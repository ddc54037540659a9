"""A comparison as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.evidence.comparison import Comparison
from fmnist_governance.render.comparisons.words import changed, counts, points, probability, summary, value
from fmnist_governance.render.text import code, escaped


def render(comparison: Comparison) -> str:
    """Return a comparison in which no text of a record means anything but itself."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield "# Comparison of two audits"
    yield ""
    yield "| | Model | Run | Seal |"
    yield "| --- | --- | --- | --- |"
    for word, side in (("First", comparison.first), ("Second", comparison.second)):
        yield f"| {word} | {code(side.model)} | {code(side.run)} | {code(side.seal)} |"
    yield ""
    yield escaped(summary(comparison))
    yield from _tests(comparison)
    yield from _facts(comparison)
    yield from _numbers(comparison)


def _tests(comparison: Comparison) -> Iterator[str]:
    yield from ("", "## Tests", "")
    yield "Second less first, in points of percent. Paired tests are exact (McNemar); p-values are corrected (Holm)."
    yield from (
        "",
        "| Check | Condition | Images | Difference | p | Second is |",
        "| --- | --- | --- | --- | --- | --- |",
    )
    for test in comparison.tests:
        cells = (code(test.check), code(test.condition), counts(test), points(test), probability(test.adjusted))
        yield f"| {' | '.join(cells)} | **{test.conclusion}** |"
    for reason in comparison.unpaired:
        yield ""
        yield f"Not compared image by image: {escaped(reason)}."


def _facts(comparison: Comparison) -> Iterator[str]:
    differing = [fact for fact in comparison.facts if not fact.same]
    yield from ("", "## What else differs", "")
    yield f"{len(differing)} of {len(comparison.facts)} facts differ."
    if differing:
        yield from ("", "| Fact | First | Second |", "| --- | --- | --- |")
    for fact in differing:
        first, second = (escaped(text) if text is not None else "not stated" for text in (fact.first, fact.second))
        yield f"| {escaped(fact.name)} | {first} | {second} |"


def _numbers(comparison: Comparison) -> Iterator[str]:
    yield from ("", "## Numbers", "")
    yield "Each with its own interval. These differences were not tested; only those above were."
    yield from ("", "| Measurement | First | Second | Difference |", "| --- | --- | --- | --- |")
    for pair in comparison.numbers:
        yield f"| {code(pair.id)} | {value(pair.first)} | {value(pair.second)} | {changed(pair)} |"
