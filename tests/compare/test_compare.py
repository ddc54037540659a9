from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from fmnist_governance.compare.compare import Audited, compare
from fmnist_governance.evidence.codec import decode, encode
from fmnist_governance.evidence.comparison import Comparison
from fmnist_governance.render.comparisons import html, markdown, terminal

AuditOf = Callable[..., Audited]
OTHER = "sha256:" + "2" * 64
BEFORE, WORSE = "1" * 900 + "0" * 100, "1" * 860 + "0" * 140


def test_a_model_that_lost_images_is_worse(audit_of: AuditOf) -> None:
    (test,) = compare(audit_of(BEFORE), audit_of(WORSE)).tests

    assert (test.how, test.gained, test.lost, test.difference) == ("paired", 0, 40, -0.04)
    assert test.conclusion == "worse"


def test_a_model_that_gained_images_is_better(audit_of: AuditOf) -> None:
    assert compare(audit_of(WORSE), audit_of(BEFORE)).tests[0].conclusion == "better"


def test_the_same_audit_twice_differs_in_nothing(audit_of: AuditOf) -> None:
    comparison = compare(audit_of(BEFORE), audit_of(BEFORE))

    assert comparison.tests[0].conclusion == "not told apart"
    assert all(fact.same for fact in comparison.facts)
    assert all(pair.difference == 0 for pair in comparison.numbers)


def test_many_tests_are_corrected_for_their_number(audit_of: AuditOf) -> None:
    few = "1" * 894 + "0" * 106

    comparison = compare(audit_of(BEFORE, BEFORE), audit_of(few, BEFORE))

    clean, noise = comparison.tests
    assert clean.p == pytest.approx(2 / 2**6)
    assert clean.adjusted == pytest.approx(2 * clean.p)
    assert (clean.conclusion, noise.adjusted) == ("not told apart", 1)


def test_other_images_are_compared_side_by_side_and_it_is_said(audit_of: AuditOf) -> None:
    comparison = compare(audit_of(BEFORE), audit_of(WORSE, images=OTHER))

    (test,) = comparison.tests
    assert (test.how, test.gained, test.conclusion) == ("unpaired", None, "worse")
    assert comparison.unpaired == ("performance: the audits looked at different test images",)


def seeded(found: Audited, seed: int) -> Audited:
    record = found.record.model_copy(update={"audit": found.record.audit.model_copy(update={"seed": seed})})
    return replace(found, record=record)


def test_another_seed_changes_nothing_where_all_images_were_answered_as_they_are(audit_of: AuditOf) -> None:
    (test,) = compare(audit_of(BEFORE), seeded(audit_of(WORSE), 7)).tests

    assert (test.how, test.lost) == ("paired", 40)


def test_another_seed_drew_other_images_or_another_noise(audit_of: AuditOf) -> None:
    noisy = compare(audit_of(BEFORE, BEFORE), seeded(audit_of(WORSE, WORSE), 7))
    some = compare(audit_of(BEFORE, n=2_000), seeded(audit_of(WORSE, n=2_000), 7))

    for comparison in (noisy, some):
        assert [test.how for test in comparison.tests] == ["unpaired"]
        assert comparison.unpaired == ("performance: the audits drew from seed 0, then 7",)


def test_without_outcomes_the_accuracies_stand_side_by_side(audit_of: AuditOf) -> None:
    comparison = compare(audit_of(n=100), audit_of(n=100))

    assert [test.how for test in comparison.tests] == ["unpaired"]
    assert comparison.unpaired == ("performance: the earlier audit kept no evidence/performance/outcomes.csv",)


def test_the_facts_that_differ_are_named(audit_of: AuditOf) -> None:
    comparison = compare(audit_of(BEFORE), audit_of(BEFORE, torch="3.0", uri="models:/m/2"))

    differing = [(fact.name, fact.first, fact.second) for fact in comparison.facts if not fact.same]
    assert differing == [("model", "models:/m/1", "models:/m/2"), ("package torch", "2.14.1", "3.0")]


def test_a_number_that_one_audit_lacks_is_missing_and_not_zero(audit_of: AuditOf) -> None:
    whole = audit_of(BEFORE)
    bare = Audited(whole.record.model_copy(update={"measurements": ()}), whole.read, whole.run, whole.seal)

    (pair,) = compare(whole, bare).numbers

    assert (pair.second, pair.difference) == (None, None)


def test_a_comparison_reads_back_as_itself(audit_of: AuditOf) -> None:
    comparison = compare(audit_of(BEFORE), audit_of(WORSE))

    assert decode(encode(comparison), Comparison, "comparison.json") == comparison


HOSTILE = "<script>alert(1)</script> | `x` [a](javascript:b) \x1b[31m"


def test_the_views_say_the_same_and_nothing_in_them_acts(audit_of: AuditOf) -> None:
    comparison = compare(audit_of(BEFORE, uri=f"models:/{HOSTILE}/1"), audit_of(WORSE, torch=HOSTILE))

    text, page = markdown.render(comparison), html.render(comparison)

    for view in (terminal.lines(comparison), text, page):
        assert "-4.00 (" in view
        assert "\x1b" not in view
    assert not re.search(r"<script|<a [^>]*javascript", page.split("<body", 1)[1])
    assert max(map(len, terminal.lines(comparison).splitlines())) <= 80
    assert "| **worse** |" in text


def test_many_facts_of_one_audit_alone_are_gathered_at_the_terminal_and_listed_elsewhere(audit_of: AuditOf) -> None:
    first, second = audit_of(BEFORE), audit_of(BEFORE)
    more = {f"package-{letter}": "1.0" for letter in "abcdef"}
    packages = {**second.record.environment.packages, **more}
    environment = second.record.environment.model_copy(update={"packages": packages})
    comparison = compare(first, replace(second, record=second.record.model_copy(update={"environment": environment})))

    at_terminal = terminal.lines(comparison)

    told = "6 of the second alone, each in the other views: package package-a, package package-b,"
    assert told in " ".join(at_terminal.split())
    assert "package-f" not in at_terminal
    assert "package-f" in markdown.render(comparison)
