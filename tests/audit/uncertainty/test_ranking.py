"""Each number twice: by hand on four images, and by loops that follow the papers word for word."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from torch import Tensor

from fmnist_governance.audit.uncertainty.ranking import (
    Accepted,
    accepted,
    area_under_generalised_risk,
    area_under_risk,
    errors_at,
    failure_auroc,
    ranked,
    risk_at,
)

answers = st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=30)


def all_of(confidence: list[float], correct: list[bool]) -> Accepted:
    ranking = ranked(torch.tensor(confidence, dtype=torch.float64), torch.tensor(correct))
    return accepted(ranking, torch.ones(1, len(correct), dtype=torch.float64))


def naive(correct: tuple[bool, ...]) -> tuple[float, float]:
    """Area under the risk-coverage curve and under the generalised one, of images already in order."""
    n, errors, area, general = len(correct), 0, 0.0, 0.0
    for place, right in enumerate(correct, start=1):
        errors += not right
        area += errors / place / n
        general += errors / n / n
    return area, general


def test_four_images_by_hand() -> None:
    found = all_of([0.6, 0.9, 0.7, 0.8], [True, True, False, True])

    assert float(area_under_risk(found)) == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)
    assert float(area_under_generalised_risk(found)) == pytest.approx((0 + 0 + 1 / 4 + 1 / 4) / 4)
    assert float(failure_auroc(found)) == pytest.approx(2 / 3)
    assert errors_at(found, torch.tensor([1, 2, 3, 4]))[0].tolist() == [0, 0, 1, 1]
    assert float(risk_at(found, 3)) == pytest.approx(1 / 3)


def test_ties_count_as_the_mean_of_all_their_orders() -> None:
    tied = [(True, False, True), (False,)]

    found = all_of([0.9, 0.9, 0.9, 0.5], [True, False, True, False])

    areas = [naive((*order, *tied[1])) for order in permutations(tied[0])]
    assert float(area_under_risk(found)) == pytest.approx(np.mean([area for area, _ in areas]))
    assert float(area_under_generalised_risk(found)) == pytest.approx(np.mean([area for _, area in areas]))
    assert float(risk_at(found, 2)) == pytest.approx(1 / 3)


@pytest.mark.parametrize("kind", ["distinct", "tied"])
def test_loops_and_scikit_learn_compute_the_same(kind: str) -> None:
    generator = torch.Generator().manual_seed(3)
    confidence = torch.rand(250, generator=generator).double()
    correct = torch.rand(250, generator=generator).double() < confidence + 0.2
    if kind == "tied":
        confidence = (confidence * 8).round() / 8
    found = all_of(confidence.tolist(), correct.tolist())

    assert float(failure_auroc(found)) == pytest.approx(roc_auc_score(correct, confidence))
    if kind == "distinct":
        in_order = tuple(correct[confidence.argsort(descending=True)].tolist())
        areas = float(area_under_risk(found)), float(area_under_generalised_risk(found))
        assert areas == pytest.approx(naive(in_order))


@given(answers)
@settings(max_examples=60)
def test_an_image_drawn_twice_is_two_images_of_the_same_confidence(drawn: list[tuple[int, bool]]) -> None:
    confidence = torch.tensor([c / 8 for c, _ in drawn], dtype=torch.float64)
    correct = torch.tensor([right for _, right in drawn])
    times = torch.arange(len(drawn)) % 3
    if not times.sum():
        times += 1
    ranking = ranked(confidence, correct)

    weighted = accepted(ranking, times[ranking.order].double()[None])

    repeated = all_of(confidence.repeat_interleave(times).tolist(), correct.repeat_interleave(times).tolist())
    for measure in (area_under_risk, area_under_generalised_risk, failure_auroc):
        assert float(measure(weighted)) == pytest.approx(float(measure(repeated)), nan_ok=True)


@given(answers)
@settings(max_examples=60)
def test_areas_lie_between_those_of_the_best_and_the_worst_order(drawn: list[tuple[int, bool]]) -> None:
    correct = tuple(right for _, right in drawn)
    best, worst = (naive(tuple(sorted(correct, reverse=up))) for up in (True, False))

    found = all_of([c / 8 for c, _ in drawn], list(correct))

    assert best[0] - 1e-9 <= float(area_under_risk(found)) <= worst[0] + 1e-9
    assert best[1] - 1e-9 <= float(area_under_generalised_risk(found)) <= worst[1] + 1e-9


def test_confidence_that_says_nothing_leaves_the_error_rate() -> None:
    found = all_of([0.5] * 10, [False] * 3 + [True] * 7)

    assert float(area_under_risk(found)) == pytest.approx(0.3)
    assert float(area_under_generalised_risk(found)) == pytest.approx(0.3 * 11 / 20)
    assert float(failure_auroc(found)) == 0.5


@pytest.mark.parametrize(("right", "area"), [(True, 0.0), (False, 1.0)])
def test_only_right_or_only_wrong_answers_cannot_be_told_apart(right: bool, area: float) -> None:  # noqa: FBT001
    found = all_of([0.1, 0.2, 0.3], [right] * 3)

    assert float(area_under_risk(found)) == pytest.approx(area)
    assert bool(failure_auroc(found).isnan())


def test_the_curve_rises_to_the_number_of_errors() -> None:
    correct = torch.rand(40, generator=torch.Generator().manual_seed(0)) < 0.6
    found = all_of(torch.linspace(0, 1, 40).tolist(), correct.tolist())

    errors: Tensor = errors_at(found, torch.arange(1, 41))[0]

    assert bool((errors.diff() >= 0).all())
    assert float(errors[-1]) == int((~correct).sum())
