"""Which answers should the model keep to itself?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.check import Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.audit.uncertainty import ranking
from fmnist_governance.audit.uncertainty.abstention import threshold
from fmnist_governance.audit.uncertainty.held_out import HeldOut, held_out, in_order
from fmnist_governance.audit.uncertainty.ranking import Accepted, Ranking, accepted, errors_at, ranked
from fmnist_governance.audit.uncertainty.resampling import around, once, resampled
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "Ranks answers by the probability of the winning class; another score may rank them better.",
    "Abstaining helps against mistakes that the model is unsure of, not against images that it has no class for.",
    "A threshold keeps its error only on images like those that it was fitted on.",
    "It is the lowest whose error, at the upper end of a 95 % interval, is as low there as wished: a cautious choice.",
)
ROWS = 100
"""Steps of the risk-coverage curve."""


class SelectiveParams(Params):
    """Settings of the selective check."""

    coverage_percent: Annotated[int, Field(ge=1, le=99)] = 90
    """Share of the images, the surest, of which the error is measured."""
    error_percent: Annotated[int, Field(ge=1, le=50)] = 1
    """Share of the accepted answers that is wished to be wrong at most."""
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    """Bootstrap resamples behind each interval that is not a plain proportion's."""


def measure(subject: Subject, params: SelectiveParams) -> CheckResult:
    """Rank answers by confidence, and find the confidence below which to abstain.

    Raises:
        CheckError: There are no test images, or too few to fit on some and score on others.
    """
    if not len(subject.test):
        msg = "selective: there are no test images"
        raise CheckError(msg)
    test, held = in_order(subject.test), held_out(subject)
    order = ranked(_confidence(test), test.correct)
    measurements = (*_ranked(subject, test, order, params), *_abstaining(held, params))
    reasons = {
        "selective.failure_auroc": "all answers are right, or all are wrong: there is nothing to tell apart",
        **dict.fromkeys(_at_error(params), f"no threshold keeps the error at {params.error_percent} % for sure"),
    }
    found = {measurement.id for measurement in measurements}
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, f"The threshold was {held.source}."),
        tables=(_risk_coverage(test, order),),
        absent={id_: reason for id_, reason in reasons.items() if id_ not in found},
    )


def _confidence(examples: Examples) -> Tensor:
    return examples.probabilities.amax(dim=1)


def _at_error(params: SelectiveParams) -> tuple[str, str, str]:
    stem = f"selective.at_error_{params.error_percent}"
    return f"{stem}.coverage", f"{stem}.error", f"{stem}.threshold"


def _ranked(subject: Subject, test: Examples, order: Ranking, params: SelectiveParams) -> Iterator[Measurement]:
    n, wrong, share = len(test), int((~test.correct).sum()), params.coverage_percent
    surest = -(-n * share // 100)

    def every(weights: Tensor) -> Tensor:
        found = accepted(order, weights)
        risk = ranking.risk_at(found, surest)
        areas = ranking.area_under_risk(found), ranking.area_under_generalised_risk(found)
        return torch.stack([*areas, ranking.failure_auroc(found), risk], dim=1)

    values = once(every, n).tolist()
    drawn = resampled(every, n, params.resamples, subject.generator("selective", "bootstrap"))
    alike = wrong in {0, n}
    ends = [around(values[k], drawn[:, k], n, alike=alike, span=(0.0, 1.0)) for k in (0, 1, 3)]
    title = "Area under the risk-coverage curve: error among the surest answers, averaged over how many are accepted"
    yield _number("aurc", title, values[0], n, ends[0], headline=True)
    title = "Area under the generalised risk-coverage curve: answers accepted and wrong, averaged likewise"
    yield _number("augrc", title, values[1], n, ends[1])
    if not alike:
        title = "How often a right answer is surer than a wrong one (AUROC of misclassification)"
        interval = around(values[2], drawn[:, 2], min(wrong, n - wrong), span=(0.0, 1.0))
        yield _number("failure_auroc", title, values[2], n, interval, headline=True).model_copy(
            update={"better": "higher"}
        )
    title = f"Error among the surest {share} % of the answers"
    risk = _number(f"risk_at_coverage_{share}", title, values[3], surest, ends[2], headline=True)
    yield risk.model_copy(update={"unit": "fraction"})


def _number(  # noqa: PLR0913 - the fields of a measurement
    name: str, title: str, value: float, n: int, interval: Interval, *, headline: bool = False
) -> Measurement:
    return Measurement(
        id=f"selective.{name}",
        title=title,
        value=value,
        unit="score",
        better="lower",
        n=n,
        interval=interval,
        headline=headline,
    )


def _abstaining(held: HeldOut, params: SelectiveParams) -> Iterator[Measurement]:
    fit, score, wished = held.fit, held.score, params.error_percent
    found = threshold(_confidence(fit), fit.correct, wished / 100)
    taken = _confidence(score) >= (2.0 if found is None else found)
    count, n = int(taken.sum()), len(score)
    coverage, error, edge = _at_error(params)
    title = f"Answers that may be accepted so that at most {wished} % of them are wrong"
    if found is None:
        title = f"Answers accepted, as no confidence was shown to keep their error at {wished} % on held-out images"
    yield _share(coverage, title, count, n).model_copy(update={"better": "higher"})
    if found is None:
        return
    if count:
        yield _share(error, f"Error among them, wished {wished} %", int((~score.correct & taken).sum()), count)
    yield Measurement(
        id=edge,
        title=f"Confidence below which to abstain for an error of at most {wished} %: a setting, {held.source}",
        value=found,
        unit="fraction",
        better=None,
        n=None,
        interval=None,
        headline=True,
    )


def _share(id_: str, title: str, part: int, n: int) -> Measurement:
    return Measurement(
        id=id_,
        title=title,
        value=part / n,
        unit="fraction",
        better="lower",
        n=n,
        interval=wilson(part, n),
        headline=True,
    )


def _risk_coverage(test: Examples, order: Ranking) -> Table:
    n, confidence = len(test), _confidence(test)[order.order]
    counts = (-(-n * torch.arange(1, ROWS + 1) // ROWS)).unique()
    found: Accepted = accepted(order, torch.ones(1, n, dtype=torch.float64))
    wrong = errors_at(found, counts)[0]
    rows = []
    for count, errors, edge in zip(counts.tolist(), wrong.tolist(), confidence[counts - 1].tolist(), strict=True):
        around_it, risk = wilson(round(errors), count), errors / count
        rows.append((count / n, risk, min(risk, around_it.low), max(risk, around_it.high), edge, count))
    names = ("coverage", "risk", "risk_low", "risk_high", "confidence", "n")
    columns = tuple(Column(name, "count" if name == "n" else "fraction") for name in names)
    caption = "Error among the surest answers, by the share that is accepted; each interval holds on its own"
    return Table("risk_coverage", caption, columns, tuple(rows))


SELECTIVE = Check(name="selective", version=1, needs=frozenset(), params=SelectiveParams, measure=measure)
