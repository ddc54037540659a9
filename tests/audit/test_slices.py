from __future__ import annotations

import dataclasses

import pytest
import torch
from sheets import alike, pixels

from fmnist_governance.audit.check import Cell, CheckResult
from fmnist_governance.audit.garments import LOOKS, looks
from fmnist_governance.audit.slices import SLICES, SlicesParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

PARAMS = SlicesParams(smallest=40, smallest_in_class=20, examples=4)


def measured(subject: Subject) -> CheckResult:
    return SLICES.measure(subject, PARAMS)


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("slices."): m for m in result.measurements}


def groups(result: CheckResult) -> tuple[tuple[Cell, ...], ...]:
    return next(table.rows for table in result.tables if table.name == "groups")


@pytest.fixture
def cut_out(subject: Subject) -> Subject:
    """The same answers to images whose garments differ in size."""
    edge = torch.randint(0, 10, (400, 2), generator=torch.Generator().manual_seed(4))
    pixel = torch.arange(28)
    down, across = ((pixel >= cut[:, None]) & (pixel < 28 - cut[:, None]) for cut in edge.T)
    images = subject.test.images * (down[:, None, :, None] & across[:, None, None, :])
    return dataclasses.replace(subject, test=dataclasses.replace(subject.test, images=images))


def test_every_quarter_has_its_accuracy(cut_out: Subject) -> None:
    subject, result = cut_out, measured(cut_out)
    values = looks(subject.test.images)["edges"]

    found = numbers(result)

    assert not result.absent
    assert len([name for name in found if ".q" in name]) == 4 * len(LOOKS)
    darkest = values <= values.quantile(0.25)
    assert found["edges.q1.accuracy"].value == pytest.approx(float(subject.test.correct[darkest].double().mean()))
    assert found["edges.q1.accuracy"].n == int(darkest.sum())


def test_intervals_hold_for_all_groups_at_once(subject: Subject) -> None:
    result = measured(subject)

    tested = numbers(result)["tested"].value
    assert tested == len(groups(result))
    assert {m.interval.family for m in result.measurements if m.interval} == {tested}


def test_the_worst_group_is_named(subject: Subject) -> None:
    result = measured(subject)
    rows = {str(row[0]): row for row in groups(result)}
    worst = min(rows.values(), key=lambda row: float(row[4] or 0))

    found = numbers(result)

    assert found["worst.accuracy"].title.endswith(str(worst[0]))
    assert (found["worst.accuracy"].value, found["worst.gap"].value) == (worst[4], worst[7])
    assert found["worst_within_class.gap"].value == max(row[-3] for row in rows.values() if row[-3] is not None)


def test_a_perfect_model_has_no_gap(perfect: Subject) -> None:
    result = measured(perfect)
    found = numbers(result)

    assert found["worst.gap"].value == found["worst_within_class.gap"].value == 0
    assert found["significant"].value == found["significant_within_class"].value == 0
    assert found["worst.accuracy"].value == 1
    assert not result.pictures


def test_chance_makes_no_group_worse(subject: Subject) -> None:
    found = numbers(measured(subject))

    assert found["significant"].value == found["significant_within_class"].value == 0


def test_the_order_of_the_images_changes_nothing(subject: Subject) -> None:
    order = torch.randperm(400, generator=torch.Generator().manual_seed(2))

    assert measured(dataclasses.replace(subject, test=subject.test.take(order))) == measured(subject)


def test_mistakes_of_the_worst_group_are_shown_the_surest_first(subject: Subject) -> None:
    labels, test = subject.test.labels, subject.test
    lost = dataclasses.replace(test, logits=torch.where((labels == 0)[:, None], -test.logits, test.logits))
    planted = dataclasses.replace(subject, test=lost)

    (picture,) = measured(planted).pictures
    shown = pixels(picture.png)

    worst = numbers(measured(planted))["worst.accuracy"].title.rpartition(": ")[2]
    assert worst in picture.alternative
    wrong = (~lost.correct & (labels == 0)).nonzero()[:, 0]
    assert any(alike(shown[:28, :28], image.numpy()) for image in lost.images[wrong, 0])


def test_few_images_make_no_groups_and_say_so(subject: Subject) -> None:
    few = dataclasses.replace(subject, test=subject.test.take(torch.arange(60)))

    result = SLICES.measure(few, SlicesParams())

    assert numbers(result)["tested"].value == 0
    assert "slices.worst.gap" in result.absent
    assert "slices.worst_within_class.gap" in result.absent
    assert "fewer than 50" in result.absent["slices.ink.q1.accuracy"]


def test_no_test_image_is_refused(subject: Subject) -> None:
    none = dataclasses.replace(subject, test=subject.test.take(torch.arange(0)))

    with pytest.raises(CheckError, match="no test image"):
        measured(none)


def test_no_claim_about_persons_is_made(subject: Subject) -> None:
    assert any("not of persons" in limit for limit in measured(subject).limits)
