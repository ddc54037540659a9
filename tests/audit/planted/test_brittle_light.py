"""A network that a little more light throws off is as good on clean images; the first step must give it away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from torch import Tensor, nn

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.corruption import CORRUPTION
from fmnist_governance.audit.corruptions.settings import CorruptionParams
from fmnist_governance.audit.invariance import INVARIANCE, InvarianceParams
from fmnist_governance.audit.subject import Subject
from fmnist_governance.evidence.record import Measurement

PARAMS = CorruptionParams(images=500, severities=(1,), resamples=400)
CEILING = 0.2
"""Of the loss at the mildest severity; for a network as small as this one."""
Audited = Callable[[nn.Module], Subject]


class Dazzled(nn.Module):
    """A network that takes its black from the darkest pixel, and takes it much too seriously."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        found: Tensor = self.network(images + 20 * images.amin(dim=(1, 2, 3), keepdim=True))
        return found


@pytest.fixture(scope="module")
def clean(trained: nn.Module, audited: Audited) -> CheckResult:
    return CORRUPTION.measure(audited(trained), PARAMS)


@pytest.fixture(scope="module")
def planted(trained: nn.Module, audited: Audited) -> CheckResult:
    return CORRUPTION.measure(audited(Dazzled(trained)), PARAMS)


def drop(result: CheckResult) -> Measurement:
    return next(m for m in result.measurements if m.id == "corruption.worst_first_step.drop")


def test_both_are_as_good_on_clean_images(trained: nn.Module, audited: Audited) -> None:
    before, after = audited(trained), audited(Dazzled(trained))

    assert before.test.correct.equal(after.test.correct)


def test_the_clean_twin_stays_below_the_ceiling(clean: CheckResult) -> None:
    measured = drop(clean).interval

    assert measured is not None
    assert measured.high < CEILING


def test_a_network_brittle_to_slight_brightness_is_caught_and_named(planted: CheckResult) -> None:
    measured = drop(planted)

    assert measured.interval is not None
    assert measured.interval.low > CEILING
    assert measured.title.endswith("brightness")


def test_the_answers_do_not_stay_either(trained: nn.Module, audited: Audited) -> None:
    before, after = (
        next(m.value for m in result.measurements if m.id == "invariance.brighter_2.consistency")
        for result in (
            INVARIANCE.measure(audited(n), InvarianceParams(images=200)) for n in (trained, Dazzled(trained))
        )
    )

    assert before > 0.85
    assert after < 0.5
