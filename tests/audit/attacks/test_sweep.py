from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.attacks.gradient import Attempt
from fmnist_governance.audit.attacks.median import median_budget
from fmnist_governance.audit.attacks.sweep import Sweep, sweep

BUDGETS = tuple(Budget(Norm.LINF, text) for text in ("0.1", "0.2", "0.4"))
IMAGES = torch.zeros(6, 1, 2, 2)
WITHSTANDS = torch.tensor([0.0, 0.05, 0.15, 0.15, 0.3, 9.0])


class Recorded:
    """An attack that breaks whatever the budget exceeds, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, rows: Tensor, budget: Budget) -> Attempt:
        self.asked.append(rows.tolist())
        broken = WITHSTANDS[rows] < budget.radius
        return Attempt(broken, IMAGES[rows] + budget.radius, len(rows))


def swept(*attacks: Recorded) -> Sweep:
    right = torch.tensor([False, True, True, True, True, True])
    return sweep(IMAGES, right, BUDGETS, attacks)


def test_an_image_is_attacked_until_it_breaks_and_never_again() -> None:
    attack = Recorded()

    found = swept(attack)

    assert attack.asked == [[1, 2, 3, 4, 5], [2, 3, 4, 5], [4, 5]]
    assert found.place.tolist() == [0, 1, 2, 2, 3, 4]
    assert found.passes == 11
    assert [int(found.standing(b).sum()) for b in range(3)] == [4, 2, 1]


def test_a_second_attack_sees_only_what_the_first_left() -> None:
    first, second = Recorded(), Recorded()

    swept(first, second)

    assert second.asked == [[2, 3, 4, 5], [4, 5], [5]]


def test_the_example_of_the_smallest_budget_is_kept() -> None:
    found = swept(Recorded())

    assert found.examples[:, 0, 0, 0].tolist() == torch.tensor([0, 0.1, 0.2, 0.2, 0.4, 0]).tolist()


def test_a_further_attack_only_ever_lowers_what_stands() -> None:
    found = swept(Recorded())
    rows = torch.tensor([0, 1, 5])
    attempt = Attempt(torch.tensor([True, True, True]), torch.ones(3, 1, 2, 2), 3)

    after = found.broken_too(rows, 1, attempt)

    assert after.place.tolist() == [0, 1, 2, 2, 3, 2]
    assert found.place.tolist() == [0, 1, 2, 2, 3, 4]


def found_at(*places: int) -> Sweep:
    place = torch.tensor(places * 20)
    return Sweep(BUDGETS, place, torch.zeros(len(place), 1, 28, 28), 0)


def test_the_median_is_of_the_rightly_answered_images() -> None:
    value, interval, reached = median_budget(found_at(0, 0, 0, 1, 2, 2, 3), 500, torch.Generator().manual_seed(0))

    assert value == 0.2
    assert reached
    assert (interval.low, interval.high) == (0.1, 0.2)


def test_a_median_beyond_the_list_is_said_to_be_beyond() -> None:
    value, interval, reached = median_budget(found_at(1, 4, 4), 500, torch.Generator().manual_seed(0))

    assert not reached
    assert (value, interval.low, interval.high) == (0.4, 0.4, 1.0)


def test_the_interval_is_that_of_an_image_by_image_bootstrap() -> None:
    sweep_ = found_at(1, 1, 2, 3)
    radii = np.array([0.1, 0.2, 0.4, 1.0])[sweep_.place.numpy() - 1]
    generator = np.random.default_rng(0)
    draws = [np.quantile(generator.choice(radii, len(radii)), 0.5, method="inverted_cdf") for _ in range(1000)]
    low, high = np.quantile(draws, (0.025, 0.975), method="inverted_cdf")

    _, interval, _ = median_budget(sweep_, 2000, torch.Generator().manual_seed(0))

    assert interval.high == high
    assert interval.low == {0.1: 0.0, 0.2: 0.1}[float(low)]
