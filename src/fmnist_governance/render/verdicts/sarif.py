"""A verdict as SARIF 2.1.0: each clause that did not pass is a result on its line of the policy."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.parse import quote

from fmnist_governance import __version__
from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, Remark, answer, reason, remarks
from fmnist_governance.render.verdicts.safe_text import safe

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {Effect.REFUSES: "error", Effect.WARNS: "warning", Effect.WAIVED: "warning", Effect.PASSED: "none"}


def render(judged: JudgedRun) -> str:
    """Return a verdict as one run.

    What passed is named as a rule and not as a result: code scanning shows every result as an alert.
    """
    found = remarks(judged)
    results = [_result(judged, at, remark) for at, remark in enumerate(found) if remark.effect is not Effect.PASSED]
    driver = {"name": "fmnist-audit", "version": __version__, "rules": [_rule(remark) for remark in found]}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"fmnist-audit/{_uri(judged.verdict.policy.name)}/"},
        "invocations": [_invocation(judged)],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "model": safe(judged.record.subject.uri),
            "modelDigest": judged.record.subject.digest,
            "policyDigest": judged.verdict.policy.digest,
            "seal": judged.seal,
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False) + "\n"


def _invocation(judged: JudgedRun) -> dict[str, Any]:
    return {
        "executionSuccessful": True,
        "exitCode": 0 if judged.verdict.passed else 1,
        "exitCodeDescription": safe(f"{answer(judged.verdict)}. {reason(judged.verdict)}"),
        "endTimeUtc": judged.as_of,
    }


def _rule(remark: Remark) -> dict[str, Any]:
    return {
        "id": remark.name,
        "shortDescription": {"text": message(remark.title)},
        "fullDescription": {"text": message(remark.because)},
        "help": {"text": message(remark.next)},
    }


def _result(judged: JudgedRun, index: int, remark: Remark) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": remark.name,
        "ruleIndex": index,
        "kind": "fail",
        "level": _LEVEL[remark.effect],
        "message": {"text": message(f"{remark.state}: {remark.message}")},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(remark.path)},
                    "region": {"startLine": remark.line},
                }
            }
        ],
        "partialFingerprints": {"clause/v1": fingerprint(judged, remark)},
    }
    if remark.effect is Effect.WAIVED:
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": safe(remark.message)}]
    return result


def fingerprint(judged: JudgedRun, remark: Remark) -> str:
    """Return 64 hex digits that stay the same while a clause keeps its name, wherever it moves in the file."""
    name = f"{judged.verdict.policy.name}\0{remark.path}\0{remark.name}"
    return hashlib.sha256(name.encode("utf-8", "backslashreplace")).hexdigest()


def message(text: str) -> str:
    """Return a text for a SARIF message, where braces are placeholders and brackets may be links."""
    shown = safe(text).replace("{", "{{").replace("}", "}}")
    return shown.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]") if "](" in shown else shown


def _uri(path: str) -> str:
    return quote(path.encode("utf-8", "backslashreplace"), safe="/")
