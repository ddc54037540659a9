from __future__ import annotations

import dataclasses

import pytest
import torch
from sklearn.metrics import roc_auc_score

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.selective import SELECTIVE, SelectiveParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement


def measured(subject: Subject, *, error_percent: int = 1) -> CheckResult:
    return SELECTIVE.measure(subject, SelectiveParams(resamples=200, error_percent=error_percent))


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("selective."): m for m in result.measurements}


@pytest.fixture
def graded(subject: Subject) -> Subject:
    """2,000 images; the surer the answer, the more often it is right."""
    generator = torch.Generator().manual_seed(8)
    labels = torch.arange(2000) % 4
    sure = torch.rand(2000, generator=generator)
    right = torch.rand(2000, generator=generator) < 0.4 + 0.65 * sure
    answer = torch.where(right, labels, (labels + 1) % 4)
    logits = torch.nn.functional.one_hot(answer, 4) * (1 + 5 * sure[:, None])
    images = torch.zeros(2000, 1, 28, 28, dtype=torch.uint8)
    test = dataclasses.replace(subject.test, images=images, labels=labels, logits=logits, index=torch.arange(2000))
    return dataclasses.replace(subject, test=test)


def test_scikit_learn_tells_right_from_wrong_alike(graded: Subject) -> None:
    test = graded.test
    expected = roc_auc_score(test.correct, test.probabilities.amax(dim=1))

    assert numbers(measured(graded))["failure_auroc"].value == pytest.approx(expected)


def test_the_error_among_the_surest_is_counted(graded: Subject) -> None:
    test = graded.test
    surest = test.probabilities.amax(dim=1).argsort(descending=True)[:1800]

    found = numbers(measured(graded))["risk_at_coverage_90"]

    assert found.value == pytest.approx(float((~test.correct[surest]).double().mean()))
    assert found.n == 1800


def test_the_threshold_keeps_its_error_on_images_that_it_was_not_fitted_on(graded: Subject) -> None:
    found = numbers(measured(graded, error_percent=10))

    error, coverage = found["at_error_10.error"], found["at_error_10.coverage"]
    assert error.interval is not None
    assert error.value < 0.1
    assert 0.2 < coverage.value < 0.7
    assert error.n == round(coverage.value * 1000)
    assert (found["at_error_10.threshold"].n, found["at_error_10.threshold"].interval) == (None, None)


def test_a_wish_that_no_threshold_grants_leaves_no_answer(subject: Subject) -> None:
    result = measured(subject)

    assert numbers(result)["at_error_1.coverage"].value == 0.0
    assert {"selective.at_error_1.error", "selective.at_error_1.threshold"} == set(result.absent)


def test_a_perfect_model_may_answer_always(perfect: Subject) -> None:
    result = measured(perfect, error_percent=5)
    found = numbers(result)

    assert found["aurc"].value == found["augrc"].value == found["risk_at_coverage_90"].value == 0.0
    assert found["at_error_5.coverage"].value > 0.9
    assert set(result.absent) == {"selective.failure_auroc"}


def test_a_constant_model_has_nothing_to_rank_by(constant: Subject) -> None:
    test = dataclasses.replace(constant.test, logits=torch.tensor([[2.0, 0.0, 0.0, 0.0]]).repeat(400, 1))

    found = numbers(measured(dataclasses.replace(constant, test=test)))

    assert found["failure_auroc"].value == 0.5
    assert found["aurc"].value == pytest.approx(0.75)


def test_the_curve_ends_at_the_error_of_all_images(graded: Subject) -> None:
    (table,) = measured(graded).tables

    assert len(table.rows) == 100
    assert table.rows[-1][0] == 1.0
    assert table.rows[-1][1] == pytest.approx(float((~graded.test.correct).double().mean()))
    for _, risk, low, high, *_ in table.rows:
        assert isinstance(risk, float)
        assert isinstance(low, float)
        assert isinstance(high, float)
        assert low <= risk <= high
        assert low < high


def test_few_images_have_a_shorter_curve(subject: Subject) -> None:
    few = dataclasses.replace(subject, test=subject.test.take(torch.arange(7)))

    (table,) = measured(few).tables

    assert [row[-1] for row in table.rows] == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("size", [0, 1])
def test_too_few_images_are_refused(subject: Subject, size: int) -> None:
    few = dataclasses.replace(subject, test=subject.test.take(torch.arange(size)))

    with pytest.raises(CheckError, match="test images"):
        measured(few)
