"""Can somebody who knows an image and its label tell from the answer whether the model learned from it?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor

from fmnist_governance.audit.check import Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.separation import LEVEL, Rate, auroc, caught
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.audit.uncertainty.held_out import in_order
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Interval, Measurement, Unit
from fmnist_governance.stats.difference import newcombe, welch
from fmnist_governance.stats.proportions import quantile, wilson

LIMITS = (
    "The attack looks at the loss alone; one with shadow models (LiRA) is stronger, and was not run.",
    "It tells members from images of the same kind; nothing is said of images rebuilt from the weights.",
)
FOREIGN = (
    "That they were learned from is known of models that this product trained on this data; of any other it is an"
    " assumption, and a result near chance may mean that it learned from other images."
)
TAILS = {"0_01": 0.01, "0_001": 0.001}
"""False positive rates as they stand in measurement ids, and as numbers."""
HEADLINES = frozenset({"membership.auc", "membership.tpr_at_fpr_0_01", "generalisation_gap"})
"""What is kept as a metric of the run."""
ROWS = 60
"""Points of the stored curve."""


class PrivacyParams(Params):
    """Settings of the privacy check."""

    members: Annotated[int, Field(ge=10)] = 10_000
    """How many training images are asked about, drawn by chance; all of them where there are no more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model answers to images that it learned from, and to others."""

    members: Tensor
    """(M,) float64, log-probability of the label of each training image."""
    others: Tensor
    """(N,) float64, likewise of each test image."""
    members_right: int
    others_right: int


def measure(subject: Subject, params: PrivacyParams) -> CheckResult:
    """Guess by the loss which images the model learned from.

    Raises:
        CheckError: There are no training images, or no test images.
    """
    train = subject.train
    if train is None or not len(train) or not len(subject.test):
        msg = "privacy: there are no training images to tell from test images"
        raise CheckError(msg)
    order = torch.randperm(len(train), generator=subject.generator("privacy", "members"))
    drawn = train.take(order[: params.members].sort().values)
    logits, test = subject.answer(drawn.images), in_order(subject.test)
    asked = Asked(
        members=_log_likelihood(logits, drawn.labels),
        others=_log_likelihood(test.logits, test.labels),
        members_right=int((logits.argmax(dim=1) == drawn.labels).sum()),
        others_right=int(test.correct.sum()),
    )
    return CheckResult(
        measurements=tuple(_numbers(asked)),
        limits=(*LIMITS, f"{len(drawn):,} training images stand for what it learned from. {FOREIGN}"),
        passes=len(drawn) / len(test),
        tables=(_roc(asked),),
    )


def _log_likelihood(logits: Tensor, labels: Tensor) -> Tensor:
    return logits.double().log_softmax(dim=1).gather(1, labels[:, None])[:, 0]


def _numbers(asked: Asked) -> Iterator[Measurement]:
    members, others = asked.members, asked.others
    smaller = min(len(members), len(others))
    title = "How often a training image has a smaller loss than a test image (AUROC of membership inference)"
    yield _fraction("membership.auc", title, auroc(members, others), smaller)
    for name, tail in TAILS.items():
        title = f"Training images found out where {100 * tail:g} % of the test images are falsely accused"
        yield _fraction(f"membership.tpr_at_fpr_{name}", title, caught(members, others, tail), smaller)
    title = "Advantage of the best threshold: training images found out minus test images falsely accused"
    best = advantage(members, others)
    yield _fraction(
        "membership.advantage", title, Rate(best, advantage_interval(best, len(members), len(others))), smaller
    )
    right, n, test_right, m = asked.members_right, len(members), asked.others_right, len(others)
    yield _fraction("members.accuracy", "Accuracy on training images", Rate(right / n, wilson(right, n)), n).model_copy(
        update={"better": None}
    )
    gap = Rate(right / n - test_right / m, newcombe((right, n), (test_right, m)))
    yield _fraction("generalisation_gap", "Accuracy on training images minus that on test images", gap, smaller)
    title = "Mean loss on test images minus that on training images"
    yield _fraction("loss_gap", title, _loss_gap(members, others), smaller, unit="nats")


def _fraction(name: str, title: str, rate: Rate, n: int, unit: Unit = "fraction") -> Measurement:
    return Measurement(
        id=f"privacy.{name}",
        title=title,
        value=rate.value,
        unit=unit,
        better="lower",
        n=n,
        interval=rate.interval,
        headline=name in HEADLINES,
    )


def _loss_gap(members: Tensor, others: Tensor) -> Rate:
    value = float(members.mean() - others.mean())
    spread = [(float(x.mean()), float(x.var(correction=min(1, len(x) - 1))), len(x)) for x in (members, others)]
    held = welch(spread[0], spread[1], least=wilson(0, min(len(members), len(others))).high)
    return Rate(value, held.model_copy(update={"low": min(held.low, value), "high": max(held.high, value)}))


def advantage(members: Tensor, others: Tensor) -> float:
    """Return the largest difference of true and false positive rate that a threshold on the score reaches.

    Args:
        members: (M,) scores of members, M at least 1.
        others: (N,) scores of others, N at least 1.

    Returns:
        In [0, 1]; 0 where no threshold is better than chance.

    References:
        Yeom et al. (2018), Privacy Risk in Machine Learning: Analyzing the Connection to Overfitting, definition 4.
    """
    edges = torch.cat([members, others]).double().unique()
    kept = (_at_least(members, edges), _at_least(others, edges))
    return max(0.0, float((kept[0] - kept[1]).max()))


def _at_least(scores: Tensor, edges: Tensor) -> Tensor:
    """Return for each edge the share of scores at or above it."""
    return 1 - torch.searchsorted(scores.double().sort().values, edges).double() / len(scores)


def advantage_interval(value: float, members: int, others: int) -> Interval:
    """Return an interval of the advantage that allows for its being a largest difference, too large on few images.

    Downwards it reaches as far as the largest difference of two samples from one distribution may (Smirnov, one-sided),
    upwards as far as the difference at one threshold may: the best one in truth does at most as well here as the best
    one here. Both are widest where nothing sets the groups apart, and wide enough elsewhere.

    Args:
        value: The advantage as measured.
        members: Number of members, at least 1.
        others: Number of others, at least 1.

    References:
        Smirnov (1948), Table for estimating the goodness of fit of empirical distributions. Wei and Dudley (2012),
        Two-sample Dvoretzky-Kiefer-Wolfowitz inequalities.
    """
    spread = math.sqrt(1 / members + 1 / others)
    low = value - spread * math.sqrt(math.log(2 / (1 - LEVEL)) / 2)
    high = value + spread * quantile(LEVEL) / 2
    return Interval(low=max(0.0, low), high=min(1.0, high), level=LEVEL, method="smirnov below, normal above")


def _roc(asked: Asked) -> Table:
    others, n = asked.others.sort(descending=True).values, len(asked.others)
    steps = torch.logspace(0, torch.log10(torch.tensor(float(n))).item(), ROWS, dtype=torch.float64).round().long()
    rows = []
    for allowed in steps.clamp(1, n).unique().tolist():
        edge = float(others[allowed]) if allowed < n else -torch.inf
        found = int((asked.members > edge).sum())
        around_it, rate = wilson(found, len(asked.members)), found / len(asked.members)
        rows.append((allowed / n, rate, min(rate, around_it.low), max(rate, around_it.high)))
    names = ("false_positive_rate", "true_positive_rate", "true_positive_low", "true_positive_high")
    caption = (
        "Training images found out by their loss, by the share of test images that are falsely accused; each interval"
        " holds on its own, for the threshold as it is"
    )
    return Table("roc", caption, tuple(Column(name, "fraction") for name in names), tuple(rows))


PRIVACY = Check(name="privacy", version=1, needs=frozenset({Need.TRAIN}), params=PrivacyParams, measure=measure)
