"""A verdict for a program."""

from __future__ import annotations

import json

from fmnist_governance.evidence.assessment import Verdict


def render(verdict: Verdict) -> str:
    """Return a verdict as one indented JSON document in ASCII, which no terminal can take for commands."""
    return json.dumps(verdict.model_dump(mode="json"), indent=2, sort_keys=True, allow_nan=False) + "\n"
