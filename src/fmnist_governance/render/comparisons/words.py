"""The words and digits in which every view puts a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from fmnist_governance.evidence.comparison import About, Comparison, Fact, Pair, Test
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.render.shown import amount
from fmnist_governance.stats.digits import rounded

RANK = ("worse", "better", "not told apart")
"""The conclusions of a test, what matters most first."""
_TINY = 0.001
_LEAST = 1e-15
"""Below it, a test that rests on the normal distribution tells no numbers apart."""
_ALPHA = 0.05
_TOPICS: dict[About, str] = {
    "verdict": "Verdict",
    "policy": "Policy",
    "claims": "Claims",
    "requirements": "Requirements",
    "model": "Model",
    "data": "Data",
    "settings": "Settings of the audit",
    "code": "Code",
    "environment": "Environment",
}


def summary(comparison: Comparison) -> str:
    """Return in one sentence what the tests say."""
    told = [test for test in comparison.tests if test.conclusion != "not told apart"]
    if not comparison.tests:
        return "Nothing could be tested: the audits share no outcomes and no accuracy."
    better = sum(test.conclusion == "better" for test in told)
    rest = len(comparison.tests) - len(told)
    counted = f"better in {better}, worse in {len(told) - better}, not told apart in {rest}"
    tests = "test" if len(comparison.tests) == 1 else "tests, corrected for their number"
    return f"Of {len(comparison.tests)} {tests}, the second model is {counted}."


def points(test: Test) -> str:
    """Return the difference in points of percent with its interval."""
    low, high = (rounded(end, (), "fraction").removesuffix(" %") for end in (test.interval.low, test.interval.high))
    return f"{rounded(test.difference, (), 'fraction').removesuffix(' %')} ({low} to {high})"


def probability(p: float) -> str:
    """Return a p-value whose side of 5 % can be seen."""
    if p < _LEAST:
        return f"< {_LEAST:.0e}"
    return f"{p:.1e}" if p < _TINY else rounded(p, (_ALPHA,), "score")


def counts(test: Test) -> str:
    """Return on how many images the models differ, or that they could not be paired."""
    if test.gained is None or test.lost is None:
        return f"not paired, {test.n:,}"
    return f"{test.gained:,} gained, {test.lost:,} lost of {test.n:,}"


def value(found: Measurement | None) -> str:
    """Return a measurement with its interval, or that it is missing."""
    if found is None:
        return "missing"
    if found.interval is None:
        return amount(found.value, found.unit)
    low, high = found.interval.low, found.interval.high
    ends = amount(low, found.unit, found.value, high), amount(high, found.unit, found.value, low)
    return f"{amount(found.value, found.unit, low, high)} ({' to '.join(ends)})"


def changed(pair: Pair) -> str:
    """Return how far the second number lies from the first; such a difference was not tested."""
    first = pair.first or pair.second
    if pair.difference is None or first is None:
        return "missing"
    values = [side.value for side in (pair.first, pair.second) if side] if first.unit == "count" else []
    text = amount(pair.difference, first.unit, *values).removesuffix(" %")
    return text if pair.difference <= 0 else f"+{text}"


def aspects(comparison: Comparison) -> Iterator[tuple[str, str, tuple[Fact, ...]]]:
    """Return each topic with how much of it differs, in words, and the facts that do.

    A topic of which neither audit states anything is told, too: that is not the same as no difference.
    """
    for about in get_args(About):
        facts = [fact for fact in comparison.facts if fact.about == about]
        differing = tuple(fact for fact in facts if not fact.same)
        yield _TOPICS[about], _told(len(facts), len(differing)), differing


def _told(facts: int, differing: int) -> str:
    if facts < 2:  # noqa: PLR2004 - one fact is not counted
        return "differs" if differing else "the same" if facts else "neither audit states anything"
    if not differing:
        return f"all {facts} are the same"
    return f"all {facts} differ" if differing == facts else f"{differing} of {facts} differ"


def unjudged(comparison: Comparison) -> Iterator[str]:
    """Say of which audit nothing was concluded yet, and what would."""
    for word, side in (("first", comparison.first), ("second", comparison.second)):
        if side.assessment is None:
            yield f"Nothing was concluded from the {word} audit yet; fmnist-audit gate judges its run."


def alike(comparison: Comparison) -> str | None:
    """Count the tests that tell nothing apart, by check; None where there are none."""
    counted = Counter(test.check for test in comparison.tests if test.conclusion == "not told apart")
    checks = ", ".join(f"{check} ({number:,})" for check, number in counted.items())
    return f"Not told apart: {checks}." if checks else None
