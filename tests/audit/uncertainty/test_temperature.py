from __future__ import annotations

import pytest
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor, nn

from fmnist_governance.audit.uncertainty.resampling import once, resampled
from fmnist_governance.audit.uncertainty.temperature import fitted, refitted


@pytest.fixture(scope="module")
def calibrated() -> tuple[Tensor, Tensor]:
    """1,500 logits, and labels drawn from their probabilities."""
    generator = torch.Generator().manual_seed(2)
    logits = 2 * torch.randn(1500, 4, generator=generator)
    return logits, torch.multinomial(logits.softmax(dim=1), 1, generator=generator)[:, 0]


def test_labels_drawn_from_the_probabilities_need_no_mending(calibrated: tuple[Tensor, Tensor]) -> None:
    assert fitted(*calibrated) == pytest.approx(1.0, abs=0.08)


@pytest.mark.parametrize("factor", [0.25, 6.0])
def test_what_multiplies_the_logits_is_found(calibrated: tuple[Tensor, Tensor], factor: float) -> None:
    logits, labels = calibrated
    plain = fitted(logits, labels)

    assert plain is not None
    assert fitted(logits * factor, labels) == pytest.approx(plain * factor, rel=1e-5)


def test_a_general_minimiser_finds_the_same(calibrated: tuple[Tensor, Tensor]) -> None:
    logits, labels = calibrated

    def loss(temperature: float) -> float:
        return float(nn.functional.cross_entropy(logits.double() / temperature, labels))

    found = minimize_scalar(loss, bounds=(0.1, 10), method="bounded", options={"xatol": 1e-9}).x

    assert fitted(logits, labels) == pytest.approx(found, rel=1e-6)


def test_two_classes_by_hand() -> None:
    logits = torch.tensor([[1.0, 0.0]] * 4)
    labels = torch.tensor([0, 0, 0, 1])

    # Three of four: the difference of the logits has to be ln 3.
    assert fitted(logits, labels) == pytest.approx(1 / torch.log(torch.tensor(3.0)).item())


@pytest.mark.parametrize("labels", [[0, 1], [1, 0]])
def test_no_temperature_is_best_where_all_are_right_or_all_are_wrong(labels: list[int]) -> None:
    assert fitted(torch.tensor([[2.0, 0.0], [0.0, 2.0]]), torch.tensor(labels)) is None


def test_logits_that_never_differ_have_no_temperature() -> None:
    assert fitted(torch.zeros(5, 3), torch.tensor([0, 1, 2, 0, 1])) is None


def test_one_step_resamples_as_fitting_again_does(calibrated: tuple[Tensor, Tensor]) -> None:
    logits, labels = 3 * calibrated[0], calibrated[1]
    temperature = fitted(logits, labels)
    assert temperature is not None
    generator = torch.Generator().manual_seed(5)
    draws = [torch.randint(0, 1500, (1500,), generator=generator) for _ in range(60)]
    weights = torch.stack([draw.bincount(minlength=1500) for draw in draws]).double()

    quick = refitted(logits, labels, temperature)(weights)

    slow = torch.tensor([fitted(logits[draw], labels[draw]) for draw in draws])
    assert float((quick - slow).abs().mean()) < 0.1 * float(slow.std())
    assert float(quick.std()) == pytest.approx(float(slow.std()), rel=0.1)


def test_all_images_give_the_fitted_temperature(calibrated: tuple[Tensor, Tensor]) -> None:
    temperature = fitted(*calibrated)
    assert temperature is not None
    measure = refitted(*calibrated, temperature)

    assert float(once(measure, 1500)) == pytest.approx(temperature)
    assert float(resampled(measure, 1500, 200, torch.Generator().manual_seed(0)).std()) > 0.01
