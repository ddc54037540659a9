"""Which images a model answered rightly, under each condition, so that two audits can be compared in pairs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fmnist_governance.errors import EvidenceError

_HEADER = "condition,correct"
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
