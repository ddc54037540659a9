"""A package that is not what was audited must be caught, and so must a network that answers otherwise each time."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.integrity import INTEGRITY, IntegrityParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement

PARAMS = IntegrityParams(n=300, few=30)
FLOOR = 0.98
"""Of every share; the whole interval of a sound package of this many images lies above."""
GAP = 1e-3
"""Of any two probabilities that should be one."""
Audited = Callable[[nn.Module], Subject]
Boxed = Callable[..., Subject]


class Around(nn.Module):
    """A network with something done to its images first."""

    def __init__(self, network: nn.Module, change: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.network, self.change = network, change

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(self.change(images))
        return found


class WithUnused(nn.Module):
    """A network beside a head that nothing uses."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network, self.unused = network, nn.Linear(3, 2)

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(images)
        return found


def measured(subject: Subject) -> dict[str, Measurement]:
    result: CheckResult = INTEGRITY.measure(subject, PARAMS)
    return {m.id.removeprefix("integrity."): m for m in result.measurements}


def below(found: Measurement) -> bool:
    return found.interval is not None and found.interval.high < FLOOR


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Audited, boxed: Boxed) -> dict[str, Measurement]:
    return measured(boxed(audited(trained)))


def test_the_clean_twin_is_exact(clean: dict[str, Measurement]) -> None:
    shares = {name: m for name, m in clean.items() if m.unit == "fraction" and m.interval is not None}

    assert set(shares) == {
        *("package.agreement", "package.class_names", "bytes.agreement", "batch.agreement", "order.agreement"),
        *("repetition.agreement", "determinism.agreement"),
    }
    assert all(m.value == 1 and m.interval and m.interval.low > FLOOR for m in shares.values())
    assert all(m.value < GAP for name, m in clean.items() if name.endswith("largest_gap"))
    assert clean["weights.not_finite"].value == clean["training_mode.layers"].value == 0


def test_class_names_in_another_order_are_caught(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    subject = audited(trained)

    found = measured(boxed(subject, classes=(*subject.classes[1:], subject.classes[0])))

    assert below(found["package.class_names"])
    assert found["package.agreement"].value == 1


def test_a_scale_that_was_forgotten_is_caught(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    found = measured(boxed(audited(trained), Around(trained, lambda images: images * 255)))

    assert below(found["package.agreement"])
    assert found["package.largest_gap"].value > GAP


def test_integers_that_are_not_scaled_are_caught(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    subject = boxed(audited(trained))
    ask = subject.package.ask if subject.package else None
    assert ask is not None

    def unscaled(images: Tensor) -> object:
        return ask(images.float() if images.dtype == torch.uint8 else images)

    found = measured(boxed(subject, ask=unscaled))

    assert below(found["bytes.agreement"])
    assert found["package.agreement"].value == 1


def test_other_weights_are_caught(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    other = copy.deepcopy(trained)
    with torch.no_grad():
        for tensor in other.parameters():
            tensor.add_(0.2 * torch.randn(tensor.shape, generator=torch.Generator().manual_seed(0)))

    found = measured(boxed(audited(trained), other))

    assert below(found["package.agreement"])
    assert found["package.largest_gap"].value > GAP


def test_dropout_that_was_left_on_is_caught(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    torch.manual_seed(0)

    found = measured(boxed(audited(Around(trained, lambda images: functional.dropout(images, 0.5)))))

    assert below(found["repetition.agreement"])
    assert below(found["determinism.agreement"])


def test_batch_norm_that_goes_by_the_batch_is_caught(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    still_training = copy.deepcopy(trained).train()

    found = measured(boxed(audited(trained), still_training, left_training=("first.0.norm",)))

    assert below(found["batch.agreement"])
    assert found["training_mode.layers"].value == 1
    assert found["training_mode.layers"].title.endswith("first.0.norm")


def test_one_weight_that_is_no_number_is_counted(trained: nn.Module, audited: Audited, boxed: Boxed) -> None:
    network = WithUnused(trained)
    before = measured(boxed(audited(network)))["weights.not_finite"].value
    network.unused.weight.data[0, 1] = torch.nan

    assert before == 0
    assert measured(boxed(audited(network)))["weights.not_finite"].value == 1
