from __future__ import annotations

import copy

import pytest
import torch
from captum.robust import FGSM
from captum.robust import PGD as CAPTUM_PGD
from torch import Tensor, nn

from fmnist_governance.audit.attacks.budget import Budget, Norm, size
from fmnist_governance.audit.attacks.gradient import (
    Loss,
    cross_entropy,
    fgsm,
    input_gradient,
    margin,
    pgd,
    step_sizes,
)

LOSSES = pytest.mark.parametrize("loss", [cross_entropy, margin])
CAPTUM_TELLS = pytest.mark.filterwarnings("ignore:Input Tensor 0 did not already require gradients:UserWarning")
NORMS = pytest.mark.parametrize(("norm", "text"), [(Norm.LINF, "0.06"), (Norm.L2, "0.5")])


@pytest.fixture(scope="module")
def network() -> nn.Module:
    torch.manual_seed(0)
    layers = (nn.Conv2d(1, 4, 3, stride=2), nn.Tanh(), nn.Flatten(), nn.Linear(4 * 36, 5))
    return nn.Sequential(*layers).eval().requires_grad_(requires_grad=False)


@pytest.fixture(scope="module")
def images() -> Tensor:
    return torch.rand(30, 1, 14, 14, generator=torch.Generator().manual_seed(1))


@pytest.fixture(scope="module")
def labels(network: nn.Module, images: Tensor) -> Tensor:
    found: Tensor = network(images).argmax(dim=1)
    return found


@pytest.fixture(scope="module")
def noise() -> Tensor:
    return torch.rand(30, 1, 14, 14, generator=torch.Generator().manual_seed(2)) * 2 - 1


def textbook(  # noqa: PLR0913, PLR0917 - an attack and what it attacks
    network: nn.Module, image: Tensor, label: int, noise: Tensor, budget: Budget, loss: str, steps: int
) -> bool:
    """PGD as a textbook writes it: one image, one step at a time."""
    centre, radius = image.double(), budget.radius
    network = copy.deepcopy(network).double()
    direction = noise.double() if budget.norm is Norm.LINF else noise.double() / noise.double().norm()
    moved = (centre + radius * direction).clamp(0, 1)
    for length in [*step_sizes(radius, steps), None]:
        leaf = moved.clone().requires_grad_()
        logits = network(leaf[None])[0]
        if int(logits.argmax()) != label:
            return True
        if length is None:
            return False
        others = [k for k in range(len(logits)) if k != label]
        value = -logits.log_softmax(0)[label] if loss == "cross_entropy" else logits[others].max() - logits[label]
        value.backward()
        assert leaf.grad is not None
        step = leaf.grad.sign() if budget.norm is Norm.LINF else leaf.grad / leaf.grad.norm()
        change = moved + length * step - centre
        change = change.clamp(-radius, radius) if budget.norm is Norm.LINF else change * min(1, radius / change.norm())
        moved = (centre + change).clamp(0, 1)
    raise AssertionError


def test_the_losses_by_hand() -> None:
    logits, labels = torch.tensor([[2.0, 0.0, 1.0], [0.0, 0.0, 5.0]]), torch.tensor([0, 1])

    assert margin(logits, labels).tolist() == [-1.0, 5.0]
    assert cross_entropy(logits, labels).tolist() == pytest.approx([0.4076, 5.0134], abs=1e-4)


def test_step_lengths_fall_from_the_radius_to_a_twentieth() -> None:
    lengths = step_sizes(0.4, 20)

    assert lengths[0] == pytest.approx(0.4)
    assert lengths[-1] == pytest.approx(0.02)
    assert list(lengths) == sorted(lengths, reverse=True)


@NORMS
@LOSSES
def test_a_textbook_loop_breaks_the_same_images(  # noqa: PLR0913, PLR0917 - fixtures
    network: nn.Module, images: Tensor, labels: Tensor, noise: Tensor, loss: Loss, norm: Norm, text: str
) -> None:
    budget = Budget(norm, text)
    expected = [
        textbook(network, image, int(label), start, budget, loss.__name__, 6)
        for image, label, start in zip(images, labels, noise, strict=True)
    ]

    found = pgd(network, images, labels, noise, budget, loss=loss, steps=6)

    assert found.broken.tolist() == expected
    assert 0 < sum(expected) < len(expected)


@NORMS
@LOSSES
def test_an_example_is_misclassified_lies_in_the_ball_and_is_an_image(  # noqa: PLR0913, PLR0917 - fixtures
    network: nn.Module, images: Tensor, labels: Tensor, noise: Tensor, loss: Loss, norm: Norm, text: str
) -> None:
    found = pgd(network, images, labels, noise, Budget(norm, text), loss=loss, steps=6)

    assert torch.equal(network(found.found).argmax(dim=1) != labels, found.broken)
    assert float(size(found.found - images, norm).max()) <= float(text) + 1e-6
    assert 0 <= float(found.found.min()) <= float(found.found.max()) <= 1


@CAPTUM_TELLS
def test_the_gradient_is_that_of_captum_and_one_step_is_its_fgsm(
    network: nn.Module, images: Tensor, labels: Tensor
) -> None:
    budget = Budget(Norm.LINF, "0.05")
    captum = FGSM(network, nn.CrossEntropyLoss(reduction="none"), lower_bound=0, upper_bound=1)
    expected = captum.perturb(images.clone(), budget.radius, labels)
    _, gradient = input_gradient(network, images, labels, cross_entropy)

    found = fgsm(network, images, labels, gradient, budget)

    assert torch.allclose(found.found, expected, atol=1e-6)
    assert found.passes == len(images)


@CAPTUM_TELLS
def test_captum_s_pgd_breaks_about_as_many(network: nn.Module, images: Tensor, labels: Tensor, noise: Tensor) -> None:
    torch.manual_seed(0)
    captum = CAPTUM_PGD(network, nn.CrossEntropyLoss(reduction="none"), lower_bound=0, upper_bound=1)
    moved = captum.perturb(images.clone(), 0.06, 0.01, 20, labels, random_start=True)
    expected = int((network(moved).argmax(dim=1) != labels).sum())

    found = pgd(network, images, labels, noise, Budget(Norm.LINF, "0.06"), loss=cross_entropy, steps=20)

    assert int(found.broken.sum()) >= expected - 1


def test_passes_are_counted_until_each_image_breaks(network: nn.Module, images: Tensor, labels: Tensor) -> None:
    still = torch.zeros_like(images)
    hard, easy = Budget(Norm.LINF, "0.000001"), Budget(Norm.LINF, "0.06")

    none = pgd(network, images, labels, still, hard, loss=margin, steps=5)
    wrong = pgd(network, images, (labels + 1) % 5, still, easy, loss=margin, steps=5)

    assert none.passes == len(images) * (5 * 3 + 1)
    assert wrong.passes == len(images) * 3


class Rounded(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return (images * 4).round().flatten(1)[:, :3]


class Detached(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.detach().flatten(1)[:, :3]


@pytest.mark.parametrize("network", [Rounded(), Detached()], ids=["rounded", "detached"])
def test_a_network_that_passes_no_gradient_back_has_a_gradient_of_zero(network: nn.Module) -> None:
    images = torch.rand(4, 1, 4, 4, generator=torch.Generator().manual_seed(3))

    _, gradient = input_gradient(network, images, torch.zeros(4, dtype=torch.int64), cross_entropy)

    assert not gradient.any()
