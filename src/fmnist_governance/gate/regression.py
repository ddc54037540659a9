"""Is the model worse than the one that it would replace, on the same images?"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, FiniteFloat, StringConstraints

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.evidence.assessment import Outcome
from fmnist_governance.evidence.outcomes import Unpaired, pair
from fmnist_governance.evidence.record import Interval
from fmnist_governance.gate.bound import OUTCOMES
from fmnist_governance.gate.rule import Baseline, Case, Clause, Judgement, Rule
from fmnist_governance.gate.tightening import lower
from fmnist_governance.stats.digits import rounded
from fmnist_governance.stats.paired import Discordance, difference_interval, discordance, mcnemar

_LEVEL = 0.95
_TINY = 0.001
_NAMED = 5
_SHOWN = len("sha256:") + 12


class NoRegressionClause(Clause):
    """A ban on being worse than a baseline, judged image by image."""

    kind: Literal["no_regression"]
    check: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=60)] = "performance"
    """The check that kept which images were answered rightly."""
    condition: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+$", max_length=80)] = "clean"
    """Under which condition, such as `clean`."""
    margin: Annotated[FiniteFloat, Field(gt=0, lt=1)]
    """The loss that must be ruled out; 0.01 is one point. On few images it is not, and the clause is undecided."""


def judge(case: Case, clause: NoRegressionClause) -> Judgement:
    """Fail where an exact McNemar test shows a loss; pass only where a loss of the margin is ruled out."""
    if case.baseline is None:
        message = (
            "no baseline was given to compare with; name one with --baseline (promote takes the version that holds the "
            "alias, if there is one)"
        )
        return Judgement(Outcome.NO_EVIDENCE, case.baseline_lack or message)
    if case.baseline.record.subject.digest == case.record.subject.digest:
        message = "the baseline is this very model, so nothing was compared; name the audit of another one"
        return Judgement(Outcome.NO_EVIDENCE, message)
    found = pair((case.baseline.record, case.baseline.read), (case.record, case.read), clause.check)
    if isinstance(found, Unpaired):
        known = [check.name for check in case.record.checks]
        hint = did_you_mean(clause.check, known) if clause.check not in known else ""
        return Judgement(Outcome.NO_EVIDENCE, f"the baseline cannot be compared image by image: {found.reason}{hint}")
    if clause.condition not in found:
        hint = did_you_mean(clause.condition, found) or f"; both kept {', '.join(list(found)[:_NAMED])}"
        message = f"check {clause.check} kept no outcomes under {clause.condition}{hint}"
        return Judgement(Outcome.NO_EVIDENCE, message)
    counts = discordance(*found[clause.condition])
    interval, p = difference_interval(counts, _LEVEL), mcnemar(counts)
    outcome = _outcome(counts, interval, p, clause.margin)
    message = _message(counts, interval, p, clause.margin, case.baseline)
    return Judgement(outcome, message + _reading(outcome, counts, interval, clause.margin))


def _outcome(counts: Discordance, interval: Interval, p: float, margin: float) -> Outcome:
    if counts.lost > counts.gained and p <= 1 - _LEVEL:
        return Outcome.FAILED
    return Outcome.PASSED if interval.low > -margin else Outcome.UNDECIDED


def _message(counts: Discordance, interval: Interval, p: float, margin: float, baseline: Baseline) -> str:
    low, value, high = (_points(number, margin) for number in (interval.low, counts.difference, interval.high))
    images = f"{counts.gained:,} images gained and {counts.lost:,} lost of {counts.n:,}"
    whom = f"{baseline.record.subject.uri}, sealed as {baseline.seal[:_SHOWN]}"
    return f"{value} points against {whom} (95 % interval {low} to {high}, {images}, exact p = {_probability(p)})"


def _points(number: float, margin: float) -> str:
    return rounded(number, (-margin,), "fraction").removesuffix(" %")


def _probability(p: float) -> str:
    return f"{p:.1e}" if p < _TINY else rounded(p, (1 - _LEVEL,), "score")


def _reading(outcome: Outcome, counts: Discordance, interval: Interval, margin: float) -> str:
    loss = f"a loss of {_points(margin, margin)} points"
    if outcome is Outcome.FAILED:
        return "; it is worse"
    if outcome is Outcome.PASSED:
        return f"; it is not shown to be worse, and {loss} is ruled out"
    more = _more(counts, interval, margin)
    return f"; {loss} is not ruled out: {more:,} more images at this rate would decide it"


def _more(counts: Discordance, interval: Interval, margin: float) -> int:
    """Return how many more images would draw the interval off the margin, or off no difference, at the same rates."""
    value, n = counts.difference, counts.n
    ways = [((value - interval.low) / (value + margin)) ** 2] if value > -margin else []
    ways += [((interval.high - value) / value) ** 2] if value < 0 else []
    return max(1, math.floor(min(ways) * n) + 1 - n)


NO_REGRESSION = Rule(
    kind="no_regression",
    remedy="Name an audit of the same images by --baseline, or mend what was lost.",
    clause=NoRegressionClause,
    judge=judge,
    demands=lambda clause: (
        f"on the same images, {clause.check} ({clause.condition}) is not worse than the baseline's, "
        f"and a loss of {clause.margin:g} is ruled out"
    ),
    outcomes=OUTCOMES,
    tighter={"margin": lower},
)
