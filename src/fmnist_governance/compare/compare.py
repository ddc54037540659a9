"""What differs between two audits, and which differences are more than chance?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fmnist_governance.compare.facts import facts
from fmnist_governance.evidence.assessment import Assessment
from fmnist_governance.evidence.comparison import Comparison, Pair, Side, Test
from fmnist_governance.evidence.outcomes import Read, Unpaired, pair, path
from fmnist_governance.evidence.record import EvidenceRecord, Measurement
from fmnist_governance.stats import paired, unpaired
from fmnist_governance.stats.families import holm

ACCURACY = "performance.accuracy"
_PERFORMANCE = "performance"


@dataclass(frozen=True, slots=True)
class Audited:
    """One of two audits: its record, the reader of its sealed files, and what was concluded from it last."""

    record: EvidenceRecord
    read: Read
    run: str
    seal: str
    concluded: Assessment | None = None
    """None where nothing was concluded yet."""
    assessment: str | None = None
    """Id of that assessment."""


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
        facts=facts((first.record, first.concluded), (second.record, second.concluded)),
        tests=tuple(test.model_copy(update={"adjusted": p}) for test, p in zip(tests, adjusted, strict=True)),
        unpaired=tuple(reasons),
        numbers=tuple(_numbers(first.record, second.record)),
    )


def _side(audited: Audited) -> Side:
    subject = audited.record.subject
    return Side(run=audited.run, model=subject.uri, seal=audited.seal, assessment=audited.assessment)


def _numbers(first: EvidenceRecord, second: EvidenceRecord) -> Iterator[Pair]:
    for id_ in dict.fromkeys(m.id for record in (first, second) for m in record.measurements):
        yield Pair(id=id_, first=first.find(id_), second=second.find(id_))


def _tests(first: Audited, second: Audited, reasons: list[str]) -> Iterator[Test]:
    in_pairs: set[str] = set()
    for name in _keeping(first, second):
        found = pair((first.record, first.read), (second.record, second.read), name)
        if isinstance(found, Unpaired):
            reasons.append(f"{name}: {found.reason}")
            continue
        in_pairs.add(name)
        for condition, (before, after) in found.items():
            yield _paired(name, condition, before, after)
    if _PERFORMANCE not in in_pairs:
        yield from _side_by_side(first.record.find(ACCURACY), second.record.find(ACCURACY))


def _keeping(first: Audited, second: Audited) -> Iterator[str]:
    """Return the checks whose outcomes are in an audit, and performance in any case."""
    for name in dict.fromkeys(check.name for record in (first.record, second.record) for check in record.checks):
        if name == _PERFORMANCE or any(audited.read(path(name)) is not None for audited in (first, second)):
            yield name


def _paired(check: str, condition: str, before: str, after: str) -> Test:
    counts = paired.discordance(before, after)
    p = paired.mcnemar(counts)
    return Test(
        check=check,
        condition=condition,
        how="paired",
        n=counts.n,
        gained=counts.gained,
        lost=counts.lost,
        difference=counts.difference,
        interval=paired.difference_interval(counts),
        p=p,
        adjusted=p,
    )


def _side_by_side(first: Measurement | None, second: Measurement | None) -> Iterator[Test]:
    """Compare two accuracies of which the images cannot be paired; nothing where one is missing."""
    if first is None or second is None or not _is_share(first) or not _is_share(second):
        return
    one, two = (unpaired.Counted(round(found.value * (found.n or 1)), found.n or 1) for found in (first, second))
    p = unpaired.difference_test(one, two)
    yield Test(
        check=_PERFORMANCE,
        condition="clean",
        how="unpaired",
        n=min(one.n, two.n),
        gained=None,
        lost=None,
        difference=two.share - one.share,
        interval=unpaired.difference_interval(one, two),
        p=p,
        adjusted=p,
    )


def _is_share(found: Measurement) -> bool:
    return found.unit == "fraction" and found.n is not None
