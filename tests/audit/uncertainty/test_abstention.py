from __future__ import annotations

import pytest
import torch

from fmnist_governance.audit.uncertainty.abstention import highest_error, threshold
from fmnist_governance.stats.proportions import wilson


def test_the_upper_end_is_that_of_the_wilson_interval() -> None:
    errors, images = torch.tensor([0.0, 3.0, 10.0, 200.0]), torch.tensor([5.0, 10.0, 10.0, 9000.0])

    found = highest_error(errors.double(), images.double())

    assert found.tolist() == pytest.approx([wilson(int(e), int(n)).high for e, n in zip(errors, images, strict=True)])


def test_as_many_answers_are_accepted_as_the_wish_allows() -> None:
    confidence = torch.linspace(1.0, 0.001, 1000, dtype=torch.float64)
    correct = torch.ones(1000, dtype=torch.bool)
    correct[700:] = False

    found = threshold(confidence, correct, 0.05)

    assert found is not None
    accepted = int((confidence >= found).sum())
    assert wilson(accepted - 700, accepted).high <= 0.05 < wilson(accepted + 1 - 700, accepted + 1).high


def test_a_later_stretch_of_right_answers_is_not_missed() -> None:
    confidence = torch.linspace(1.0, 0.01, 1000, dtype=torch.float64)
    correct = torch.ones(1000, dtype=torch.bool)
    correct[:2] = False

    assert threshold(confidence, correct, 0.01) == pytest.approx(0.01)


def test_images_that_tie_are_accepted_together_or_not_at_all() -> None:
    confidence = torch.cat([torch.full((500,), 0.9), torch.full((100,), 0.5)]).double()
    correct = torch.cat([torch.ones(550), torch.zeros(50)]).bool()

    assert threshold(confidence, correct, 0.02) == pytest.approx(0.9)


@pytest.mark.parametrize("n", [1, 20, 300])
def test_few_images_promise_nothing(n: int) -> None:
    assert threshold(torch.rand(n).double(), torch.ones(n, dtype=torch.bool), 0.01) is None
