from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.metrics import balanced_accuracy_score, precision_recall_fscore_support, top_k_accuracy_score
from torch import Tensor

from fmnist_governance.audit.performance import PERFORMANCE, PerformanceParams, f1, precision, recall
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement

Answered = Callable[[Tensor, Tensor], Subject]


def measured(subject: Subject) -> dict[str, Measurement]:
    result = PERFORMANCE.measure(subject, PerformanceParams())
    return {m.id.removeprefix("performance."): m for m in result.measurements}


def test_four_answers_counted_by_hand(answered: Answered) -> None:
    found = measured(answered(torch.tensor([0, 1, 2, 3]), torch.tensor([0, 1, 2, 2])))

    assert found["accuracy"].value == 0.75
    assert found["balanced_accuracy"].value == 0.75
    assert found["class.ankle_boot.precision"].value == 0.5
    assert found["class.ankle_boot.f1"].value == pytest.approx(2 / 3)
    assert found["worst_class.recall"].value == 0.0
    assert "Coat" in found["worst_class.recall"].title


def test_scikit_learn_computes_the_same(subject: Subject) -> None:
    labels, predicted = subject.test.labels.numpy(), subject.test.predicted.numpy()
    each = precision_recall_fscore_support(labels, predicted)
    macro = precision_recall_fscore_support(labels, predicted, average="macro")

    found = measured(subject)

    assert found["accuracy"].value == pytest.approx((labels == predicted).mean())
    assert found["balanced_accuracy"].value == pytest.approx(balanced_accuracy_score(labels, predicted))
    assert [found[f"macro_{rate}"].value for rate in ("precision", "recall", "f1")] == pytest.approx(macro[:3])
    for k, slug in enumerate(subject.slugs):
        values = [found[f"class.{slug}.{rate}"].value for rate in ("precision", "recall", "f1")]
        assert values == pytest.approx([rates[k] for rates in each[:3]])
    top2 = top_k_accuracy_score(labels, subject.test.logits.numpy(), k=2)
    assert found["top2_accuracy"].value == pytest.approx(top2)


def test_a_perfect_model_is_not_proven_perfect(perfect: Subject) -> None:
    found = measured(perfect)

    assert {m.value for m in found.values()} == {1.0}
    assert all(m.interval is not None and m.interval.low < 1.0 for m in found.values())


def test_a_constant_model_is_right_for_one_class_only(constant: Subject) -> None:
    result = PERFORMANCE.measure(constant, PerformanceParams())
    found = {m.id: m.value for m in result.measurements}

    assert found["performance.balanced_accuracy"] == 0.25
    assert found["performance.worst_class.recall"] == 0.0
    assert "performance.class.coat.precision" in result.absent
    assert "performance.macro_precision" in result.absent


def test_a_class_without_test_images_is_absent_not_zero(answered: Answered) -> None:
    labels = torch.tensor([0, 1, 2] * 20)

    result = PERFORMANCE.measure(answered(labels, labels), PerformanceParams())

    assert {"performance.class.coat.recall", "performance.worst_class.recall"} <= set(result.absent)
    assert not {m.id for m in result.measurements} & set(result.absent)


def test_intervals_of_classes_hold_for_all_at_once(subject: Subject) -> None:
    found = measured(subject)

    families = {m.interval.family for name, m in found.items() if name.startswith("class.") and m.interval}

    assert families == {4}


def test_the_bootstrap_covers_as_an_image_by_image_bootstrap_does(subject: Subject) -> None:
    labels, predicted = subject.test.labels.numpy(), subject.test.predicted.numpy()
    generator = np.random.default_rng(0)
    draws = [generator.integers(0, len(labels), len(labels)) for _ in range(2000)]
    scores = [balanced_accuracy_score(labels[draw], predicted[draw]) for draw in draws]

    interval = measured(subject)["balanced_accuracy"].interval

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(scores, (0.025, 0.975))), abs=0.008)


def test_rates_without_examples_are_not_numbers() -> None:
    matrix = np.array([[3, 1], [0, 0]])

    assert np.isnan(recall(matrix)[1])
    assert np.isnan(f1(matrix)[1])
    assert precision(matrix).tolist() == [1.0, 0.0]
