"""A verdict as an in-toto statement of a test result, ready to be signed."""

from __future__ import annotations

import json
from typing import Any

from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, remarks
from fmnist_governance.render.verdicts.safe_text import safe

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
_PACKAGE = "canonical JSON of path and digest of each file of the packaged model"
_WORDS = "canonical JSON of what the file says"


def render(judged: JudgedRun) -> str:
    """Return the statement: its subject is the model, its tests are the clauses.

    References:
        in-toto attestation framework, predicate Test Result, version 0.1.
    """
    subject = judged.record.subject
    statement = {
        "_type": STATEMENT,
        "subject": [_resource(subject.uri, subject.digest, _PACKAGE)],
        "predicateType": PREDICATE,
        "predicate": _predicate(judged),
    }
    return json.dumps(statement, indent=2, allow_nan=False) + "\n"


def _predicate(judged: JudgedRun) -> dict[str, Any]:
    found = remarks(judged)
    names = {effect: [remark.name for remark in found if remark.effect is effect] for effect in Effect}
    warned = names[Effect.WARNS] + names[Effect.WAIVED]
    passed = "WARNED" if warned else "PASSED"
    return {
        "result": passed if judged.verdict.passed else "FAILED",
        "configuration": _configuration(judged),
        "passedTests": names[Effect.PASSED],
        "warnedTests": warned,
        "failedTests": names[Effect.REFUSES],
    }


def _configuration(judged: JudgedRun) -> list[dict[str, Any]]:
    verdict, data = judged.verdict, judged.record.dataset
    found = [
        _resource(judged.policy_path, verdict.policy.digest, f"{_WORDS}, and of those that it extends"),
        _resource("manifest.json", judged.seal, "the seal of the evidence"),
        _resource(data.name, data.digest, "the data set that the model was audited on"),
    ]
    if verdict.waivers_digest:
        found.append(_resource(judged.waivers_path, verdict.waivers_digest, _WORDS))
    if verdict.baseline:
        found.append(_resource("baseline/manifest.json", verdict.baseline, "the seal of the run compared with"))
    return found


def _resource(name: str, digest: str, of: str) -> dict[str, Any]:
    return {"name": safe(name), "digest": {"sha256": digest.removeprefix("sha256:")}, "annotations": {"digestOf": of}}
