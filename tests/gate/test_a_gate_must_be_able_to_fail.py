"""Every kind of clause: a record that passes, one that fails, one that is undecided, one without evidence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.assessment import Outcome, Severity
from fmnist_governance.evidence.claimed import Claim, ClaimOutcome
from fmnist_governance.evidence.classified import ClassOutcome, OpenQuestion, RiskClass, Step
from fmnist_governance.evidence.declared import Declarations, Statement
from fmnist_governance.evidence.record import CheckEntry, EvidenceRecord, Interval, Measurement, SplitFacts, SuiteName
from fmnist_governance.evidence.required import Part, Point, State
from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.judge import judge_policy
from fmnist_governance.gate.policy import Policy, parse_policy
from fmnist_governance.gate.rule import Baseline, Case
from fmnist_governance.render.verdicts.judged import next_step
from fmnist_governance.stats.proportions import wilson

CaseOf = Callable[[Sequence[CheckEntry], Sequence[Measurement]], Case]
Status = Literal["measured", "not_run", "failed"]

DIGEST = "sha256:" + "0" * 64
ACCURACY = "performance.accuracy"
F1 = "performance.macro_f1"
RATE = "confusion.worst_pair.rate"


def share(id_: str, right: int, n: int = 10_000) -> Measurement:
    interval = wilson(right, n)
    return Measurement(id=id_, title=id_, value=right / n, unit="fraction", better=None, n=n, interval=interval)


def ran(name: str, *promised: str, status: Status = "measured") -> CheckEntry:
    reason = None if status == "measured" else "no gradients"
    return CheckEntry(
        name=name, version=1, status=status, reason=reason, params={}, promised=promised, limits=(), cost=None
    )


def policy(*clauses: str) -> Policy:
    head = "name: test\ntitle: A policy\nclauses:\n"
    common = "title: A title, because: A reason"
    rows = [f"  - {{id: clause-{k}, {common}, {clause}}}" for k, clause in enumerate(clauses)]
    return parse_policy(head + "\n".join(rows) + "\n", "policy.yaml")


@dataclass(frozen=True)
class Row:
    """One clause, one record, and what the clause must say of it."""

    kind: str
    outcome: Outcome
    settings: str
    measurements: tuple[Measurement, ...] = ()
    checks: tuple[CheckEntry, ...] = (ran("performance", ACCURACY), ran("confusion", RATE))
    says: str = ""
    change: Callable[[Case], Case] = lambda case: case


FLOOR = f"measurement: {ACCURACY}, floor: 0.9"
CEILING = f"measurement: {RATE}, ceiling: 0.1"
BOTH = (share(ACCURACY, 9_300), share(RATE, 500))
RECALLS = tuple(f"performance.class.{name}.recall" for name in ("bag", "coat", "shirt"))
CLASSES = (ran("performance", ACCURACY, *RECALLS),)


def recalls(*right: int) -> tuple[Measurement, ...]:
    return tuple(share(id_, count, 1_000) for id_, count in zip(RECALLS, right, strict=False))


OTHER = "sha256:" + "1" * 64
GROUP = "pattern: performance.class.*.recall, floor: 0.7"


def declaring(**stated: Any) -> Callable[[Case], Case]:  # noqa: ANN401 - as the model's fields
    return lambda case: replace(case, declarations=Declarations(models=("m",), **stated))


def audited(case: Case, **facts: Any) -> Case:  # noqa: ANN401 - as the model's fields
    return replace(case, record=case.record.model_copy(update=facts))


def suite(name: str) -> Callable[[Case], Case]:
    asked = SuiteName(name=name, digest=OTHER)
    return lambda case: audited(case, audit=case.record.audit.model_copy(update={"suite": asked}))


def started(at: str) -> Callable[[Case], Case]:
    return lambda case: audited(case, audit=case.record.audit.model_copy(update={"started": at}))


def packages(**versions: str) -> Callable[[Case], Case]:
    with_them = {"packages": versions}
    return lambda case: audited(case, environment=case.record.environment.model_copy(update=with_them))


CLASSES_OF_RISK = "classes: [transparency, no_specific_requirements]"


def claiming(**outcomes: str) -> Callable[[Case], Case]:
    claims = tuple(
        Claim(
            id=id_, text="It is so.", predicate="a.b > 0", by=None, on=None, outcome=ClaimOutcome(outcome),
            message="found", measurements=(ACCURACY,), more=None,
        )
        for id_, outcome in outcomes.items()
    )  # fmt: skip
    return lambda case: replace(case, claims=claims)


def asked(state: State) -> Callable[[Case], Case]:
    part = Part(id="IV.1.a.purpose", title="Purpose", state=state, why="nobody stated it", owner="the provider")
    point = Point(
        id="IV.1.a", list="annex_iv", number="1(a)", title="Purpose", asks="What it is for.", articles=("11",),
        state=state, parts=(part,),
    )  # fmt: skip
    return lambda case: replace(case, requirements=(point,))


def classified(
    *reached: str, determined: bool = True, reply: Literal["yes", "unknown"] = "yes"
) -> Callable[[Case], Case]:
    step = Step(question="roles", asks="Which?", reply=reply, chosen=(), articles=(), by=None, on=None, because=None)
    open_ = OpenQuestion(question="roles", asks="Which?", articles=(), why="nobody answered it", decides_class=True)
    outcomes = tuple(
        ClassOutcome(id=id_, label=id_, provisional=False, applies=(), duties=(), note=None) for id_ in reached
    )
    risk = RiskClass(determined=determined, outcomes=outcomes, path=(step,), open=() if determined else (open_,))
    return lambda case: replace(case, risk=risk)


REGRESSION = "check: performance, margin: 0.01"
CLEAN = ((share(ACCURACY, 9_000),), (ran("performance", ACCURACY),))


def against(gained: int, lost: int, n: int = 10_000, kept: str = "both", other: str = "") -> Callable[[Case], Case]:
    """Give a case outcomes and a baseline that differ on so many images."""
    same = "1" * (n - gained - lost)
    earlier, later = (
        f"condition,correct\nclean,{text}{same}\n" for text in ("0" * gained + "1" * lost, "1" * gained + "0" * lost)
    )

    def changed(case: Case) -> Case:
        def reader(text: str, word: str) -> Callable[[str], bytes | None]:
            held = kept in {word, "both"}
            return lambda path: text.encode() if held and path == "evidence/performance/outcomes.csv" else None

        baseline = Baseline(baseline_of(case.record, other), OTHER, reader(earlier, "earlier"))
        return replace(case, read=reader(later, "later"), baseline=baseline)

    return changed


def baseline_of(record: EvidenceRecord, other: str) -> EvidenceRecord:
    images = {"splits": {"test": SplitFacts(n=100, digest=OTHER)}}
    (check,) = record.checks
    changes: dict[str, dict[str, object]] = {
        "images": {"dataset": record.dataset.model_copy(update=images)},
        "version": {"checks": (check.model_copy(update={"version": 2}),)},
        "seed": {"audit": record.audit.model_copy(update={"seed": 7})},
        "check": {"checks": ()},
    }
    if other != "itself":
        changes["model"] = {"subject": record.subject.model_copy(update={"uri": "models:/m/0", "digest": OTHER})}
    return record.model_copy(update=changes.get(other, {}) | changes.get("model", {}))


UNMEASURABLE = ran("performance", ACCURACY).model_copy(update={"absent": {ACCURACY: "no image of a class"}})
PASSED, FAILED, UNDECIDED, NO_EVIDENCE = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED, Outcome.NO_EVIDENCE

TABLE = (
    Row(
        "at_least",
        PASSED,
        FLOOR,
        (share(ACCURACY, 9_059),),
        says="90.59 % (95 % interval 90.002 % to 91.15 %, 10,000 examples)",
    ),
    Row("at_least", FAILED, FLOOR, (share(ACCURACY, 8_900),), says="the floor is 90.00 %"),
    Row("at_least", UNDECIDED, FLOOR, (share(ACCURACY, 9_050),), says="3,830 more examples at this rate"),
    Row("at_least", UNDECIDED, FLOOR, (share(ACCURACY, 9_000),), says="no number of examples"),
    Row("at_least", NO_EVIDENCE, FLOOR, says="was not measured: it is not in the record"),
    Row("at_least", NO_EVIDENCE, FLOOR, checks=(UNMEASURABLE,), says="was not measured: no image of a class"),
    Row("at_least", NO_EVIDENCE, FLOOR, checks=(), says="not part of suite quick"),
    Row("at_least", NO_EVIDENCE, FLOOR, BOTH, (ran("performance", ACCURACY, status="not_run"),), "(no gradients)"),
    Row("at_least", NO_EVIDENCE, FLOOR, BOTH, (ran("performance", ACCURACY, status="failed"),), "failed"),
    Row("at_least", NO_EVIDENCE, FLOOR, BOTH, (ran("performance", F1),), "does not promise it"),
    Row("at_least", NO_EVIDENCE, FLOOR, (share(ACCURACY, 9_300),) * 2, says="2 times"),
    Row("at_least", NO_EVIDENCE, FLOOR, BOTH, (ran("performance", ACCURACY),) * 2, "2 times"),
    Row("at_least", PASSED, f"{FLOOR}, on: value", (share(ACCURACY, 9_001),), says="bare value"),
    Row("at_least", FAILED, f"{FLOOR}, on: value", (share(ACCURACY, 8_999),), says="89.99 %"),
    Row("at_most", PASSED, CEILING, (share(RATE, 500),), says="the ceiling is 10.00 %"),
    Row("at_most", FAILED, CEILING, (share(RATE, 1_200),)),
    Row("at_most", UNDECIDED, CEILING, (share(RATE, 990),), says="across the ceiling"),
    Row("at_most", NO_EVIDENCE, CEILING),
    Row("check_measured", PASSED, "", BOTH, says="2 checks measured all 2 promised numbers"),
    Row("check_measured", PASSED, "checks: [performance]", BOTH),
    Row("check_measured", FAILED, "", BOTH, (ran("performance", ACCURACY), ran("confusion", RATE, status="failed"))),
    Row("check_measured", NO_EVIDENCE, "", BOTH, (ran("performance", ACCURACY, status="not_run"),), "was not run"),
    Row("check_measured", NO_EVIDENCE, "", BOTH, (), "nothing was checked"),
    Row("check_measured", NO_EVIDENCE, "", (), (ran("performance"),), "nothing was measured"),
    Row("check_measured", NO_EVIDENCE, "", BOTH[:1], says=f"not in the record: {RATE}"),
    Row("check_measured", NO_EVIDENCE, "", (), (UNMEASURABLE,), f"not in the record: {ACCURACY} (no image of a class)"),
    Row("check_measured", NO_EVIDENCE, "checks: [confussion]", BOTH, says="did you mean confusion?"),
    Row("group", PASSED, GROUP, recalls(900, 800, 780), CLASSES, "3 of 3 measurements"),
    Row("group", FAILED, GROUP, recalls(900, 800, 600), CLASSES, "failed: performance.class.shirt.recall is 60.00 %"),
    Row("group", FAILED, GROUP, recalls(900, 600), CLASSES, "1 of 3 measurements"),
    Row("group", UNDECIDED, GROUP, recalls(900, 800, 710), CLASSES, "undecided: performance.class.shirt.recall"),
    Row("group", NO_EVIDENCE, GROUP, recalls(900, 800), CLASSES, "no evidence: performance.class.shirt.recall"),
    Row("group", NO_EVIDENCE, GROUP, recalls(900, 800, 780), (), "not part of suite quick"),
    Row(
        "group",
        NO_EVIDENCE,
        GROUP.replace("recall", "recal"),
        recalls(900),
        CLASSES,
        "did you mean 'performance.class.*.recall'?",
    ),
    Row(
        "group", NO_EVIDENCE, GROUP.replace("class", "clas"), says="check performance promises nothing of that pattern"
    ),
    Row("group", NO_EVIDENCE, f"{GROUP}, members: 4", recalls(900, 800, 780), CLASSES, "4 are asked for"),
    Row("group", PASSED, f"{GROUP}, of: any", recalls(900), CLASSES, "1 of 3"),
    Row("group", FAILED, f"{GROUP}, of: any", recalls(600, 600, 600), CLASSES, "0 of 3"),
    Row("group", NO_EVIDENCE, f"{GROUP}, of: any", recalls(600, 600), CLASSES),
    Row("group", PASSED, f"{GROUP}, of: 2", recalls(900, 800), CLASSES, "2 must"),
    Row("group", FAILED, f"{GROUP}, of: 2", recalls(900, 600, 600), CLASSES),
    Row("group", UNDECIDED, f"{GROUP}, of: 2", recalls(900, 710, 600), CLASSES),
    Row("group", NO_EVIDENCE, f"{GROUP}, of: 2", recalls(900), CLASSES),
    Row(
        "group", PASSED, f"{GROUP}, of: worst", recalls(900, 800, 780), CLASSES, "the worst of 3: performance.class.sh"
    ),
    Row("group", FAILED, f"{GROUP}, of: worst", recalls(600, 800, 780), CLASSES, "performance.class.bag"),
    Row("group", UNDECIDED, f"{GROUP}, of: worst", recalls(900, 710, 780), CLASSES, "performance.class.coat"),
    Row("group", NO_EVIDENCE, f"{GROUP}, of: worst", recalls(900, 800), CLASSES, "the worst is not known"),
    Row("group", FAILED, "pattern: performance.class.*.recall, ceiling: 0.7", recalls(600, 800, 600), CLASSES),
    Row("group", PASSED, "pattern: performance.class.*.recall, ceiling: 0.7", recalls(600, 600, 600), CLASSES),
    Row("no_regression", PASSED, REGRESSION, *CLEAN, "18 lost", against(12, 18)),
    Row("no_regression", PASSED, REGRESSION, *CLEAN, "exact p = 1.0000)", against(0, 0)),
    Row(
        "no_regression",
        PASSED,
        REGRESSION,
        *CLEAN,
        "1.00 points against models:/m/0, sealed as sha256:",
        against(120, 20),
    ),
    Row("no_regression", FAILED, REGRESSION, *CLEAN, "-1.00 points", against(100, 200)),
    Row("no_regression", UNDECIDED, REGRESSION, *CLEAN, "more images at this rate", against(900, 980)),
    Row("no_regression", UNDECIDED, REGRESSION, *CLEAN, "more images", against(1, 2, n=100)),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "no baseline was given"),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "is this very model", against(0, 0, other="itself")),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "kept no evidence/perf", against(9, 9, kept="earlier")),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "kept no evidence/perf", against(9, 9, kept="later")),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "different test images", against(9, 9, other="images")),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "was of version 2, then 1", against(9, 9, other="version")),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "from seed 7, then 0", against(9, 9, other="seed")),
    Row("no_regression", UNDECIDED, REGRESSION, *CLEAN, "more images", against(1, 2, n=100, other="seed")),
    Row("no_regression", NO_EVIDENCE, REGRESSION, *CLEAN, "not measure in the earlier", against(9, 9, other="check")),
    Row("no_regression", NO_EVIDENCE, f"{REGRESSION}, condition: fog", *CLEAN, "no outcomes under fog", against(9, 9)),
    Row("suite_at_least", PASSED, "suite: quick", says="the audit ran suite quick"),
    Row("suite_at_least", PASSED, "suite: standard", change=suite("full")),
    Row("suite_at_least", FAILED, "suite: standard", says="at least standard"),
    Row("suite_at_least", NO_EVIDENCE, "suite: quick", change=suite("custom"), says="settings of its own"),
    Row("suite_at_least", NO_EVIDENCE, "suite: quick", change=suite("mine"), says="not shipped"),
    Row("dataset_is_one_of", PASSED, f"digests: ['{OTHER}', '{DIGEST}']"),
    Row("dataset_is_one_of", FAILED, f"digests: ['{OTHER}']", says="not the one allowed, sha256:111111111111"),
    Row("dataset_is_one_of", PASSED, f"digests: ['{DIGEST}'], split: test"),
    Row("dataset_is_one_of", NO_EVIDENCE, f"digests: ['{DIGEST}'], split: train", says="without split train"),
    Row("evidence_no_older_than", PASSED, "days: 1", says="0.0 days before"),
    Row("evidence_no_older_than", PASSED, "days: 30", change=started("2026-10-23T22:00:00Z")),
    Row("evidence_no_older_than", FAILED, "days: 30", change=started("2026-10-23T21:59:59Z")),
    Row("evidence_no_older_than", NO_EVIDENCE, "days: 30", change=started("2026-11-22T22:00:01Z"), says="a clock"),
    Row("evidence_no_older_than", NO_EVIDENCE, "days: 30", change=started("2026-13-22T22:00:01Z"), says="moments"),
    Row("library_versions", PASSED, "packages: {torch: '>=2.6,<3'}", change=packages(torch="2.14.1+cpu")),
    Row("library_versions", FAILED, "packages: {torch: '>=2.6,<3'}", change=packages(torch="3.0.0")),
    Row("library_versions", NO_EVIDENCE, "packages: {torch: '>=2.6'}", says="no version of torch"),
    Row(
        "library_versions", NO_EVIDENCE, "packages: {torhc: '>=2'}", change=packages(torch="2.6"), says="mean 'torch'?"
    ),
    Row(
        "library_versions", NO_EVIDENCE, "packages: {torch: '>=2.6'}", change=packages(torch="nightly"), says="compared"
    ),
    Row("declaration_present", PASSED, "topics: [provider]", change=declaring(provider=Statement(text="Acme Ltd"))),
    Row("declaration_present", FAILED, "topics: [provider]", change=declaring(), says="nobody stated provider"),
    Row("declaration_present", FAILED, "topics: [provider]", change=declaring(provider=Statement(text="TODO"))),
    Row(
        "declaration_present",
        FAILED,
        "topics: [provider], attributed: true",
        change=declaring(provider=Statement(text="Acme Ltd", by="A. Person")),
        says="without a name or a date",
    ),
    Row(
        "declaration_present",
        PASSED,
        "topics: [provider], attributed: true",
        change=declaring(provider=Statement(text="Acme Ltd", by="A. Person", on="2026-11-01")),
    ),
    Row("declaration_present", NO_EVIDENCE, "topics: [provider]", says="no declarations name the model models:/m/1"),
    Row(
        "claim_supported", PASSED, "claim: accurate", change=claiming(accurate="supported"), says="is supported: found"
    ),
    Row("claim_supported", FAILED, "claim: accurate", change=claiming(accurate="refuted"), says="claim accurate is re"),
    Row("claim_supported", UNDECIDED, "claim: accurate", change=claiming(accurate="undecided")),
    Row("claim_supported", NO_EVIDENCE, "claim: accurate", change=claiming(accurate="untested")),
    Row("claim_supported", NO_EVIDENCE, "claim: acurate", change=claiming(accurate="supported"), says="did you mean"),
    Row("no_refuted_claim", PASSED, "", change=claiming(accurate="supported", fast="supported"), says="2 claims are"),
    Row("no_refuted_claim", FAILED, "", change=claiming(accurate="untested", fast="refuted"), says="fast is refuted"),
    Row("no_refuted_claim", UNDECIDED, "", change=claiming(accurate="undecided", fast="supported")),
    Row("no_refuted_claim", NO_EVIDENCE, "", change=claiming(accurate="undecided", fast="untested"), says="untested"),
    Row("no_refuted_claim", NO_EVIDENCE, "", says="nothing is claimed"),
    Row("requirement_not_missing", PASSED, "points: [IV.1.a]", change=asked(State.DECLARED), says="IV.1.a is declared"),
    Row("requirement_not_missing", PASSED, "points: [IV.1.a]", change=asked(State.NOT_APPLICABLE)),
    Row("requirement_not_missing", FAILED, "points: [IV.1.a]", change=asked(State.MISSING), says="Purpose: nobody"),
    Row("requirement_not_missing", FAILED, "points: [IV.1.a], evidenced: true", change=asked(State.DECLARED)),
    Row("requirement_not_missing", NO_EVIDENCE, "points: [IV.1.b]", change=asked(State.EVIDENCED), says="did you mean"),
    Row("requirement_not_missing", NO_EVIDENCE, "points: [IV.1.a]", says="not among the points"),
    Row(
        "risk_class_is_one_of", PASSED, CLASSES_OF_RISK, change=classified("transparency"), says="of class transparency"
    ),
    Row("risk_class_is_one_of", FAILED, CLASSES_OF_RISK, change=classified("transparency", "prohibited")),
    Row("risk_class_is_one_of", FAILED, CLASSES_OF_RISK, change=classified("prohibited", determined=False)),
    Row("risk_class_is_one_of", UNDECIDED, CLASSES_OF_RISK, change=classified(determined=False), says="open: roles"),
    Row("risk_class_is_one_of", UNDECIDED, CLASSES_OF_RISK, change=classified()),
    Row("risk_class_is_one_of", NO_EVIDENCE, CLASSES_OF_RISK, change=classified(reply="unknown")),
    Row("risk_class_is_one_of", NO_EVIDENCE, CLASSES_OF_RISK, says="nobody answered"),
    Row("seal_is_one_of", PASSED, f"seals: ['{DIGEST}']"),
    Row("seal_is_one_of", FAILED, f"seals: ['{OTHER}']", says="not the one allowed"),
)


def row_id(row: Row) -> str:
    return f"{row.kind} {row.outcome} {row.says}"


@pytest.mark.parametrize("row", TABLE, ids=row_id)
def test_every_kind_says_what_the_record_says(row: Row, case_of: CaseOf) -> None:
    clause = ", ".join(part for part in (f"kind: {row.kind}", row.settings) if part)

    verdict = judge_policy(policy(clause), row.change(case_of(row.checks, row.measurements)))

    (finding,) = verdict.findings
    assert finding.outcome is row.outcome
    assert row.says in finding.message
    assert verdict.passed is (row.outcome is Outcome.PASSED)


def test_the_table_shows_every_outcome_of_every_kind() -> None:
    shown = {(row.kind, row.outcome) for row in TABLE}

    assert shown == {(rule.kind, outcome) for rule in RULES for outcome in rule.outcomes}


def test_every_kind_can_pass_fail_and_lack_evidence_but_a_seal_is_always_there() -> None:
    lacking = {rule.kind for rule in RULES if not {PASSED, FAILED, NO_EVIDENCE} <= rule.outcomes}

    assert lacking == {"seal_is_one_of"}


def test_a_typo_in_an_id_gets_the_one_that_was_promised(case_of: CaseOf) -> None:
    wrong = policy("kind: at_least, measurement: performance.acuracy, floor: 0.9")

    verdict = judge_policy(wrong, case_of([ran("performance", ACCURACY)], [share(ACCURACY, 9_900)]))

    assert verdict.findings[0].outcome is Outcome.NO_EVIDENCE
    assert "did you mean performance.accuracy?" in verdict.findings[0].message


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (f"kind: at_most, measurement: {RATE}, ceiling: 1", "ceiling 1.0 can never fail"),
        (f"kind: at_least, measurement: {ACCURACY}, floor: 90", "floor 90.0 can never hold"),
        (f"kind: at_least, measurement: {ACCURACY}, floor: 1", "floor 1.0 can never hold: the interval of"),
        (f"kind: at_most, measurement: {RATE}, ceiling: 0", "ceiling 0.0 can never hold: the interval of"),
        (f"kind: at_least, measurement: {ACCURACY}, floor: 0", "floor 0.0 can never fail"),
        (f"kind: at_least, measurement: {ACCURACY}, floor: -0.1", "floor -0.1 can never fail"),
        (f"kind: at_most, measurement: {RATE}, ceiling: -0.1", "ceiling -0.1 can never hold"),
        ("kind: group, pattern: performance.*, floor: 90", "floor 90.0 can never hold"),
        (
            "kind: group, pattern: performance.*, floor: 0.9, of: 7",
            "7 of performance.* can never hold".replace("*", r"\*"),
        ),
    ],
)
def test_a_bound_that_the_unit_makes_senseless_is_no_verdict(clause: str, words: str, case_of: CaseOf) -> None:
    case = case_of([ran("performance", ACCURACY), ran("confusion", RATE)], BOTH)

    with pytest.raises(ConfigError, match=rf"^policy\.yaml:4: clause clause-0: {words}"):
        judge_policy(policy(clause), case)


def signed(id_: str, value: float, unit: Literal["fraction", "score"]) -> Measurement:
    interval = Interval(low=value - 0.02, high=value + 0.02, level=0.95, method="bootstrap")
    return Measurement(id=id_, title=id_, value=value, unit=unit, better="higher", n=100, interval=interval)


@pytest.mark.parametrize(
    ("value", "unit", "bound", "outcome"),
    [
        (-0.03, "score", "floor: 0", FAILED),
        (-0.01, "score", "floor: 0", UNDECIDED),
        (0.05, "score", "floor: 0", PASSED),
        (0.05, "score", "floor: -0.1", PASSED),
        (-0.03, "fraction", "floor: 0", FAILED),
        (-0.03, "fraction", "ceiling: -0.01", UNDECIDED),
        (-0.3, "score", "ceiling: -0.1", PASSED),
    ],
)
def test_a_gain_or_a_gap_can_be_negative_and_so_can_its_bound(
    value: float, unit: Literal["fraction", "score"], bound: str, outcome: Outcome, case_of: CaseOf
) -> None:
    kind = "at_least" if bound.startswith("floor") else "at_most"
    case = case_of([ran("performance", ACCURACY)], [signed(ACCURACY, value, unit)])

    for clause in (f"kind: {kind}, measurement: {ACCURACY}, {bound}", f"kind: group, pattern: performance.*, {bound}"):
        assert judge_policy(policy(clause), case).findings[0].outcome is outcome


def test_a_policy_without_clauses_passes_nothing(case_of: CaseOf) -> None:
    empty = Policy(name="none", title="None", source="none.yaml", digest="sha256:" + "0" * 64, entries=())

    assert not judge_policy(empty, case_of([ran("performance", ACCURACY)], [share(ACCURACY, 10_000)])).passed


def test_a_warning_does_not_refuse_and_is_told(case_of: CaseOf) -> None:
    both = policy(f"kind: at_least, {FLOOR}", f"kind: at_least, {FLOOR[:-3]}0.99, severity: warn")

    verdict = judge_policy(both, case_of([ran("performance", ACCURACY)], [share(ACCURACY, 9_300)]))

    assert verdict.passed
    assert [finding.outcome for finding in verdict.findings] == [Outcome.PASSED, Outcome.FAILED]


@pytest.mark.parametrize(("setting", "right"), [("when_undecided", 9_050), ("when_no_evidence", None)])
def test_a_clause_may_say_in_so_many_words_that_doubt_only_warns(
    setting: str, right: int | None, case_of: CaseOf
) -> None:
    asked = policy(f"kind: at_least, {FLOOR}, {setting}: warn", f"kind: at_most, {CEILING}")
    found = (share(RATE, 500), *([] if right is None else [share(ACCURACY, right)]))

    verdict = judge_policy(asked, case_of([ran("performance", ACCURACY), ran("confusion", RATE)], found))

    assert verdict.passed
    assert verdict.findings[0].severity is Severity.WARN
    assert verdict.findings[0].message.endswith("; the clause says that this only warns")


def test_what_may_warn_in_doubt_still_refuses_what_failed(case_of: CaseOf) -> None:
    lenient = policy(f"kind: at_least, {FLOOR}, when_undecided: warn, when_no_evidence: warn", "kind: check_measured")

    verdict = judge_policy(lenient, case_of([ran("performance", ACCURACY)], [share(ACCURACY, 8_000)]))

    assert not verdict.passed


def test_every_clause_is_judged_after_one_failed(case_of: CaseOf) -> None:
    three = policy(f"kind: at_least, {FLOOR}", f"kind: at_most, {CEILING}", "kind: check_measured")

    verdict = judge_policy(three, case_of([ran("performance", ACCURACY)], [share(ACCURACY, 8_000)]))

    assert [finding.outcome for finding in verdict.findings] == [FAILED, NO_EVIDENCE, PASSED]


IDS = (ACCURACY, F1, RATE, "calibration.ece")
measured = st.dictionaries(st.sampled_from(IDS), st.integers(0, 1_000))
bounds = st.integers(1, 99).map(lambda percent: percent / 100)
demands = st.lists(
    st.one_of(
        st.builds("kind: at_least, measurement: {}, floor: {}".format, st.sampled_from(IDS), bounds),
        st.builds("kind: at_most, measurement: {}, ceiling: {}".format, st.sampled_from(IDS), bounds),
        st.just("kind: check_measured"),
        st.builds(
            "kind: group, pattern: performance.*, floor: {}, of: {}".format,
            bounds,
            st.sampled_from(["every", "worst", "any", "1"]),
        ),
        st.builds("kind: check_measured, checks: [{}]".format, st.sampled_from(["performance", "confusion"])),
    ),
    min_size=1,
    max_size=4,
)


def case_from(case_of: CaseOf, found: dict[str, int], promised: Sequence[str] = IDS) -> Case:
    names = dict.fromkeys(id_.split(".")[0] for id_ in promised)
    checks = [ran(name, *(id_ for id_ in promised if id_.startswith(f"{name}."))) for name in names]
    return case_of(checks, [share(id_, right, 1_000) for id_, right in found.items()])


@given(clauses=demands, found=measured)
def test_no_verdict_passes_while_a_blocking_clause_lacks_evidence(
    case_of: CaseOf, clauses: list[str], found: dict[str, int]
) -> None:
    verdict = judge_policy(policy(*clauses), case_from(case_of, found))

    wanted = {id_ for id_ in IDS if any(id_ in clause for clause in clauses)}
    if wanted - set(found):
        assert not verdict.passed


@given(clauses=demands, found=measured, kept=st.sets(st.sampled_from(IDS)), forgotten=st.sets(st.sampled_from(IDS)))
def test_removing_evidence_never_turns_a_refusal_into_a_pass(
    case_of: CaseOf, clauses: list[str], found: dict[str, int], kept: set[str], forgotten: set[str]
) -> None:
    less = {id_: right for id_, right in found.items() if id_ in kept}
    asked = policy(*clauses)

    if judge_policy(asked, case_from(case_of, less)).passed:
        assert judge_policy(asked, case_from(case_of, found)).passed
    promised = [id_ for id_ in IDS if id_ not in forgotten]
    with_less_promised = judge_policy(asked, case_from(case_of, found, promised))
    assert not with_less_promised.passed or not any(id_ in clause for clause in clauses for id_ in forgotten)


@given(right=st.integers(0, 1_000), bound=bounds, tighter=bounds, kind=st.sampled_from(["at_least", "at_most"]))
def test_tightening_a_bound_never_turns_a_refusal_into_a_pass(
    case_of: CaseOf, right: int, bound: float, tighter: float, kind: str
) -> None:
    name = "floor" if kind == "at_least" else "ceiling"
    easy, hard = sorted((bound, tighter), reverse=kind == "at_most")
    case = case_from(case_of, {ACCURACY: right})

    def passed(demand: float) -> bool:
        return judge_policy(policy(f"kind: {kind}, measurement: {ACCURACY}, {name}: {demand}"), case).passed

    assert passed(easy) or not passed(hard)


@pytest.mark.parametrize(
    ("clause", "says"),
    [
        ("kind: declaration_present, topics: [provider]", "State it in the declarations"),
        ("kind: risk_class_is_one_of, classes: [gpai]", "Answer what is open under risk"),
        (f"kind: no_regression, {REGRESSION}", "Name an audit of the same images by --baseline"),
    ],
)
def test_what_to_do_follows_from_what_is_asked(clause: str, says: str, case_of: CaseOf) -> None:
    (finding,) = judge_policy(policy(clause), case_of([], [])).findings

    assert next_step(finding).startswith(says)
