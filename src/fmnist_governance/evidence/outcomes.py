"""Which images a model answered rightly, under each condition, so that two audits can be compared in pairs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.record import CheckEntry, EvidenceRecord

TEST = "test"
CLEAN = "clean"
"""The condition of images as they are."""
_HEADER = "condition,correct"
_ROUNDING = 1e-9
_ROW = re.compile(r"([A-Za-z0-9_.-]+),([01]+)")


def path(check: str) -> str:
    """Return where a run keeps the outcomes of a check."""
    return f"evidence/{check}/outcomes.csv"


def decode_outcomes(data: bytes, source: str) -> Mapping[str, str]:
    """Read an outcomes file.

    Args:
        data: Its bytes: `condition,correct` and a line a condition.
        source: Its path in the run, for messages.

    Returns:
        Condition to a text of 0 and 1, one an image in index order.

    Raises:
        EvidenceError: The bytes are not such a file.
    """
    lines = data.decode("ascii", "replace").removesuffix("\n").split("\n")
    if lines[0] != _HEADER:
        msg = f"{source}:1: expected {_HEADER}; audit the model again"
        raise EvidenceError(msg)
    found: dict[str, str] = {}
    for number, line in enumerate(lines[1:], 2):
        row = _ROW.fullmatch(line)
        if row is None or row[1] in found:
            what = "is no condition with a text of 0 and 1" if row is None else f"gives {row[1]} a second time"
            msg = f"{source}:{number}: {what}; audit the model again"
            raise EvidenceError(msg)
        found[row[1]] = row[2]
    return found


Read = Callable[[str], bytes | None]
"""Returns a sealed file by its path in the run; None where there is none."""


def contradictions(record: EvidenceRecord, read: Read) -> list[str]:
    """Say where the accuracy in a record is not that of the answers that were sealed with it.

    Args:
        record: An evidence record.
        read: The reader of its files.

    Raises:
        EvidenceError: The outcomes of the check `performance` are no outcomes file.
    """
    stated, data = record.find("performance.accuracy"), read(path("performance"))
    right = decode_outcomes(data, path("performance")).get(CLEAN) if data is not None else None
    if stated is None or right is None:
        return []
    found = right.count("1") / len(right)
    if stated.n == len(right) and abs(stated.value - found) <= _ROUNDING:
        return []
    said = f"{stated.id} is {stated.value} of {stated.n}"
    return [f"{path('performance')}: {found} of {len(right)} answers are right, where the record's {said}"]


@dataclass(frozen=True, slots=True)
class Unpaired:
    """Why two audits cannot be compared image by image."""

    reason: str


def pair(
    earlier: tuple[EvidenceRecord, Read], later: tuple[EvidenceRecord, Read], check: str
) -> Mapping[str, tuple[str, str]] | Unpaired:
    """Return the outcomes of two audits of the same images, under each condition that both hold.

    Args:
        earlier: A record and the reader of its files.
        later: Another one.
        check: Name of the check whose outcomes are wanted.

    Returns:
        Condition to the texts of the earlier and of the later audit, equally long; else the reason why not.

    Raises:
        EvidenceError: A file is no outcomes file.
    """
    if reason := _differ(earlier[0], later[0], check):
        return Unpaired(reason)
    texts = []
    for word, (_, read) in (("earlier", earlier), ("later", later)):
        data = read(path(check))
        if data is None:
            return Unpaired(f"the {word} audit kept no {path(check)}")
        texts.append(decode_outcomes(data, f"{word} audit: {path(check)}"))
    before, after = texts
    both = {name: (before[name], after[name]) for name in before if name in after}
    seeds = [record.audit.seed for record, _ in (earlier, later)]
    if seeds[0] != seeds[1] and not _is_undrawn(both, earlier[0]):
        return Unpaired(f"the audits drew from seed {seeds[0]}, then {seeds[1]}")
    if any(len(first) != len(second) for first, second in both.values()):
        return Unpaired(f"{path(check)}: the audits looked at different numbers of images")
    return both or Unpaired(f"{path(check)}: no condition is in both audits")


def _is_undrawn(both: Mapping[str, tuple[str, str]], record: EvidenceRecord) -> bool:
    """Whether chance chose nothing: all images of the split, as they are."""
    split = record.dataset.splits.get(TEST)
    return set(both) == {CLEAN} and split is not None and all(len(text) == split.n for text in both[CLEAN])


def _differ(earlier: EvidenceRecord, later: EvidenceRecord, check: str) -> str:
    before, after = earlier.check(check), later.check(check)
    for word, entry in (("earlier", before), ("later", after)):
        if entry is None or entry.status != "measured":
            return f"check {check} did not measure in the {word} audit"
    if before is None or after is None:
        return f"check {check} is lost"
    return _asked_otherwise(before, after) or _other_images(earlier, later)


def _asked_otherwise(before: CheckEntry, after: CheckEntry) -> str:
    if before.version != after.version:
        return f"check {before.name} was of version {before.version}, then {after.version}"
    return "" if before.params == after.params else f"check {before.name} measured by other settings"


def _other_images(earlier: EvidenceRecord, later: EvidenceRecord) -> str:
    images = [record.dataset.splits.get(TEST) for record in (earlier, later)]
    if images[0] is None or images[1] is None or images[0].digest != images[1].digest:
        return "the audits looked at different test images"
    return ""
