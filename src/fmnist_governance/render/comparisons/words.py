"""The words and digits in which every view puts a comparison."""

from __future__ import annotations

from fmnist_governance.evidence.comparison import Comparison, Pair, Test
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.digits import rounded

_TINY = 0.001
_ALPHA = 0.05


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
    return f"{p:.1e}" if 0 < p < _TINY else rounded(p, (_ALPHA,), "score")


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
        return rounded(found.value, (), found.unit)
    low, high = (rounded(end, (), found.unit) for end in (found.interval.low, found.interval.high))
    return f"{rounded(found.value, (), found.unit)} ({low} to {high})"


def changed(pair: Pair) -> str:
    """Return how far the second number lies from the first; such a difference was not tested."""
    first = pair.first or pair.second
    if pair.difference is None or first is None:
        return "missing"
    text = rounded(pair.difference, (), first.unit).removesuffix(" %")
    return text if pair.difference <= 0 else f"+{text}"
