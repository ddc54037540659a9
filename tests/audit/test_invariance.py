from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.invariance import INVARIANCE, InvarianceParams
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.audit.variations import VARIATIONS, WORST_OF
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

Audited = Callable[[nn.Module], Subject]
PARAMS = InvarianceParams(images=300, resamples=400)


@pytest.fixture(scope="module")
def real(trained: nn.Module, audited: Audited) -> Subject:
    return audited(trained)


@pytest.fixture(scope="module")
def changed(real: Subject) -> CheckResult:
    return INVARIANCE.measure(real, PARAMS)


def found(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("invariance."): m for m in result.measurements}


class Mirrored(nn.Module):
    """Sees an image and its mirror image alike."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images: Tensor) -> Tensor:
        both: Tensor = self.network(images) + self.network(images.flip(3))
        return both


def test_names_are_unique_and_every_change_keeps_shape_and_leaves_its_input(garment: Tensor) -> None:
    before = garment.clone()

    shapes = {change(garment).shape for variation in VARIATIONS for change in variation.variants}

    assert len({variation.name for variation in VARIATIONS}) == len(VARIATIONS)
    assert shapes == {garment.shape}
    assert torch.equal(garment, before)


@pytest.fixture
def garment(real: Subject) -> Tensor:
    return real.test.images[:3].float() / 255


def test_no_variant_is_the_image_as_it_is(garment: Tensor) -> None:
    for variation in VARIATIONS:
        for change in variation.variants:
            assert not torch.equal(change(garment).clamp(0, 1), garment), variation.name


def test_the_rate_is_that_of_answers_that_stay(changed: CheckResult, real: Subject) -> None:
    examples = real.subset(300)

    mirrored = real.answer((examples.images.float() / 255).flip(3)).argmax(dim=1)

    values = found(changed)
    assert values["flip_lr.consistency"].value == pytest.approx(float((mirrored == examples.predicted).double().mean()))
    assert values["flip_lr.accuracy"].value == pytest.approx(float((mirrored == examples.labels).double().mean()))


def test_a_network_that_sees_both_sides_alike_never_changes_its_mind(trained: nn.Module, audited: Audited) -> None:
    value = found(INVARIANCE.measure(audited(Mirrored(trained)), PARAMS))["flip_lr.consistency"]

    assert value.value == 1.0
    assert value.interval is not None
    assert value.interval.low < 1.0


def test_right_in_all_is_no_more_than_right_in_any(changed: CheckResult, real: Subject) -> None:
    values = found(changed)

    worst = values["worst_of_k.accuracy"].value

    assert worst <= float(real.subset(300).correct.double().mean())
    assert worst <= min(values[f"{name}.accuracy"].value for name in WORST_OF)
    assert "all of 10" in values["worst_of_k.accuracy"].title


def test_larger_changes_keep_fewer_answers(changed: CheckResult) -> None:
    values = found(changed)

    for mild, strong in (
        ("rotate_5", "rotate_20"),
        ("shift_1", "shift_4"),
        ("scale_90", "scale_80"),
        ("brighter_2", "brighter_10"),
        ("levels_16", "levels_2"),
    ):
        assert values[f"{mild}.consistency"].value > values[f"{strong}.consistency"].value


def test_outcomes_hold_every_image_under_every_change(changed: CheckResult) -> None:
    names = [outcome.name for outcome in changed.outcomes]

    assert set(names) == {variation.name for variation in VARIATIONS} | {"worst_of_k"}
    assert {len(outcome.correct) for outcome in changed.outcomes} == {300}
    assert changed.passes == pytest.approx(sum(len(v.variants) for v in VARIATIONS) * 0.3)


def test_a_constant_model_never_changes_its_mind(constant_network: Subject) -> None:
    values = found(INVARIANCE.measure(constant_network, PARAMS))

    assert {m.value for name, m in values.items() if name.endswith("consistency")} == {1.0}
    assert {m.value for name, m in values.items() if name.endswith("accuracy")} == {0.25}


def test_no_image_is_no_measurement(real: Subject) -> None:
    nothing = Examples(*(getattr(real.test, name)[:0] for name in Examples.__slots__))

    with pytest.raises(CheckError, match="no test image"):
        INVARIANCE.measure(dataclasses.replace(real, test=nothing), PARAMS)
