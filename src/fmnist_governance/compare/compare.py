"""What differs between two audits, and which differences are more than chance?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

from fmnist_governance.compare.facts import facts
from fmnist_governance.evidence.comparison import Comparison, Pair, Side, Test
from fmnist_governance.evidence.outcomes import Read, Unpaired, pair, path
from fmnist_governance.evidence.record import EvidenceRecord, Interval, Measurement
from fmnist_governance.stats.families import holm
from fmnist_governance.stats.paired import difference_interval, discordance, mcnemar

ACCURACY = "performance.accuracy"
_PERFORMANCE = "performance"
NEWCOMBE = "newcombe"


@dataclass(frozen=True, slots=True)
class Audited:
    """One of two audits: its record, and the reader of its sealed files."""

    record: EvidenceRecord
    read: Read
    run: str
    seal: str


def compare(first: Audited, second: Audited) -> Comparison:
    """Compare two audits: in pairs where they looked at the same images, side by side where not.

    Args:
        first: The audit to compare with.
        second: The audit that is compared with it; differences are second less first.

    Raises:
        EvidenceError: A sealed file of outcomes cannot be read.
    """
    reasons: list[str] = []
    tests = tuple(_tests(first, second, reasons))
    adjusted = holm([test.p for test in tests])
    return Comparison(
        first=_side(first),
        second=_side(second),
        facts=facts(first.record, second.record),
        tests=tuple(test.model_copy(update={"adjusted": p}) for test, p in zip(tests, adjusted, strict=True)),
        unpaired=tuple(reasons),
        numbers=tuple(_numbers(first.record, second.record)),
    )


def _side(audited: Audited) -> Side:
    return Side(run=audited.run, model=audited.record.subject.uri, seal=audited.seal)


def _numbers(first: EvidenceRecord, second: EvidenceRecord) -> Iterator[Pair]:
    for id_ in dict.fromkeys(m.id for record in (first, second) for m in record.measurements):
        yield Pair(id=id_, first=first.find(id_), second=second.find(id_))


def _tests(first: Audited, second: Audited, reasons: list[str]) -> Iterator[Test]:
    paired: set[str] = set()
    for name in _keeping(first, second):
        found = pair((first.record, first.read), (second.record, second.read), name)
        if isinstance(found, Unpaired):
            reasons.append(f"{name}: {found.reason}")
            continue
        paired.add(name)
        for condition, (before, after) in found.items():
            yield _paired(name, condition, before, after)
    if _PERFORMANCE not in paired:
        yield from _side_by_side(first.record.find(ACCURACY), second.record.find(ACCURACY))


def _keeping(first: Audited, second: Audited) -> Iterator[str]:
    """Return the checks whose outcomes are in an audit, and performance in any case."""
    for name in dict.fromkeys(check.name for record in (first.record, second.record) for check in record.checks):
        if name == _PERFORMANCE or any(audited.read(path(name)) is not None for audited in (first, second)):
            yield name


def _paired(check: str, condition: str, before: str, after: str) -> Test:
    counts = discordance(before, after)
    p = mcnemar(counts)
    return Test(
        check=check,
        condition=condition,
        how="paired",
        n=counts.n,
        gained=counts.gained,
        lost=counts.lost,
        difference=counts.difference,
        interval=difference_interval(counts),
        p=p,
        adjusted=p,
    )


def _side_by_side(first: Measurement | None, second: Measurement | None) -> Iterator[Test]:
    """Compare two accuracies of which the images cannot be paired; nothing where one is missing."""
    if first is None or second is None or not _is_share(first) or not _is_share(second):
        return
    p = two_shares(first.value, first.n or 1, second.value, second.n or 1)
    yield Test(
        check=_PERFORMANCE,
        condition="clean",
        how="unpaired",
        n=min(first.n or 1, second.n or 1),
        gained=None,
        lost=None,
        difference=second.value - first.value,
        interval=apart(first, second),
        p=p,
        adjusted=p,
    )


def _is_share(found: Measurement) -> bool:
    return found.unit == "fraction" and found.n is not None and found.interval is not None


def two_shares(first: float, n: int, second: float, m: int) -> float:
    """Return the two-sided p-value of the pooled score test of two independent shares.

    Args:
        first: A share in [0, 1].
        n: How many examples it rests on.
        second: Another share.
        m: How many examples that rests on.
    """
    pooled = (first * n + second * m) / (n + m)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return 1.0 if error == 0 else 2 * NormalDist().cdf(-abs(second - first) / error)


def apart(first: Measurement, second: Measurement) -> Interval:
    """Return the interval of second less first from the interval of each.

    Raises:
        ValueError: One has no interval.

    References:
        Newcombe (1998), Interval estimation for the difference between independent proportions, method 10.
    """
    if first.interval is None or second.interval is None:
        msg = f"{first.id}: expected an interval for both shares"
        raise ValueError(msg)
    value = second.value - first.value
    low = value - math.hypot(second.value - second.interval.low, first.interval.high - first.value)
    high = value + math.hypot(second.interval.high - second.value, first.value - first.interval.low)
    return Interval(low=low, high=high, level=min(first.interval.level, second.interval.level), method=NEWCOMBE)
