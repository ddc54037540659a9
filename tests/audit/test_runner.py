from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from fmnist_governance.audit.check import Check, CheckResult, Column, Params, Table
from fmnist_governance.audit.predictions import predictions_csv
from fmnist_governance.audit.runner import plan, run, table_bytes
from fmnist_governance.audit.subject import Need, Subject, slugs
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.manifest import digest
from fmnist_governance.evidence.record import Measurement


def silent(*_: object) -> CheckResult:
    return CheckResult(measurements=(), limits=("Measures nothing.",))


def broken(*_: object) -> CheckResult:
    msg = "no image is dark enough"
    raise CheckError(msg)


def foreign(*_: object) -> CheckResult:
    stolen = Measurement(id="other.number", title="x", value=1.0, unit="count", better=None, n=None, interval=None)
    return CheckResult(measurements=(stolen,), limits=())


def check(measure: Callable[..., CheckResult], *needs: Need) -> Check[Params]:
    return Check(name="probe", version=1, needs=frozenset(needs), params=Params, measure=measure)


def test_a_check_that_lacks_its_need_is_not_run_and_not_passed(subject: Subject) -> None:
    (found,) = run(subject, plan((check(silent, Need.GRADIENTS),), {"probe": {}}), lambda: 0.0, 1.0)

    assert found.entry.status == "not_run"
    assert found.entry.reason == "the model offers no gradients"


def test_a_check_that_fails_is_recorded_with_its_reason(subject: Subject) -> None:
    (found,) = run(subject, plan((check(broken),), {"probe": {}}), lambda: 0.0, 1.0)

    assert (found.entry.status, found.entry.reason) == ("failed", "no image is dark enough")


def test_a_check_may_not_speak_for_another(subject: Subject) -> None:
    with pytest.raises(ValueError, match=r"check probe: .*other\.number"):
        list(run(subject, plan((check(foreign),), {"probe": {}}), lambda: 0.0, 1.0))


def test_files_are_named_and_digested_as_the_entries_say(subject: Subject) -> None:
    table = Table("rows", "Two rows", (Column("class"), Column("n", "count")), (("a", 1), ("b", 2)))
    probe = check(lambda *_: CheckResult(measurements=(), limits=(), tables=(table,)))

    (found,) = run(subject, plan((probe,), {"probe": {}}), lambda: 0.0, 1.0)

    assert found.files == {"evidence/probe/rows.json": table_bytes(table)}
    assert found.tables[0].digest == digest(table_bytes(table))
    assert json.loads(table_bytes(table))["rows"] == [["a", 1], ["b", 2]]


def test_accuracy_can_be_computed_again_from_the_predictions(subject: Subject) -> None:
    header, *lines = predictions_csv(subject, subject.test).decode().splitlines()
    rows = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]

    right = sum(row["label"] == row["predicted"] for row in rows)
    largest = [max(range(4), key=lambda k: float(row[f"logit_{k}"])) for row in rows]

    assert right == int(subject.test.correct.sum())
    assert [int(row["predicted"]) for row in rows] == largest
    assert [float(row["logit_0"]) for row in rows] == pytest.approx(subject.test.logits[:, 0].tolist(), rel=1e-8)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("T-shirt/top", "Ankle boot"), ("t_shirt_top", "ankle_boot")),
        (("", "???", "a"), ("class_0", "class_1", "a")),
        (("a b", "a-b", "c"), ("class_0", "class_1", "c")),
        (("class 1", "???"), ("class_0", "class_1")),
        (("قميص", "Été"), ("class_0", "t")),
    ],
)
def test_class_names_become_segments_of_ids(names: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert slugs(names) == expected
