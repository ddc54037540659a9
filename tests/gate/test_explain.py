from __future__ import annotations

import pytest

from fmnist_governance.gate.explain import explain
from fmnist_governance.gate.policy import parse_policy

DIGEST = "sha256:" + "ab" * 32
ACCURACY = "kind: at_least, measurement: performance.accuracy, floor: 0.9"
MEASURED = "kind: check_measured"


def explained(clause: str) -> tuple[str, tuple[str, ...]]:
    text = "name: demo\ntitle: A policy\nclauses:\n"
    for number, settings in enumerate((clause, MEASURED)):
        text += f"  - {{id: c{number}, title: A title, because: A reason, {settings}}}\n"
    first = explain(parse_policy(text, "p.yaml")).clauses[0]
    return first.demands, first.refuses_when


@pytest.mark.parametrize(
    ("clause", "demands"),
    [
        (ACCURACY, "performance.accuracy is at least 0.9, by its whole interval"),
        (f"{ACCURACY}, on: value", "performance.accuracy is at least 0.9, by the bare value"),
        ("kind: at_most, measurement: a.b, ceiling: 0.3", "a.b is at most 0.3, by its whole interval"),
        ("kind: group, pattern: a.*, floor: 0.5", "every measurement of a.*: at least 0.5, by its whole interval"),
        (
            "kind: group, pattern: a.*, ceiling: 0.5, of: 3, members: 4",
            "at least 3 measurements of a.*, of which there are 4 or more: at most 0.5, by its whole interval",
        ),
        (
            "kind: no_regression, margin: 0.01",
            "on the same images, performance (clean) is not worse than the baseline's, and a loss of 0.01 is ruled out",
        ),
        (MEASURED, "all that every check of the suite promised was measured"),
        (f"{MEASURED}, checks: [performance]", "all that performance promised was measured"),
        ("kind: suite_at_least, suite: standard", "the audit ran the shipped suite standard or a more thorough one"),
        (f"kind: dataset_is_one_of, digests: ['{DIGEST}']", "the digest of the data set is sha256:abababababab"),
        ("kind: evidence_no_older_than, days: 7", "the audit is at most 7 days old"),
        ("kind: library_versions, packages: {torch: '>=2'}", "torch >=2"),
        (
            "kind: declaration_present, topics: [provider], attributed: true",
            "somebody stated provider, with name and date",
        ),
        ("kind: claim_supported, claim: accurate", "the evidence supports the claim accurate"),
        ("kind: no_refuted_claim", "the evidence supports every claim of the provider"),
        ("kind: requirement_not_missing, points: [IV.1.a]", "IV.1.a answered, as far as the law asks it"),
        ("kind: risk_class_is_one_of, classes: [transparency]", "the system is of class transparency"),
        (f"kind: seal_is_one_of, seals: ['{DIGEST}']", "the digest of the seal is sha256:abababababab"),
    ],
)
def test_each_kind_says_what_it_demands(clause: str, demands: str) -> None:
    assert explained(clause)[0] == demands


@pytest.mark.parametrize(
    ("settings", "outcomes"),
    [
        ("", ("failed", "undecided", "no evidence")),
        (", when_undecided: warn", ("failed", "no evidence")),
        (", when_no_evidence: warn", ("failed", "undecided")),
        (", severity: warn", ()),
    ],
)
def test_each_clause_says_when_it_refuses(settings: str, outcomes: tuple[str, ...]) -> None:
    assert explained(ACCURACY + settings)[1] == outcomes
