from __future__ import annotations

from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from fmnist_governance.claims.claims_file import load_claims
from fmnist_governance.claims.judge import judge_claims
from fmnist_governance.config.shipped import shipped
from fmnist_governance.config.system import load_declarations
from fmnist_governance.evidence.claimed import ClaimOutcome
from fmnist_governance.evidence.required import State
from fmnist_governance.pipeline.documenting import rendered
from fmnist_governance.render.catalog import RENDERERS
from fmnist_governance.render.renderer import Report

OURS, EXAMPLE = shipped("configs"), shipped("configs") / "examples" / "recruitment"


def reported(build: SimpleNamespace, folder: Path) -> Report:
    record = build.record()
    assessed = build.assessment(load_declarations(folder / "system.yaml"), record=record)
    claims = judge_claims(load_claims(folder / "claims.yaml"), record)
    found: Report = build.report(record, assessed.model_copy(update={"claims": claims}))
    return found


def states(report: Report, name: str) -> Counter[State]:
    return Counter(part.state for p in report.assessment.requirements if p.list == name for part in p.parts)


@pytest.mark.parametrize(
    ("folder", "reached"), [(OURS, "open_source_excluded"), (EXAMPLE, "high_risk_annex_iii")], ids=["ours", "example"]
)
def test_the_class_of_each_system_is_determined(build: SimpleNamespace, folder: Path, reached: str) -> None:
    risk = reported(build, folder).assessment.risk

    assert risk is not None
    assert risk.determined
    assert risk.reached(reached)


def test_the_same_run_leaves_far_more_missing_for_the_high_risk_system(build: SimpleNamespace) -> None:
    ours, example = (states(reported(build, folder), "annex_iv") for folder in (OURS, EXAMPLE))

    assert example[State.MISSING] > ours[State.MISSING] + 15
    assert example[State.EVIDENCED] == ours[State.EVIDENCED]
    assert ours.total() == example.total()


def test_accuracy_on_garments_is_no_evidence_on_persons(build: SimpleNamespace) -> None:
    ours, example = (
        {part.id: part.state for point in reported(build, folder).assessment.requirements for part in point.parts}
        for folder in (OURS, EXAMPLE)
    )

    for part in ("IV.2.g.persons", "IV.3.persons"):
        assert (ours[part], example[part]) == (State.DECLARED, State.MISSING)


def test_claims_about_other_pictures_are_refuted_or_untested(build: SimpleNamespace) -> None:
    outcomes = {claim.outcome for claim in reported(build, EXAMPLE).assessment.claims}

    assert outcomes == {ClaimOutcome.REFUTED, ClaimOutcome.UNTESTED}


def test_only_the_high_risk_system_gets_a_draft_of_a_declaration_and_it_is_not_to_be_signed(
    build: SimpleNamespace,
) -> None:
    ours, example = (rendered(RENDERERS, reported(build, folder)) for folder in (OURS, EXAMPLE))

    assert set(example) - set(ours) == {"declaration_of_conformity.md", "declaration_of_conformity.html"}
    assert b"not to be signed" in example["declaration_of_conformity.md"]


def test_a_placeholder_of_the_example_is_missing_and_its_praise_is_flagged(build: SimpleNamespace) -> None:
    text = rendered(RENDERERS, reported(build, EXAMPLE))["model_card.md"].decode()

    assert "to be determined" not in text
    assert "**Flagged**: the statement judges quality (robust, fully compliant)" in text
