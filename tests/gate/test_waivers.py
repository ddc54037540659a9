from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Outcome, Verdict, WaiverState
from fmnist_governance.evidence.record import CheckEntry, Measurement
from fmnist_governance.gate.judge import judge_policy
from fmnist_governance.gate.policy import Policy, parse_policy
from fmnist_governance.gate.rule import Case
from fmnist_governance.gate.waivers import load_waivers, parse_waivers, useless
from fmnist_governance.stats.proportions import wilson

CaseOf = Callable[[Sequence[CheckEntry], Sequence[Measurement]], Case]

MODEL = "sha256:" + "0" * 64
ACCURACY = "performance.accuracy"
POLICY = parse_policy(
    f"""\
name: demo
title: A policy
clauses:
  - {{id: measured, kind: check_measured, title: A title, because: A reason}}
  - {{id: accuracy, kind: at_least, title: A title, because: A reason, measurement: {ACCURACY}, floor: 0.9}}
""",
    "policy.yaml",
)
GOOD = f"""\
max_days: 30
waivers:
  - clause: accuracy
    model: {MODEL}
    reason: The new sensor arrives in December
    approver: A. Person
    granted: 2026-11-01
    expires: 2026-11-30
"""


def changed(*pairs: tuple[str, str]) -> str:
    text = GOOD
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


def judged(case_of: CaseOf, waivers: str, right: int = 80, policy: Policy = POLICY) -> Verdict:
    check = CheckEntry(
        name="performance", version=1, status="measured", reason=None, params={}, promised=(ACCURACY,), limits=(),
        cost=None,
    )  # fmt: skip
    accuracy = Measurement(
        id=ACCURACY, title="Accuracy", value=right / 100, unit="fraction", better="higher", n=100,
        interval=wilson(right, 100),
    )  # fmt: skip
    return judge_policy(policy, case_of([check], [accuracy]), parse_waivers(waivers, "waivers.yaml"))


@pytest.mark.parametrize("scope", [f"model: {MODEL}", "version: models:/m/1"])
def test_a_waiver_lets_its_model_go_on_and_is_shown(scope: str, case_of: CaseOf) -> None:
    verdict = judged(case_of, changed((f"model: {MODEL}", scope)))

    assert verdict.passed
    assert verdict.findings[1].outcome is Outcome.WAIVED
    assert verdict.findings[1].unwaived is Outcome.FAILED
    assert verdict.findings[1].message.endswith("until 2026-11-30 by A. Person: The new sensor arrives in December")
    assert [found.state for found in verdict.waivers] == [WaiverState.USED]
    assert verdict.waivers[0].line == 3


STATES = [
    ("unknown", changed(("clause: accuracy", "clause: acuracy")), WaiverState.UNKNOWN, "did you mean 'accuracy'?"),
    ("no scope", changed((f"    model: {MODEL}\n", "")), WaiverState.TOO_BROAD, "covers none"),
    ("too long", changed(("2026-11-01", "2026-10-30")), WaiverState.TOO_BROAD, "31 days; at most 30"),
    ("not yet", changed(("2026-11-01", "2026-11-23")), WaiverState.NOT_YET, "granted on 2026-11-23"),
    ("expired", changed(("2026-11-30", "2026-11-21")), WaiverState.EXPIRED, "it counted until 2026-11-21"),
    ("another model", changed((MODEL, "sha256:" + "1" * 64)), WaiverState.UNUSED, "another model than models:/m/1"),
    ("another version", changed((f"model: {MODEL}", "version: models:/m/2")), WaiverState.UNUSED, "another model"),
    (
        "one of two scopes",
        changed((f"model: {MODEL}", f"model: {MODEL}\n    version: models:/m/2")),
        WaiverState.UNUSED,
        "another model",
    ),
]


@pytest.mark.parametrize(("waivers", "state", "words"), [row[1:] for row in STATES], ids=[row[0] for row in STATES])
def test_a_waiver_that_does_not_count_is_told_and_waives_nothing(
    waivers: str, state: WaiverState, words: str, case_of: CaseOf
) -> None:
    verdict = judged(case_of, waivers)

    assert not verdict.passed
    assert verdict.findings[1].outcome is Outcome.FAILED
    assert verdict.waivers[0].state is state
    assert words in verdict.waivers[0].message


