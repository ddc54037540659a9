from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from pydantic import ValidationError
from torch import Tensor, nn

from fmnist_governance.audit.adversarial import ADVERSARIAL
from fmnist_governance.audit.attacks.attacked import attacked
from fmnist_governance.audit.attacks.budget import Norm
from fmnist_governance.audit.attacks.settings import AdversarialParams
from fmnist_governance.audit.attacks.target import prepared
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.runner import plan, run
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError, ConfigError
from fmnist_governance.stats.proportions import wilson

Answered = Callable[[Tensor, Tensor], Subject]
SHORT = AdversarialParams(n=60, steps=5, noise_draws=2, survivors=10, square_queries=20, more_steps=10)


def values(result: CheckResult) -> dict[str, float]:
    return {m.id.removeprefix("adversarial."): m.value for m in result.measurements}


@pytest.fixture(scope="module")
def result(seeing_subject: Subject) -> CheckResult:
    return ADVERSARIAL.measure(seeing_subject, SHORT)


def test_robust_accuracy_never_rises_with_the_budget(result: CheckResult) -> None:
    curve = next(table for table in result.tables if table.name == "curve")
    for name in {row[0] for row in curve.rows}:
        radii, accuracy = zip(*[(row[2], row[3]) for row in curve.rows if row[0] == name], strict=True)

        assert list(radii) == sorted(radii)
        assert list(accuracy) == sorted(accuracy, reverse=True)
        assert accuracy[0] > accuracy[-1]


def test_a_budget_of_nothing_is_clean_accuracy(seeing_subject: Subject) -> None:
    hair = SHORT.model_copy(update={"linf": ("0.000001",), "l2": ("0.000001",)})
    clean = seeing_subject.subset(60).correct

    found = values(ADVERSARIAL.measure(seeing_subject, hair))

    assert found["linf.eps_0_000001.accuracy"] == found["l2.eps_0_000001.accuracy"] == int(clean.sum()) / 60


def test_accuracy_is_counted_over_all_attacked_images_with_wilson_s_interval(result: CheckResult) -> None:
    measured = next(m for m in result.measurements if m.id == "adversarial.linf.eps_8_255.accuracy")

    assert measured.n == 60
    assert measured.headline
    assert measured.interval == wilson(round(measured.value * 60), 60)


def test_no_attack_of_the_check_does_better_than_all_of_them(result: CheckResult) -> None:
    found = values(result)

    for name in ("linf.eps_8_255", "linf.eps_0_1"):
        assert found[f"{name}.accuracy"] <= min(found[f"{name}.fgsm_accuracy"], found[f"{name}.noise_accuracy"])


def test_examples_stay_in_the_ball_of_the_budget_that_broke_them(seeing_subject: Subject) -> None:
    assert seeing_subject.network is not None
    found = attacked(prepared(seeing_subject, seeing_subject.network, seeing_subject.test), SHORT)
    swept = found.sweeps[Norm.LINF]

    for number, budget in enumerate(swept.budgets):
        rows = swept.place == number + 1
        changed = swept.examples[rows]

        assert torch.all((changed - found.target.images[rows]).abs() <= budget.radius + 1e-6)
        assert torch.all(seeing_subject.network(changed).argmax(dim=1) != found.target.labels[rows])


def test_an_image_meets_the_same_attack_in_a_smaller_audit(seeing_subject: Subject) -> None:
    assert seeing_subject.network is not None
    small, large = (
        attacked(prepared(seeing_subject, seeing_subject.network, seeing_subject.subset(n)), SHORT) for n in (30, 90)
    )
    rows = torch.isin(large.target.index, small.target.index)

    assert torch.equal(large.sweeps[Norm.L2].place[rows], small.sweeps[Norm.L2].place)


def test_outcomes_tell_each_image_s_fate_in_index_order(result: CheckResult) -> None:
    outcomes = {outcome.name: outcome.correct for outcome in result.outcomes}

    assert int(outcomes["linf.eps_8_255"].sum()) / 60 == values(result)["linf.eps_8_255.accuracy"]
    assert torch.all(outcomes["clean"] | ~outcomes["linf.eps_1_255"])


def test_the_cost_is_that_of_the_images_that_stood(seeing_subject: Subject) -> None:
    passes = 0

    class Counted(nn.Module):
        def __init__(self, network: nn.Module) -> None:
            super().__init__()
            self.network = network

        def forward(self, images: Tensor) -> Tensor:
            nonlocal passes
            passes += len(images) * (3 if torch.is_grad_enabled() else 1)
            found: Tensor = self.network(images)
            return found

    assert seeing_subject.network is not None
    target = prepared(seeing_subject, Counted(seeing_subject.network), seeing_subject.test)

    found = attacked(target, SHORT)

    assert found.passes == passes


def test_the_recipe_says_how_the_attacks_were_made(result: CheckResult) -> None:
    recipe = next(table for table in result.tables if table.name == "recipe")
    text = "\n".join(": ".join(map(str, row)) for row in recipe.rows)

    for part in ("60, stratified", "seed 0", "5 steps", "1 random start", "cross_entropy, then margin", "1/255, 2/255"):
        assert part in text


def test_the_picture_shows_an_example_of_each_class_that_broke(result: CheckResult) -> None:
    (picture,) = result.pictures

    assert picture.name == "examples"
    assert picture.png.startswith(b"\x89PNG")


class Never(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return torch.zeros(len(images), 4).index_fill(1, torch.tensor([3]), 1.0)


def test_a_model_that_is_never_right_has_no_median_and_nothing_to_attack(answered: Answered) -> None:
    labels = torch.arange(60) % 3
    subject = dataclasses.replace(answered(labels, torch.full((60,), 3)), network=Never())

    result = ADVERSARIAL.measure(subject, SHORT)

    assert values(result)["linf.eps_8_255.accuracy"] == 0
    assert "adversarial.linf.median_budget" in result.absent
    assert "adversarial.sanity.zero_gradient" in result.absent


def test_a_black_box_is_not_attacked_and_says_so(subject: Subject) -> None:
    (found,) = run(subject, plan((ADVERSARIAL,), {"adversarial": {}}), lambda: 0.0, 1.0)

    assert found.entry.status == "not_run"
    assert "gradients" in str(found.entry.reason)


def test_a_subject_that_promises_gradients_without_a_network_fails(subject: Subject) -> None:
    with pytest.raises(CheckError, match="no network"):
        ADVERSARIAL.measure(subject, SHORT)

    assert ADVERSARIAL.needs == {Need.GRADIENTS}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"linf": ["8/255", "0"]}, "budget '0'"),
        ({"linf": ["8/255", "8/255"]}, "given twice"),
        ({"l2": ["0.5", "1/2"]}, "given twice"),
        ({"linf": []}, "linf"),
        ({"linf": ["1e-3"]}, "budget '1e-3'"),
        ({"steps": 0}, "steps"),
        ({"n": "1000"}, "n"),
    ],
)
def test_settings_that_make_no_sense_are_refused_by_name(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plan((ADVERSARIAL,), {"adversarial": settings})


def test_a_budget_may_be_written_as_a_number() -> None:
    (planned,) = plan((ADVERSARIAL,), {"adversarial": {"linf": [0.1, "8/255"], "l2": [1]}})

    assert isinstance(planned.params, AdversarialParams)
    assert [budget.text for budget in planned.params.budgets(Norm.LINF)] == ["8/255", "0.1"]


def test_the_settings_are_frozen() -> None:
    with pytest.raises(ValidationError):
        SHORT.steps = 3  # type: ignore[misc] # that is what is tested
