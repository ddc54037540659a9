from __future__ import annotations

import dataclasses

import pytest
import torch
from sheets import alike, pixels

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.data_quality import DATA_QUALITY
from fmnist_governance.audit.quality.settings import DataQualityParams
from fmnist_governance.audit.subject import Labelled, Subject
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

PARAMS = DataQualityParams(shift_images=200, permutations=99, training_labels=True, near_training=True, examples=4)


def measured(subject: Subject, params: DataQualityParams = PARAMS) -> CheckResult:
    return DATA_QUALITY.measure(subject, params)


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("data_quality."): m for m in result.measurements}


def with_training(subject: Subject, images: torch.Tensor) -> Subject:
    """Give a subject training images of its four classes, in turn."""
    rows = torch.arange(len(images))
    return dataclasses.replace(subject, train=Labelled(images, rows % 4, rows))


@pytest.fixture
def real(subject: Subject, sample_data: Dataset) -> Subject:
    """Real images, 400 for the test and 600 for training, labelled with four classes in turn."""
    test = dataclasses.replace(subject.test, images=torch.from_numpy(sample_data.splits["test"].images[:400]))
    train = torch.from_numpy(sample_data.splits["train"].images[:600])
    return with_training(dataclasses.replace(subject, test=test), train)


def test_everything_is_measured_where_there_are_training_images(real: Subject) -> None:
    result = measured(real)

    assert not {id_ for id_ in result.absent if "near_duplicate.t_0_95" not in id_}
    assert numbers(result)["exact_duplicate.test_in_train.count"].value == 0
    assert numbers(result)["balance.train.ratio"].value == 1


def test_without_training_images_the_rest_is_measured_and_the_reason_given(subject: Subject) -> None:
    result = measured(subject)

    found = numbers(result)
    assert {"balance.test.ratio", "label_issue.test.rate", "exact_duplicate.test.count"} <= set(found)
    assert not [name for name in found if "train" in name or "near_duplicate.t" in name or "shift" in name]
    assert set(result.absent.values()) == {"the data set offers no training images"}


def test_ids_do_not_depend_on_whether_there_are_training_images(real: Subject) -> None:
    lacking = dataclasses.replace(real, train=None)

    ids = [{m.id for m in r.measurements} | set(r.absent) for r in (measured(real), measured(lacking))]

    assert ids[0] == ids[1]


def test_copies_planted_on_one_side_are_found_there(real: Subject) -> None:
    assert real.train is not None
    images = torch.cat((real.test.images[:380], real.test.images[:20]))
    planted = dataclasses.replace(real, test=dataclasses.replace(real.test, images=images))
    learned = torch.cat((real.train.images[:590], real.train.images[:10]))

    clean, on_test, on_train = (numbers(measured(s)) for s in (real, planted, with_training(real, learned)))

    name = "near_duplicate.within_{}.t_0_999.rate"
    assert clean[name.format("test")].value == clean[name.format("train")].value == 0
    assert on_test[name.format("test")].value == 40 / 400
    assert on_train[name.format("train")].value == 20 / 600
    assert on_train[name.format("test")].value == 0


def test_training_images_are_compared_with_each_other_only_if_asked(real: Subject) -> None:
    result = measured(real, PARAMS.model_copy(update={"near_training": False}))

    assert not [id_ for id_ in (*numbers(result), *result.absent) if "within_train" in id_]


def test_validation_images_count_as_training_images(real: Subject) -> None:
    assert real.train is not None
    copies = dataclasses.replace(real, validation=real.test.take(torch.arange(30)))

    assert numbers(measured(copies))["exact_duplicate.test_in_train.count"].value == 30


def test_only_a_draw_is_looked_up_where_the_suite_says_so(real: Subject) -> None:
    found = numbers(measured(real, PARAMS.model_copy(update={"near_images": 100})))

    assert found["near_duplicate.t_0_98.rate"].n == found["outlier.rate"].n == 100
    assert found["exact_duplicate.test_in_train.rate"].n == 400


def test_training_labels_are_left_alone_unless_asked_for(real: Subject) -> None:
    result = measured(real, PARAMS.model_copy(update={"training_labels": False}))

    assert not [id_ for id_ in (*numbers(result), *result.absent) if "label_issue.train" in id_]


def test_the_order_of_the_images_changes_no_value(real: Subject) -> None:
    order = torch.randperm(400, generator=torch.Generator().manual_seed(5))
    assert real.train is not None
    turned = dataclasses.replace(
        real, test=real.test.take(order), train=real.train.take(torch.randperm(600, generator=torch.Generator()))
    )

    before, after = ({name: m.value for name, m in numbers(measured(s)).items()} for s in (real, turned))

    assert after == pytest.approx(before)


def test_a_class_that_is_not_there_leaves_balance_open(real: Subject) -> None:
    kept = (real.test.labels != 3).nonzero()[:, 0]

    result = measured(dataclasses.replace(real, test=real.test.take(kept)))

    assert result.absent["data_quality.balance.test.ratio"] == "a class has no image"


def test_the_pictures_show_a_test_image_beside_the_training_image(real: Subject) -> None:
    pictures = {p.name: p for p in measured(real).pictures}
    shown = pixels(pictures["near_duplicates"].png)

    tests = [image.numpy() for image in real.test.images[:, 0]]
    assert real.train is not None
    trains = [image.numpy() for image in real.train.images[:, 0]]
    assert any(alike(shown[:28, :28], image) for image in tests)
    assert any(alike(shown[:28, 30:58], image) for image in trains)
    assert {"near_duplicates", "outliers", "label_issues", "training_label_issues"} <= set(pictures)


def test_a_table_tells_what_each_image_of_a_picture_is(real: Subject) -> None:
    result = measured(real)
    tables = {table.name: table for table in result.tables}
    shown = pixels({p.name: p for p in result.pictures}["label_issues"].png)
    row, place, index, label, answer = tables["label_issues"].rows[1]
    (where,) = (real.test.index == int(str(index))).nonzero()[:, 0].tolist()

    assert (row, place) == (1, 2)
    assert label == real.classes[int(real.test.labels[where])]
    assert answer == real.classes[int(real.test.predicted[where])]
    assert alike(shown[:28, 30:58], real.test.images[where, 0].numpy())
    assert {picture.name for picture in result.pictures} <= set(tables)


def test_pairs_stand_apart_from_each_other(real: Subject) -> None:
    shown = pixels({p.name: p for p in measured(real).pictures}["near_duplicates"].png)

    assert shown.shape[1] == 12 * 28 + 6 * 2 + 5 * 8
    assert (shown[:28, 58:66] == 255).all()


def test_a_perfect_model_doubts_no_label(perfect: Subject) -> None:
    result = measured(perfect)

    assert numbers(result)["label_issue.test.count"].value == 0
    assert not result.pictures


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_next_to_no_images_have_reasons_and_no_crash(real: Subject, size: int) -> None:
    few = dataclasses.replace(real, test=real.test.take(torch.arange(size)))

    result = measured(few)

    assert result.measurements
    assert size >= 4 or "data_quality.shift.classifier.p_value" in result.absent


def test_no_test_image_is_refused(subject: Subject) -> None:
    none = dataclasses.replace(subject, test=subject.test.take(torch.arange(0)))

    with pytest.raises(CheckError, match="no test image"):
        measured(none)
