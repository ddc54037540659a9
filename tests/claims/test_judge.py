from __future__ import annotations

from types import SimpleNamespace

import pytest

from fmnist_governance.claims.claims_file import ClaimsFile
from fmnist_governance.claims.judge import judge_claims
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.claimed import Claim, ClaimOutcome
from fmnist_governance.evidence.manifest import canonical
from fmnist_governance.evidence.record import EvidenceRecord, Measurement

SUPPORTED, REFUTED, UNDECIDED, UNTESTED = ClaimOutcome


def judged(predicate: str, record: EvidenceRecord) -> Claim:
    claim = {"id": "it", "text": "It is so.", "predicate": predicate}
    file = ClaimsFile.model_validate_json(
        canonical({"models": ["m"], "by": "us", "on": "2026-11-22", "claims": [claim]})
    )
    return judge_claims(file, record)[0]


@pytest.mark.parametrize(
    ("right", "outcome"),
    [(9_059, SUPPORTED), (9_058, UNDECIDED), (9_000, UNDECIDED), (8_939, REFUTED), (8_945, UNDECIDED)],
)
def test_the_whole_interval_decides(build: SimpleNamespace, right: int, outcome: ClaimOutcome) -> None:
    record = build.record(build.share("performance.accuracy", right))

    assert judged("performance.accuracy > 0.90", record).outcome is outcome


def test_an_undecided_claim_says_how_many_more_images_would_decide_it(build: SimpleNamespace) -> None:
    claim = judged("performance.accuracy > 0.90", build.record(build.share("performance.accuracy", 9_058)))

    assert claim.more
    assert f"{claim.more} more images at this rate would decide it" in claim.message


def test_what_lies_on_the_bound_would_be_decided_by_no_number_of_images(build: SimpleNamespace) -> None:
    claim = judged("performance.accuracy > 0.90", build.record(build.share("performance.accuracy", 9_000)))

    assert (claim.outcome, claim.more) == (UNDECIDED, None)
    assert "no number of images" in claim.message


def test_a_claim_on_a_lost_measurement_is_untested(build: SimpleNamespace) -> None:
    claim = judged("performance.accuracy > 0.90", build.record(promised=("performance.accuracy",)))

    assert (claim.outcome, claim.measurements) == (UNTESTED, ("performance.accuracy",))


@pytest.mark.parametrize("quantifier", ["every", "any"])
def test_one_lost_member_makes_a_pattern_untested(build: SimpleNamespace, quantifier: str) -> None:
    record = build.record(build.share("p.class.a.recall", 9_900), promised=("p.class.b.recall",))

    assert judged(f"{quantifier} p.class.*.recall > 0.5", record).outcome is UNTESTED


@pytest.mark.parametrize("quantifier", ["every", "any"])
def test_a_pattern_that_nothing_was_promised_for_is_untested(build: SimpleNamespace, quantifier: str) -> None:
    record = build.record(build.share("p.accuracy", 9_900))

    assert judged(f"{quantifier} q.class.*.recall > 0.5", record).outcome is UNTESTED


@pytest.mark.parametrize(
    ("quantifier", "rights", "outcome"),
    [("every", (9_900, 9_800), SUPPORTED), ("every", (9_900, 100), REFUTED), ("every", (9_900, 5_000), UNDECIDED),
     ("every", (5_000, 100), REFUTED), ("any", (9_900, 100), SUPPORTED), ("any", (200, 100), REFUTED),
     ("any", (5_000, 100), UNDECIDED), ("any", (5_000, 9_900), SUPPORTED)],
)  # fmt: skip
def test_every_needs_all_and_any_needs_one(
    build: SimpleNamespace, quantifier: str, rights: tuple[int, int], outcome: ClaimOutcome
) -> None:
    found = [build.share(f"p.class.{name}.recall", right) for name, right in zip("ab", rights, strict=True)]

    assert judged(f"{quantifier} p.class.*.recall > 0.5", build.record(*found)).outcome is outcome


@pytest.mark.parametrize(
    ("second", "outcome"), [("p.b > 0.5", REFUTED), ("p.a > 0.5", SUPPORTED), ("p.c > 0.5", UNTESTED)]
)
def test_terms_that_are_joined_must_all_hold(build: SimpleNamespace, second: str, outcome: ClaimOutcome) -> None:
    record = build.record(build.share("p.a", 9_900), build.share("p.b", 100))

    assert judged(f"p.a > 0.9 and {second}", record).outcome is outcome


def test_a_failed_term_does_not_hide_that_another_was_not_measured(build: SimpleNamespace) -> None:
    assert judged("p.b > 0.9 and p.c > 0.5", build.record(build.share("p.b", 100))).outcome is UNTESTED


def test_removing_any_measurement_makes_the_claims_on_it_untested(build: SimpleNamespace) -> None:
    found = [build.share(f"p.class.{name}.recall", 9_900) for name in "abc"] + [build.share("p.accuracy", 9_900)]
    whole = build.record(*found)

    for lost in found:
        left = whole.model_copy(update={"measurements": tuple(m for m in found if m != lost)})

        assert judged("every p.class.*.recall > 0.5 and p.accuracy > 0.9", left).outcome is UNTESTED


@pytest.mark.parametrize(
    "term", ["> 90", "> 1", "<= 1", ">= 0", "< 0", "> -1", "<= 1.5", ">= 1.01"],
)  # fmt: skip
def test_a_claim_that_nothing_could_refute_or_support_is_refused(build: SimpleNamespace, term: str) -> None:
    with pytest.raises(ConfigError, match=r"claim it: performance\.accuracy"):
        judged(f"performance.accuracy {term}", build.record(build.share("performance.accuracy", 9_000)))


@pytest.mark.parametrize("term", [">= 1", "< 1", "> 0", "<= 0"])
def test_a_bound_at_the_end_of_the_scale_that_can_be_met_and_missed_is_taken(build: SimpleNamespace, term: str) -> None:
    assert judged(f"performance.accuracy {term}", build.record(build.share("performance.accuracy", 9_000)))


def test_a_check_that_failed_tests_nothing_though_its_number_is_there(build: SimpleNamespace) -> None:
    found: Measurement = build.share("p.accuracy", 9_900)
    failed = build.entry("p", ("p.accuracy",), status="failed", reason="out of memory")

    claim = judged("p.accuracy > 0.9", build.record(found, checks=(failed,)))

    assert claim.outcome is UNTESTED
    assert "out of memory" in claim.message


def test_rounding_does_not_take_a_number_to_its_bound(build: SimpleNamespace) -> None:
    found = build.share("p.accuracy", 899_999, 1_000_000)

    assert "89.9999 %" in judged("p.accuracy > 0.90", build.record(found)).message


def test_of_several_the_tightest_that_holds_and_the_worst_that_fails_are_shown(build: SimpleNamespace) -> None:
    found = [build.share(f"p.class.{name}.recall", right) for name, right in (("a", 9_000), ("b", 7_000), ("c", 8_000))]
    record = build.record(*found)

    holds, fails = (judged(f"every p.class.*.recall > {bound}", record).message for bound in (0.5, 0.95))

    assert "3 of 3 measurements p.class.*.recall are on the right side, the closest first: p.class.b.recall" in holds
    assert "are on the wrong side, the furthest off first: p.class.b.recall" in fails
