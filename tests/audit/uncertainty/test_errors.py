"""Each number twice: by hand on four images, and by loops that follow the papers word for word."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from sklearn.metrics import brier_score_loss, log_loss
from torch import Tensor

from fmnist_governance.audit.uncertainty.bins import equal_mass, equal_width
from fmnist_governance.audit.uncertainty.errors import (
    brier,
    calibration_error,
    classwise_error,
    debiased_error,
    if_calibrated,
    largest_error,
    mean_of,
    surprise,
)
from fmnist_governance.audit.uncertainty.resampling import Measure, once, resampled

SURE = torch.tensor([0.6, 0.7, 0.9, 1.0], dtype=torch.float64)
RIGHT = torch.tensor([True, False, True, True])
HALVES = torch.tensor([0, 0, 1, 1])


def value(measure: Measure | None, n: int = 4) -> float:
    assert measure is not None
    return float(once(measure, n).flatten()[0])


@pytest.fixture(scope="module")
def answers() -> tuple[Tensor, Tensor]:
    """300 answers of five classes, and their labels."""
    generator = torch.Generator().manual_seed(4)
    logits = 2 * torch.randn(300, 5, generator=generator)
    labels = torch.where(
        torch.rand(300, generator=generator) < 0.7,
        logits.argmax(dim=1),
        torch.randint(0, 5, (300,), generator=generator),
    )
    return logits, labels


def winning(answers: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    logits, labels = answers
    return logits.double().softmax(dim=1).amax(dim=1), logits.argmax(dim=1) == labels


def test_four_images_by_hand() -> None:
    # Lower bin: half right, 0.65 sure. Upper bin: all right, 0.95 sure.
    assert value(calibration_error(SURE, RIGHT, HALVES)) == pytest.approx((0.15 + 0.05) / 2)
    assert value(largest_error(SURE, RIGHT, HALVES, fewest=2)) == pytest.approx(0.15)


def test_the_bins_own_noise_is_taken_from_the_squared_gap() -> None:
    steady = torch.tensor([0.9, 0.9, 0.2, 0.2], dtype=torch.float64)
    right = torch.tensor([True, False, False, False])

    # Lower bin of two: (0.5 - 0.9)^2 - 0.5 * 0.5 / 1 < 0. Upper bin: (0 - 0.2)^2 - 0.
    assert value(debiased_error(steady, right, HALVES)) == 0.0
    assert value(debiased_error(steady, torch.tensor([False] * 4), HALVES)) == pytest.approx(
        math.sqrt((0.9**2 + 0.2**2) / 2)
    )


def test_a_bin_of_a_single_image_says_nothing_of_its_noise() -> None:
    alone = torch.tensor([0, 1, 1, 1])

    measured = value(debiased_error(torch.ones(4).double() * 0.5, torch.tensor([False, True, True, True]), alone))

    assert measured == pytest.approx(0.5)


def test_bins_with_few_images_have_no_largest_gap() -> None:
    assert largest_error(SURE, RIGHT, HALVES, fewest=3) is None
    assert value(largest_error(SURE, RIGHT, torch.tensor([0, 1, 1, 1]), fewest=3)) == pytest.approx(0.2)


@pytest.mark.parametrize("bins", [5, 15])
def test_the_calibration_error_is_that_of_the_paper(answers: tuple[Tensor, Tensor], bins: int) -> None:
    confidence, correct = winning(answers)

    expected = 0.0
    for m in range(1, bins + 1):
        inside = [i for i in range(300) if (m - 1) / bins < confidence[i] <= m / bins]
        if inside:
            gap = sum(float(correct[i]) for i in inside) / len(inside) - sum(map(float, confidence[inside])) / len(
                inside
            )
            expected += len(inside) / 300 * abs(gap)

    assert value(calibration_error(confidence, correct, equal_width(confidence, bins)), 300) == pytest.approx(expected)


def test_the_error_of_even_bins_is_that_of_numpy_splits(answers: tuple[Tensor, Tensor]) -> None:
    confidence, correct = winning(answers)
    order = confidence.argsort().numpy()

    gaps = [
        abs(correct.numpy()[part].mean() - confidence.numpy()[part].mean()) * len(part) / 300
        for part in np.array_split(order, 15)
    ]

    assert value(calibration_error(confidence, correct, equal_mass(confidence, 15)), 300) == pytest.approx(sum(gaps))


def test_the_debiased_error_is_that_of_the_paper(answers: tuple[Tensor, Tensor]) -> None:
    confidence, correct = winning(answers)
    place = equal_mass(confidence, 10)

    total = 0.0
    for m in range(10):
        right = correct[place == m].double().numpy()
        gap = right.mean() - confidence[place == m].numpy().mean()
        total += len(right) / 300 * (gap**2 - right.var(ddof=1) / len(right))

    assert value(debiased_error(confidence, correct, place), 300) == pytest.approx(math.sqrt(max(0.0, total)))


def test_the_classwise_error_is_the_mean_of_the_classes_own(answers: tuple[Tensor, Tensor]) -> None:
    logits, labels = answers
    probabilities = logits.double().softmax(dim=1)

    each = []
    for k in range(5):
        own = probabilities[:, k]
        each.append(value(calibration_error(own, labels == k, equal_width(own, 15)), 300))

    assert value(classwise_error(probabilities, labels, 15), 300) == pytest.approx(np.mean(each))


def test_scikit_learn_computes_the_same_scores(answers: tuple[Tensor, Tensor]) -> None:
    logits, labels = answers
    shares = logits.double().softmax(dim=1)

    squared, nats = (value(mean_of(each), 300) for each in (brier(shares, labels), surprise(logits, labels)))

    assert squared == pytest.approx(sum(brier_score_loss(labels == k, shares[:, k]) for k in range(5)))
    assert nats == pytest.approx(log_loss(labels, shares.numpy()))


def test_a_certain_mistake_costs_the_most() -> None:
    certain = torch.tensor([[1.0, 0.0]], dtype=torch.float64)

    assert brier(certain, torch.tensor([1])).tolist() == [2.0]
    assert brier(certain, torch.tensor([0])).tolist() == [0.0]
    assert surprise(torch.tensor([[800.0, 0.0]]), torch.tensor([1])).tolist() == [800.0]


def test_an_image_drawn_twice_counts_twice() -> None:
    measure = calibration_error(SURE, RIGHT, HALVES)
    twice = torch.tensor([[0.0, 2.0, 1.0, 1.0]], dtype=torch.float64)
    repeated = calibration_error(SURE[[1, 1, 2, 3]], RIGHT[[1, 1, 2, 3]], HALVES)

    assert float(measure(twice)[0, 0]) == pytest.approx(value(repeated))


def test_a_perfectly_calibrated_model_has_an_error_too_and_less_with_more_images() -> None:
    generator = torch.Generator().manual_seed(1)

    means = []
    for n in (300, 3000):
        confidence = 0.5 + 0.5 * torch.rand(n, generator=generator, dtype=torch.float64)
        chance = torch.rand(n, 50, generator=generator, dtype=torch.float64)
        means.append(float(if_calibrated(confidence, equal_mass(confidence, 15), chance).mean()))

    assert means[0] > 2 * means[1] > 0


def test_the_simulated_answers_are_scored_as_real_ones_are() -> None:
    chance = torch.tensor([[0.5, 0.99], [0.8, 0.1], [0.1, 0.1], [0.2, 0.2]], dtype=torch.float64)

    found = if_calibrated(SURE, HALVES, chance)

    assert float(found[0]) == pytest.approx(value(calibration_error(SURE, RIGHT, HALVES)))


def test_no_draw_is_further_from_the_error_than_its_noise(answers: tuple[Tensor, Tensor]) -> None:
    confidence, correct = winning(answers)
    place = equal_mass(confidence, 10)
    for measure in (
        calibration_error(confidence, correct, place),
        largest_error(confidence, correct, place, 10),
        classwise_error(answers[0].double().softmax(dim=1), answers[1], 10),
    ):
        assert measure is not None
        error, noise = resampled(measure, 300, 200, torch.Generator().manual_seed(0)).T

        assert bool(((error - value(measure, 300)).abs() <= noise + 1e-12).all())
        assert once(measure, 300)[1] == 0
