"""A verdict as GitLab's code quality report: each clause that did not pass, on its line of the policy."""

from __future__ import annotations

import json

from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, remarks
from fmnist_governance.render.verdicts.safe_text import safe
from fmnist_governance.render.verdicts.sarif import fingerprint

_SEVERITY = {Effect.REFUSES: "blocker", Effect.WARNS: "minor", Effect.WAIVED: "info"}


def render(judged: JudgedRun) -> str:
    """Return the report; an empty list when every clause passed."""
    found = [
        {
            "description": safe(f"{remark.state}: {remark.message} ({judged.record.subject.uri})"),
            "check_name": remark.name,
            "fingerprint": fingerprint(judged, remark),
            "severity": _SEVERITY[remark.effect],
            "location": {"path": safe(remark.path), "lines": {"begin": remark.line}},
        }
        for remark in remarks(judged)
        if remark.effect is not Effect.PASSED
    ]
    return json.dumps(found, indent=2, allow_nan=False) + "\n"
