from __future__ import annotations

from bundled import audited

from fmnist_governance.evidence.facts import fact
from fmnist_governance.evidence.record import Cost, TrainingFacts


def test_the_duration_of_an_audit_tells_what_it_took_from_earlier_ones() -> None:
    record = audited("1" * 10)
    (check,) = record.checks
    measured, kept = (Cost(passes=1, seconds=57.1, floor_seconds=None, kept=kept) for kept in (False, True))

    fresh = record.model_copy(update={"checks": (check.model_copy(update={"cost": measured}),)})
    quick = record.model_copy(update={"checks": (check.model_copy(update={"cost": kept}),)})

    assert fact(fresh, "audit.seconds") == "1.0 s"
    assert fact(quick, "audit.seconds") == "1.0 s, and 57.1 s for 1 check of an earlier audit that was kept"


def test_the_commit_of_the_training_is_not_that_of_the_audit() -> None:
    training = TrainingFacts(
        run="r", recipe="quick", seed=0, epochs=1, seconds=1.0, finished="2026-11-22T21:00:00Z",
        dataset_digest="sha256:" + "0" * 64, parent=None, commit="abc1234",
    )  # fmt: skip
    record = audited("1" * 10, training=training)

    assert fact(record, "training.commit") == "abc1234"
    assert fact(record, "tool.commit") is None
    assert fact(audited("1" * 10), "training.commit") is None
