"""A verdict for a program."""

from __future__ import annotations

import json
from typing import Any

from fmnist_governance.render.verdicts.judged import JudgedRun


def told(judged: JudgedRun) -> dict[str, Any]:
    """Return a verdict with what it is about."""
    record = judged.record
    return {
        "model": record.subject.uri,
        "model_digest": record.subject.digest,
        "dataset": record.dataset.name,
        "dataset_digest": record.dataset.digest,
        "run": judged.run,
        "seal": judged.seal,
        "as_of": judged.as_of,
        "assessment": judged.assessment,
        "verdict": judged.verdict.model_dump(mode="json"),
    }


def render(judged: JudgedRun) -> str:
    """Return a verdict as one indented JSON document in ASCII, which no terminal can take for commands."""
    return json.dumps(told(judged), indent=2, sort_keys=True, allow_nan=False) + "\n"
