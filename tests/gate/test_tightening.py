from __future__ import annotations

from typing import Any

import pytest

from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.rule import Clause
from fmnist_governance.gate.tightening import looser

SAID = {"id": "it", "title": "A title", "because": "A reason"}
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64


def clause(kind: str, **settings: object) -> Clause:
    rule = next(rule for rule in RULES if rule.kind == kind)
    found = rule.clause.model_validate({**SAID, "kind": kind, **settings}, strict=False)
    assert isinstance(found, Clause)
    return found


FLOOR = {"measurement": "performance.accuracy", "floor": 0.9}
GROUP = {"pattern": "performance.*", "floor": 0.9}

CASES: list[tuple[str, dict[str, Any], dict[str, Any], tuple[str, ...]]] = [
    ("at_least", FLOOR, {"floor": 0.95}, ()),
    ("at_least", FLOOR, {"floor": 0.85}, ("floor",)),
    ("at_least", FLOOR, {"severity": "warn"}, ("severity",)),
    ("at_least", {**FLOOR, "severity": "warn"}, {"severity": "block"}, ()),
    ("at_least", FLOOR, {"on": "value"}, ("on",)),
    ("at_least", {**FLOOR, "on": "value"}, {"on": "interval"}, ()),
    ("at_least", FLOOR, {"when_undecided": "warn", "when_no_evidence": "warn"}, ("when_undecided", "when_no_evidence")),
    ("at_least", FLOOR, {"measurement": "performance.macro_f1"}, ("measurement",)),
    ("at_least", FLOOR, {"title": "Another", "because": "Another reason"}, ()),
    ("at_most", {"measurement": "a.b", "ceiling": 0.1}, {"ceiling": 0.2}, ("ceiling",)),
    ("at_most", {"measurement": "a.b", "ceiling": 0.1}, {"ceiling": 0.05}, ()),
    ("group", GROUP, {"of": "any"}, ("of",)),
    ("group", GROUP, {"of": "worst"}, ("of",)),
    ("group", {**GROUP, "of": "any"}, {"of": 2}, ()),
    ("group", {**GROUP, "of": 3}, {"of": 2}, ("of",)),
    ("group", {**GROUP, "of": 3}, {"of": "every"}, ("of",)),
    ("group", {**GROUP, "of": 3}, {"of": "every", "members": 3}, ()),
    ("group", {**GROUP, "of": 3}, {"of": "every", "members": 2}, ("of",)),
    ("group", {**GROUP, "of": "worst"}, {"of": "every"}, ()),
    ("group", {**GROUP, "of": "worst"}, {"of": 1}, ("of",)),
    ("group", {**GROUP, "members": 10}, {"members": None}, ("members",)),
    ("group", GROUP, {"members": 10}, ()),
    ("no_regression", {"margin": 0.01}, {"margin": 0.005}, ()),
    ("no_regression", {"margin": 0.01}, {"margin": 0.02}, ("margin",)),
    ("claim_supported", {"claim": "one"}, {"claim": "two"}, ("claim",)),
    ("requirement_not_missing", {"points": ["IV.1.a"]}, {"points": ["IV.1.a", "IV.2.g"], "evidenced": True}, ()),
    ("requirement_not_missing", {"points": ["IV.1.a", "IV.2.g"]}, {"points": ["IV.1.a"]}, ("points",)),
    ("risk_class_is_one_of", {"classes": ["transparency"]}, {"classes": ["transparency", "gpai"]}, ("classes",)),
    ("check_measured", {"checks": ["performance"]}, {"checks": ["performance", "confusion"]}, ()),
    ("check_measured", {"checks": ["performance"]}, {"checks": None}, ("checks",)),
    ("check_measured", {}, {"checks": ["performance"]}, ("checks",)),
    ("suite_at_least", {"suite": "standard"}, {"suite": "full"}, ()),
    ("suite_at_least", {"suite": "standard"}, {"suite": "quick"}, ("suite",)),
    ("dataset_is_one_of", {"digests": [ONE, TWO]}, {"digests": [TWO]}, ()),
    ("dataset_is_one_of", {"digests": [ONE]}, {"digests": [ONE, TWO]}, ("digests",)),
    ("dataset_is_one_of", {"digests": [ONE], "split": "test"}, {"split": None}, ("split",)),
    ("seal_is_one_of", {"seals": [ONE]}, {"seals": [TWO]}, ("seals",)),
    ("evidence_no_older_than", {"days": 30}, {"days": 7}, ()),
    ("evidence_no_older_than", {"days": 30}, {"days": 31}, ("days",)),
    ("declaration_present", {"topics": ["provider"]}, {"topics": ["provider", "contact"]}, ()),
    ("declaration_present", {"topics": ["provider"], "attributed": True}, {"attributed": False}, ("attributed",)),
    ("library_versions", {"packages": {"torch": ">=2"}}, {"packages": {"torch": ">=1"}}, ("packages",)),
]


@pytest.mark.parametrize(("kind", "old", "change", "expected"), CASES)
def test_a_clause_that_demands_less_is_looser(
    kind: str, old: dict[str, Any], change: dict[str, Any], expected: tuple[str, ...]
) -> None:
    rule = next(rule for rule in RULES if rule.kind == kind)

    assert looser(rule, clause(kind, **{**old, **change}), clause(kind, **old)) == expected


def test_each_setting_that_can_be_tightened_exists() -> None:
    for rule in RULES:
        assert set(rule.tighter) <= set(rule.clause.model_fields)
