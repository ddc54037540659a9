from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp
from sklearn.metrics import log_loss, roc_auc_score, roc_curve
from torch import Tensor

from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.privacy import PRIVACY, PrivacyParams, advantage, advantage_interval
from fmnist_governance.audit.subject import Labelled, Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

PARAMS = PrivacyParams()


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("privacy."): m for m in result.measurements}


@pytest.fixture
def attacked(subject: Subject) -> Subject:
    """400 test images answered as they are; 400 training images of which the model is surer."""
    logits = subject.test.logits + 1.5 * torch.nn.functional.one_hot(subject.test.labels, 4)
    train = Labelled(subject.test.images, subject.test.labels, subject.test.index)
    return dataclasses.replace(subject, train=train, answer=lambda images: logits[: len(images)])


def scores(subject: Subject) -> tuple[Tensor, Tensor]:
    assert subject.train is not None
    trained = subject.answer(subject.train.images).double().softmax(dim=1)
    rows = torch.arange(400)
    return trained[rows, subject.train.labels].log(), subject.test.probabilities[rows, subject.test.labels].log()


def test_scikit_learn_and_scipy_find_the_same_numbers(attacked: Subject) -> None:
    found, (members, others) = numbers(PRIVACY.measure(attacked, PARAMS)), scores(attacked)
    labels, every = np.r_[np.ones(400), np.zeros(400)], torch.cat([members, others])
    false, true, _ = roc_curve(labels, every, drop_intermediate=False)

    assert found["membership.auc"].value == pytest.approx(roc_auc_score(labels, every))
    assert found["membership.tpr_at_fpr_0_01"].value == pytest.approx(true[false <= 0.01].max())
    assert found["membership.tpr_at_fpr_0_001"].value == pytest.approx(true[false <= 0.001].max())
    assert found["membership.advantage"].value == pytest.approx((true - false).max())
    assert found["membership.advantage"].value == pytest.approx(ks_2samp(members, others, "less").statistic)


def test_gaps_are_counted_as_scikit_learn_does(attacked: Subject) -> None:
    found, test, train = numbers(PRIVACY.measure(attacked, PARAMS)), attacked.test, attacked.train
    assert train is not None
    logits = attacked.answer(train.images)
    right = float((logits.argmax(dim=1) == train.labels).double().mean())

    losses = [log_loss(test.labels, x.double().softmax(dim=1), labels=range(4)) for x in (test.logits, logits)]
    assert found["members.accuracy"].value == right
    assert found["generalisation_gap"].value == pytest.approx(right - float(test.correct.double().mean()))
    assert found["loss_gap"].value == pytest.approx(losses[0] - losses[1])


def test_an_advantage_by_hand() -> None:
    members, others = torch.tensor([3.0, 2.0, 2.0, 0.0]), torch.tensor([2.0, 1.0, 0.0, 0.0])

    assert advantage(members, others) == 0.75 - 0.25
    assert advantage(others, members) == 0.0


@pytest.mark.parametrize("shift", [0.0, 0.5])
def test_the_interval_of_the_advantage_covers_it(shift: float) -> None:
    truth = 2 * float(torch.special.ndtr(torch.tensor(shift / 2))) - 1
    covered, width = 0, 0.0
    for seed in range(400):
        generator = torch.Generator().manual_seed(seed)
        members, others = torch.randn(700, generator=generator) + shift, torch.randn(500, generator=generator)
        held = advantage_interval(advantage(members, others), 700, 500)
        covered += held.low <= truth <= held.high
        width += (held.high - held.low) / 400

    assert covered >= 378
    assert width < 0.14


def test_the_curve_rises_to_one_and_has_the_rates_of_scikit_learn(attacked: Subject) -> None:
    (table,) = PRIVACY.measure(attacked, PARAMS).tables
    members, others = scores(attacked)
    false, true, _ = roc_curve([1] * 400 + [0] * 400, torch.cat([members, others]), drop_intermediate=False)

    rates = [(float(row[0] or 0), float(row[1] or 0)) for row in table.rows]
    assert rates == sorted(rates)
    assert rates[-1] == (1.0, 1.0)
    for allowed, found in rates[:-1]:
        assert found == pytest.approx(true[false <= allowed + 1e-12].max())


def test_members_are_a_draw_and_their_number_is_told(attacked: Subject) -> None:
    asked: list[Tensor] = []

    def answer(images: Tensor) -> Tensor:
        asked.append(images)
        return torch.zeros(len(images), 4)

    result = PRIVACY.measure(dataclasses.replace(attacked, answer=answer), PrivacyParams(members=50))

    (images,) = asked
    assert len(images.flatten(1).unique(dim=0)) == 50
    assert any(limit.startswith("50 training images") and "assumption" in limit for limit in result.limits)


def test_a_model_that_learned_from_both_alike_gives_nobody_away(attacked: Subject) -> None:
    same = dataclasses.replace(attacked, answer=lambda images: attacked.test.logits[: len(images)])

    found = numbers(PRIVACY.measure(same, PARAMS))

    assert found["membership.auc"].value == 0.5
    assert found["membership.advantage"].value == found["generalisation_gap"].value == found["loss_gap"].value == 0.0


def test_without_training_images_it_is_refused(attacked: Subject) -> None:
    assert attacked.train is not None
    none = attacked.train.take(torch.arange(0))

    with pytest.raises(CheckError, match="no training images"):
        PRIVACY.measure(dataclasses.replace(attacked, train=none), PARAMS)
