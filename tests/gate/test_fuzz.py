"""Whatever policy, record and waivers say: a verdict or a named refusal, and want of evidence passes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import yaml
from hypothesis import assume, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import GovernanceError
from fmnist_governance.evidence.assessment import Finding, Outcome, Severity
from fmnist_governance.evidence.record import CheckEntry, Measurement
from fmnist_governance.gate.catalog import RULES
from fmnist_governance.gate.judge import judge_policy
from fmnist_governance.gate.policy import load_policy, parse_policy
from fmnist_governance.gate.rule import Baseline, Case
from fmnist_governance.gate.tightening import looser
from fmnist_governance.gate.waivers import parse_waivers
from fmnist_governance.stats.proportions import wilson

CaseOf = Callable[[Sequence[CheckEntry], Sequence[Measurement]], Case]

DIGEST = "sha256:" + "0" * 64
IDS = ("performance.accuracy", "performance.class.a.recall", "performance.class.b.recall", "confusion.worst_pair.rate")
SETTINGS = {
    "measurement": st.sampled_from([*IDS, "performance.acuracy"]),
    "pattern": st.sampled_from(["performance.class.*.recall", "performance.*", "nothing.*"]),
    "floor": st.sampled_from([0.1, 0.5, 0.9, 1, 2, 0, -1]),
    "ceiling": st.sampled_from([0.0, 0.1, 0.5, 1, 2]),
    "of": st.sampled_from(["every", "any", "worst", 1, 3, 0, "all"]),
    "margin": st.sampled_from([0.001, 0.5, 0, 1]),
    "days": st.sampled_from([1, 400, 0]),
    "suite": st.sampled_from(["quick", "full", "other"]),
    "digests": st.sampled_from([[DIGEST], ["sha256:" + "1" * 64], []]),
    "seals": st.sampled_from([[DIGEST], ["sha256:" + "1" * 64]]),
    "packages": st.sampled_from([{"torch": ">=2"}, {"torch": "=="}, {}]),
    "topics": st.sampled_from([["provider"], ["nothing"]]),
    "claim": st.sampled_from(["accurate", "Not An Id"]),
    "points": st.sampled_from([["IV.1.a"], []]),
    "classes": st.sampled_from([["transparency"], ["none"]]),
    "checks": st.sampled_from([["performance"], ["nothing"], []]),
}


@st.composite
def clauses(draw: st.DrawFn) -> dict[str, Any]:
    rule = draw(st.sampled_from(RULES))
    asked = {name for name in rule.clause.model_fields if name in SETTINGS}
    complete = draw(st.booleans())
    settings = {name: draw(SETTINGS[name]) for name in sorted(asked) if complete or draw(st.booleans())}
    if rule.kind == "group":
        settings.pop(draw(st.sampled_from(["floor", "ceiling"])), None)
    severity = draw(st.sampled_from(["block", "block", "warn"]))
    return {"kind": rule.kind, "title": "A title", "because": "A reason", "severity": severity, **settings}


@st.composite
def policies(draw: st.DrawFn) -> str:
    found = draw(st.lists(clauses(), min_size=1, max_size=4))
    numbered = [{"id": f"c{number}", **clause} for number, clause in enumerate(found)]
    return yaml.safe_dump({"name": "demo", "title": "A policy", "clauses": numbered})


@st.composite
def cases(draw: st.DrawFn, case_of: CaseOf) -> Case:
    found = draw(st.dictionaries(st.sampled_from(IDS), st.integers(0, 100)))
    status = draw(st.sampled_from(["measured", "measured", "failed", "not_run"]))
    checks = [entry(name, status) for name in ("performance", "confusion") if draw(st.booleans())]
    case = case_of(checks, [share(id_, right) for id_, right in found.items()])
    text = draw(st.sampled_from(["condition,correct\nclean,0110\n", "condition,correct\nclean,1111\n", "rubbish", ""]))
    held = Baseline(case.record, DIGEST, lambda _path: text.encode()) if draw(st.booleans()) else None
    return replace(case, baseline=held, read=lambda _path: b"condition,correct\nclean,0111\n")


def entry(name: str, status: Any) -> CheckEntry:  # noqa: ANN401 - one of three words
    promised = tuple(id_ for id_ in IDS if id_.startswith(name))
    return CheckEntry(
        name=name, version=1, status=status, reason=None, params={}, promised=promised, limits=(), cost=None
    )


def share(id_: str, right: int) -> Measurement:
    interval = wilson(right, 100)
    return Measurement(id=id_, title=id_, value=right / 100, unit="fraction", better=None, n=100, interval=interval)


def judged(text: str, case: Case) -> tuple[Finding, ...] | None:
    """Return the findings; None where policy or evidence was refused by name."""
    try:
        verdict = judge_policy(parse_policy(text, "p.yaml"), case)
    except GovernanceError as err:
        assert "p.yaml" in str(err) or "outcomes.csv" in str(err)  # noqa: PT017 - a draw may be refused, or not
        return None
    blocking = [f for f in verdict.findings if f.severity is Severity.BLOCK]
    assert verdict.passed is (bool(blocking) and all(f.outcome is Outcome.PASSED for f in blocking))
    return verdict.findings


@given(data=st.data())
def test_any_policy_on_any_record_gives_a_verdict_or_a_named_refusal(case_of: CaseOf, data: st.DataObject) -> None:
    judged(data.draw(policies()), data.draw(cases(case_of)))


@given(data=st.data())
def test_a_record_that_holds_nothing_passes_no_policy_that_asks_for_numbers(
    case_of: CaseOf, data: st.DataObject
) -> None:
    findings = judged(data.draw(policies()), case_of([], []))

    for finding in findings or ():
        assert not finding.measurements or finding.outcome is Outcome.NO_EVIDENCE


@given(data=st.data(), lost=st.sampled_from(IDS))
def test_a_number_that_is_lost_never_turns_a_refusal_into_a_pass(
    case_of: CaseOf, data: st.DataObject, lost: str
) -> None:
    text, case = data.draw(policies()), data.draw(cases(case_of))
    kept = tuple(m for m in case.record.measurements if m.id != lost)
    less = replace(case, record=case.record.model_copy(update={"measurements": kept}))

    before, after = judged(text, case), judged(text, less)

    for one, other in zip(before or (), after or (), strict=False):
        assert one.outcome is Outcome.PASSED or other.outcome is not Outcome.PASSED


BOUNDS: dict[str, st.SearchStrategy[Any]] = {
    "on": st.sampled_from(["interval", "value"]),
    "when_undecided": st.sampled_from(["refuse", "warn"]),
    "when_no_evidence": st.sampled_from(["refuse", "warn"]),
    "severity": st.just("block"),
    "floor": st.sampled_from([0.4, 0.5, 0.6]),
}
LAYERED: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "at_least": BOUNDS,
    "group": {**BOUNDS, "of": st.sampled_from(["every", "any", "worst", 1, 2]), "members": st.sampled_from([1, 2, 9])},
    "check_measured": {"checks": st.lists(st.sampled_from(["performance", "confusion"]), min_size=1, unique=True)},
}
FIXED = {"at_least": {"measurement": IDS[1]}, "group": {"pattern": "performance.class.*.recall"}, "check_measured": {}}


@settings_of_hypothesis(max_examples=400)
@given(data=st.data())
def test_what_a_layer_may_replace_in_silence_refuses_whatever_the_base_refuses(
    case_of: CaseOf, data: st.DataObject
) -> None:
    rule = data.draw(st.sampled_from([rule for rule in RULES if rule.kind in LAYERED]))
    settings = {name: data.draw(values) for name, values in LAYERED[rule.kind].items()}
    changed = data.draw(st.sampled_from(list(LAYERED[rule.kind])))
    common = {"id": "c", "kind": rule.kind, "title": "A title", "because": "A reason", **FIXED[rule.kind]}
    both = (settings, settings | {changed: data.draw(LAYERED[rule.kind][changed])})
    base, layer = (yaml.safe_dump({"name": "p", "title": "A policy", "clauses": [common | s]}) for s in both)
    old, new = (parse_policy(text, "p.yaml").entries[0].clause for text in (base, layer))
    assume(not looser(rule, new, old))
    found = data.draw(st.dictionaries(st.sampled_from(IDS), st.integers(35, 65), min_size=3))
    case = case_of([entry(n, "measured") for n in ("performance", "confusion")], [share(*one) for one in found.items()])

    before, after = judged(base, case), judged(layer, case)

    if before is not None and after is not None:
        assert not before[0].refuses or after[0].refuses


@given(data=st.data())
def test_any_waivers_give_a_verdict_or_a_named_refusal(case_of: CaseOf, data: st.DataObject) -> None:
    waiver = {
        "clause": data.draw(st.sampled_from(["all-measured", "accuracy", "nothing", "*"])),
        "model": data.draw(st.sampled_from([DIGEST, "sha256:" + "1" * 64, None])),
        "reason": "A reason",
        "approver": "A. Person",
        "granted": data.draw(st.sampled_from(["2026-11-01", "2026-11-23", "2026-02-30"])),
        "expires": data.draw(st.sampled_from(["2026-10-01", "2026-11-21", "2026-11-30", "2030-01-01"])),
    }
    text = yaml.safe_dump({"max_days": 30, "waivers": [waiver]})
    policy = load_policy(shipped("configs") / "policies" / "minimal-risk.yaml")

    try:
        verdict = judge_policy(policy, case_of([], []), parse_waivers(text, "w.yaml"))
    except GovernanceError as err:
        assert str(err).startswith("w.yaml:")  # noqa: PT017 - a draw may be refused, or not
    else:
        assert not verdict.passed
