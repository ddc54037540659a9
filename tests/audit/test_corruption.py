from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from fmnist_governance.audit.catalog import CHECKS
from fmnist_governance.audit.check import CheckResult, Table
from fmnist_governance.audit.corruption import CORRUPTION
from fmnist_governance.audit.corruptions.blur import GLASS_BLUR
from fmnist_governance.audit.corruptions.settings import CorruptionParams
from fmnist_governance.audit.corruptions.sweep import drawn
from fmnist_governance.audit.runner import plan
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.errors import CheckError, ConfigError
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.model import logistic_pixels
from fmnist_governance.stats.proportions import wilson

Audited = Callable[[nn.Module], Subject]
PARAMS = CorruptionParams(images=400, resamples=400)
FEW = CorruptionParams(images=200, corruptions=("glass_blur", "fog"), severities=(2, 5), resamples=200)


@pytest.fixture(scope="module")
def real(trained: nn.Module, audited: Audited) -> Subject:
    return audited(trained)


@pytest.fixture(scope="module")
def swept(real: Subject) -> CheckResult:
    return CORRUPTION.measure(real, PARAMS)


def found(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("corruption."): m for m in result.measurements}


def table(result: CheckResult, name: str) -> Table:
    return next(t for t in result.tables if t.name == name)


def column(rows: Table, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    place = [c.name for c in rows.columns].index(name)
    return np.array([row[place] for row in rows.rows], dtype=np.float64)


def test_a_cell_is_the_accuracy_on_disturbed_images(real: Subject) -> None:
    result = CORRUPTION.measure(real, FEW)

    examples = real.subset(200)
    images = GLASS_BLUR.at(examples.images.float() / 255, drawn(real, GLASS_BLUR, examples.index), 5)
    correct = real.answer(images).argmax(dim=1) == examples.labels
    cell = found(result)["glass_blur.sev_5.accuracy"]
    assert cell.value == pytest.approx(float(correct.double().mean()))
    assert cell.interval == wilson(int(correct.sum()), 200)
    assert torch.equal(next(o.correct for o in result.outcomes if o.name == "glass_blur.sev_5"), correct)


def test_accuracy_falls_with_severity_on_the_average(swept: CheckResult) -> None:
    cells = table(swept, "cells")
    accuracy, severity = column(cells, "accuracy"), column(cells, "severity")

    means = [accuracy[severity == s].mean() for s in range(6)]

    assert means == sorted(means, reverse=True)
    assert means[0] - means[5] > 0.2


def test_no_condition_lies_at_chance(swept: CheckResult) -> None:
    assert min(m.value for name, m in found(swept).items() if ".sev_" in name) > 0.13  # One in ten is chance.


def test_averages_can_be_computed_again_from_the_outcomes(swept: CheckResult) -> None:
    right = {outcome.name: float(outcome.correct.double().mean()) for outcome in swept.outcomes}
    values = found(swept)

    fog = [value for name, value in right.items() if name.startswith("fog.")]
    assert values["fog.accuracy"].value == pytest.approx(np.mean(fog))
    assert values["mean_accuracy"].value == pytest.approx(np.mean(list(right.values())))
    assert values["worst.accuracy"].value == min(
        m.value for n, m in values.items() if n.count(".") == 1 and n != "worst_first_step.drop"
    )


def test_errors_relative_to_the_baseline_can_be_computed_again_from_the_tables(swept: CheckResult) -> None:
    each, clean = table(swept, "by_corruption"), table(swept, "cells")
    errors, baseline = 1 - column(each, "accuracy"), 1 - column(each, "baseline_accuracy")
    error, baseline_error = 1 - column(clean, "accuracy")[0], 1 - column(clean, "baseline_accuracy")[0]
    suffers = baseline - baseline_error >= 0.02

    values = found(swept)

    assert values["mce"].value == pytest.approx(np.mean(errors / baseline), abs=1e-5)
    added = (errors - error)[suffers] / (baseline - baseline_error)[suffers]
    assert values["relative_mce"].value == pytest.approx(np.mean(added), abs=1e-4)


def test_what_the_baseline_hardly_suffers_from_is_left_out_of_the_relative_error_and_named(real: Subject) -> None:
    params = CorruptionParams(images=400, corruptions=("brightness", "translate"), severities=(1,), resamples=200)

    result = CORRUPTION.measure(real, params)

    assert "The relative error leaves out what the baseline hardly suffers from: brightness." in result.limits
    base = 1 - column(table(result, "by_corruption"), "baseline_accuracy")[1]
    clean, step = column(table(result, "cells"), "accuracy")[[0, 2]]
    suffered = base - 1 + column(table(result, "cells"), "baseline_accuracy")[0]
    assert found(result)["relative_mce"].value == pytest.approx((clean - step) / suffered, abs=1e-4)


def test_where_the_baseline_suffers_from_nothing_there_is_no_relative_error(real: Subject) -> None:
    params = CorruptionParams(images=400, corruptions=("brightness",), severities=(1,), resamples=200)

    result = CORRUPTION.measure(real, params)

    assert set(result.absent) == {"corruption.relative_mce"}


def test_calibration_is_averaged_over_the_conditions(swept: CheckResult) -> None:
    cells = table(swept, "cells")

    value = column(cells, "calibration_error")[1:].mean()

    assert found(swept)["ece_mean"].value == pytest.approx(value, abs=1e-5)


def test_the_first_step_that_costs_most_is_named(swept: CheckResult, real: Subject) -> None:
    clean = float(real.subset(400).correct.double().mean())
    steps = {name: m.value for name, m in found(swept).items() if name.endswith("sev_1.accuracy")}

    worst = found(swept)["worst_first_step.drop"]

    assert worst.value == pytest.approx(clean - min(steps.values()))
    assert worst.interval is not None
    assert worst.interval.family == len(steps)


def test_one_image_is_shown_as_it_is_and_under_three_severities_of_everything(swept: CheckResult) -> None:
    sheet = np.asarray(Image.open(io.BytesIO(swept.pictures[0].png)))

    assert sheet.shape == (24 * 30 - 2, 4 * 30 - 2)
    assert all(np.array_equal(sheet[30 * row : 30 * row + 28, :28], sheet[:28, :28]) for row in range(24))
    assert "at severity 1, 3, 5." in swept.pictures[0].caption


def test_the_cost_is_the_answers_that_were_asked_for(swept: CheckResult) -> None:
    assert swept.passes == pytest.approx(24 * 5 * 400 / 1000)


def test_a_model_that_answers_always_the_same_loses_nothing(real: Subject) -> None:
    logits = torch.zeros(10).index_fill(0, torch.tensor([3]), 9.0)
    constant = dataclasses.replace(
        real,
        answer=lambda x: logits.repeat(len(x), 1),
        test=dataclasses.replace(real.test, logits=logits.repeat(len(real.test), 1)),
    )

    values = found(CORRUPTION.measure(constant, FEW.model_copy(update={"severities": (1, 5)})))

    assert values["mean_accuracy"].value == pytest.approx(0.1)
    assert values["worst_first_step.drop"].value == 0.0
    assert values["relative_mce"].value == pytest.approx(0.0)
    assert values["mce"].value > 1
    assert values["confidently_wrong_cells"].value == 4


def test_other_classes_have_no_baseline_and_are_told_so(seeing_subject: Subject) -> None:
    result = CORRUPTION.measure(seeing_subject, CorruptionParams(corruptions=("fog",), resamples=200))

    assert set(result.absent) == {"corruption.mce", "corruption.relative_mce"}
    assert "Fashion-MNIST alone" in result.absent["corruption.mce"]
    assert found(result)["fog.accuracy"].value > 0


def test_without_the_mildest_severity_there_is_no_first_step(real: Subject) -> None:
    result = CORRUPTION.measure(real, FEW)

    assert result.absent == {"corruption.worst_first_step.drop": "severity 1 was not asked for"}


def test_images_of_another_size_are_not_measured_and_say_why(real: Subject) -> None:
    wide = dataclasses.replace(real.test, images=torch.zeros(len(real.test), 3, 32, 32, dtype=torch.uint8))

    result = CORRUPTION.measure(dataclasses.replace(real, test=wide), FEW)

    assert not result.measurements
    assert "these are 3 x 32 x 32" in result.absent["corruption.fog.sev_5.accuracy"]


def test_no_image_is_no_measurement(real: Subject) -> None:
    nothing = Examples(*(getattr(real.test, name)[:0] for name in Examples.__slots__))

    with pytest.raises(CheckError, match="no test image"):
        CORRUPTION.measure(dataclasses.replace(real, test=nothing), FEW)


def test_a_perfect_model_is_not_proven_perfect(real: Subject) -> None:
    labels = real.subset(200).labels
    sure = nn.functional.one_hot(labels, 10).float() * 50
    perfect = dataclasses.replace(real, answer=lambda x: sure[: len(x)])

    for name, measurement in found(CORRUPTION.measure(perfect, FEW)).items():
        if name.endswith("accuracy"):
            assert measurement.value == 1.0
            assert measurement.interval is not None
            assert measurement.interval.low < 1.0


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"corruptions": ["fgo"]}, "garment28 has no corruption fgo; it has gaussian_noise"),
        ({"corruptions": ["snow"], "scale": "mnist_c"}, "mnist_c has no corruption snow"),
        ({"severities": [3, 1]}, "ascending"),
        ({"severities": [1, 1]}, "each once"),
        ({"severities": [6]}, "severities"),
        ({"severities": []}, "severities"),
        ({"images": 3}, "images"),
    ],
)
def test_a_wrong_setting_is_refused_with_what_would_be_right(settings: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint):
        plan(CHECKS, {"corruption": settings})


def test_the_scale_of_mnist_c_can_be_asked_for(real: Subject) -> None:
    (planned,) = plan(CHECKS, {"corruption": {"scale": "mnist_c", "severities": [1], "images": 50, "resamples": 200}})

    names = set(found(planned.check.measure(real, planned.params)))

    assert "rotate.accuracy" in names
    assert "snow.accuracy" not in names


def test_the_baseline_is_for_the_classes_of_the_data(real: Subject) -> None:
    assert real.classes == logistic_pixels.CLASSES