def test_what_the_policy_lets_nobody_waive_is_not_waived(case_of: CaseOf) -> None:
    entries = tuple(
        replace(entry, clause=entry.clause.model_copy(update={"waivable": False})) for entry in POLICY.entries
    )

    verdict = judged(case_of, GOOD, policy=replace(POLICY, entries=entries))

    assert not verdict.passed
    assert verdict.findings[1].outcome is Outcome.FAILED
    assert [(found.state, found.message) for found in verdict.waivers] == [
        (WaiverState.TOO_BROAD, "the policy lets nobody waive clause accuracy; remove it")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (changed(("expires: 2026-11-30", "expires: 2026-12-15")), "it runs for 44 days; at most 30 are allowed"),
        (changed((f"    model: {MODEL}\n", "")), "it names neither a model's digest nor a version"),
        (
            changed(("clause: accuracy", "clause: acuracy")),
            "the policy has no clause acuracy; did you mean 'accuracy'?",
        ),
        (changed(("2026-11-01", "2026-10-01"), ("2026-11-30", "2026-10-20")), "it counted until 2026-10-20"),
        (GOOD, ""),
    ],
)
def test_what_is_wrong_with_a_waiver_for_any_model_is_seen_without_one(text: str, words: str) -> None:
    found = list(useless(parse_waivers(text, "waivers.yaml"), POLICY, "2026-11-22"))

    assert [line for line, _ in found] == [3] * bool(words)
    assert all(words in what for _, what in found)


def test_the_last_day_still_counts(case_of: CaseOf) -> None:
    assert judged(case_of, changed(("2026-11-30", "2026-11-22"))).passed


def test_an_expired_waiver_refuses_also_a_model_that_no_longer_needs_it(case_of: CaseOf) -> None:
    verdict = judged(case_of, changed(("2026-11-30", "2026-11-21")), right=99)

    assert all(finding.outcome is Outcome.PASSED for finding in verdict.findings)
    assert not verdict.passed


def test_a_waiver_that_is_not_needed_is_told_and_refuses_nothing(case_of: CaseOf) -> None:
    verdict = judged(case_of, GOOD, right=99)

    assert verdict.passed
    assert verdict.waivers[0].state is WaiverState.UNUSED
    assert "passes without it" in verdict.waivers[0].message


def test_of_two_waivers_for_one_clause_one_is_used(case_of: CaseOf) -> None:
    verdict = judged(case_of, GOOD + GOOD[GOOD.index("  - ") :])

    assert [found.state for found in verdict.waivers] == [WaiverState.USED, WaiverState.UNUSED]


def test_waiving_every_clause_passes_nothing(case_of: CaseOf) -> None:
    both = GOOD + GOOD[GOOD.index("  - ") :].replace("clause: accuracy", "clause: measured")
    nothing = case_of([], [])

    verdict = judge_policy(POLICY, nothing, parse_waivers(both, "waivers.yaml"))

    assert [finding.outcome for finding in verdict.findings] == [Outcome.WAIVED, Outcome.WAIVED]
    assert not verdict.passed


HOSTILE = {
    "no expiry": (changed(("    expires: 2026-11-30\n", "")), 3, "waivers[0].expires: is missing"),
    "no reason": (changed(("The new sensor arrives in December", "TODO")), 5, "states nothing"),
    "nobody": (changed(("A. Person", "TBD")), 6, "waivers[0].approver: states nothing"),
    "no such day": (changed(("2026-11-30", "2026-11-31")), 8, "waivers[0].expires"),
    "backwards": (changed(("2026-11-30", "2026-10-01")), 3, "before it was granted"),
    "every clause": (changed(("clause: accuracy", "clause: '*'")), 3, "waivers[0].clause"),
    "every version": (changed((f"model: {MODEL}", "version: models:/m/*")), 4, "waivers[0].version"),
    "an alias": (changed((f"model: {MODEL}", "version: models:/m@champion")), 4, "waivers[0].version"),
    "for ever": (changed(("max_days: 30", "max_days: 100000")), 1, "max_days"),
    "no limit": (changed(("max_days: 30\n", "")), 1, "max_days: is missing"),
    "no list": ("max_days: 30\nwaivers:\n", 2, "expected a list"),
    "typo": (changed(("approver", "aprover")), 6, "did you mean 'approver'?"),
    "empty": ("", 1, "the file is empty"),
}


@pytest.mark.parametrize(("text", "line", "words"), HOSTILE.values(), ids=HOSTILE)
def test_an_unusable_waiver_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_waivers(text, "waivers.yaml")

    told = str(refused.value).splitlines()
    assert any(one.startswith(f"waivers.yaml:{line}: ") and words in one for one in told), told


def test_the_shipped_file_waives_nothing() -> None:
    assert load_waivers(shipped("configs") / "waivers.yaml").entries == ()


@given(
    right=st.integers(0, 100),
    clause=st.sampled_from(["accuracy", "measured", "nothing"]),
    expires=st.sampled_from(["2026-11-01", "2026-11-21", "2026-11-22", "2026-11-30", "2026-12-30"]),
)
def test_a_waiver_changes_no_clause_but_its_own(case_of: CaseOf, right: int, clause: str, expires: str) -> None:
    without = judged(case_of, "max_days: 30\nwaivers: []\n", right)

    verdict = judged(case_of, changed(("clause: accuracy", f"clause: {clause}"), ("2026-11-30", expires)), right)

    for before, after in zip(without.findings, verdict.findings, strict=True):
        assert after.outcome in {before.outcome, Outcome.WAIVED}
        assert after.outcome is before.outcome or after.clause == clause
