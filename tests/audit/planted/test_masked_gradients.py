"""A model whose gradients are hidden looks robust; the rules of sanity must see through it."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.adversarial import ADVERSARIAL
from fmnist_governance.audit.attacks.settings import AdversarialParams
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.subject import Subject

PARAMS = AdversarialParams(
    n=60, linf=("8/255", "0.3"), l2=(), steps=20, noise_draws=3, survivors=40, square_queries=200, more_steps=40
)
Mask = Callable[[nn.Module, Tensor], Tensor]
Audited = Callable[[nn.Module], Subject]


class Masked(nn.Module):
    """A network behind something that hides its gradients."""

    def __init__(self, network: nn.Module, mask: Mask) -> None:
        super().__init__()
        self.network, self.mask = network, mask

    def forward(self, images: Tensor) -> Tensor:
        return self.mask(self.network, images)


def scaled(network: nn.Module, images: Tensor) -> Tensor:
    found: Tensor = network(images) * 1e4
    return found


def saturated(network: nn.Module, images: Tensor) -> Tensor:
    found: Tensor = torch.tanh(network(images) * 1e3)
    return found


def quantised(network: nn.Module, images: Tensor) -> Tensor:
    found: Tensor = network((images * 8).round() / 8)
    return found


def normalised(network: nn.Module, images: Tensor) -> Tensor:
    found: Tensor = (network(images) * 50).softmax(dim=1)
    return found


def forgetful(network: nn.Module, images: Tensor) -> Tensor:
    found: Tensor = network(images + 0.05 * torch.randn(images.shape))
    return found


def broken(result: CheckResult) -> set[object]:
    rules = next(table for table in result.tables if table.name == "rules")
    kept = [column.name for column in rules.columns].index("kept")
    return {row[0] for row in rules.rows if row[kept] == "no"}


def count(result: CheckResult) -> float:
    return next(m.value for m in result.measurements if m.id == "adversarial.sanity.broken")


@pytest.fixture(scope="module")
def behind(trained: nn.Module, audited: Audited) -> Callable[[Mask], CheckResult]:
    """Attack the trained network behind a mask, once for each."""

    @functools.cache
    def measure(mask: Mask) -> CheckResult:
        torch.manual_seed(0)
        return ADVERSARIAL.measure(audited(Masked(trained, mask)), PARAMS)

    return measure


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Audited) -> CheckResult:
    return ADVERSARIAL.measure(audited(trained), PARAMS)


def test_a_clean_twin_breaks_no_rule(clean: CheckResult) -> None:
    assert broken(clean) == set()
    assert count(clean) == 0
    assert not any("not to be trusted" in limit for limit in clean.limits)


@pytest.mark.parametrize(
    ("mask", "rules"),
    [
        (scaled, {"zero_gradient"}),
        (saturated, {"zero_gradient"}),
        (quantised, {"zero_gradient", "square_beats_pgd", "survivors_at_half"}),
        (normalised, {"zero_gradient", "probability_outputs"}),
        (forgetful, {"unrepeatable"}),
    ],
)
def test_hidden_gradients_break_rules(mask: Mask, rules: set[str], behind: Callable[[Mask], CheckResult]) -> None:
    result = behind(mask)

    assert rules <= broken(result)
    assert count(result) == len(broken(result))
    assert all(any(str(rule) in limit for limit in result.limits) for rule in rules)


def test_hidden_gradients_would_have_passed_for_robustness(
    clean: CheckResult, behind: Callable[[Mask], CheckResult]
) -> None:
    before, after = (
        next(m.value for m in result.measurements if m.id == "adversarial.linf.eps_8_255.accuracy")
        for result in (clean, behind(quantised))
    )

    assert after > before + 0.2
