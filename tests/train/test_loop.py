from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.config.recipe import Recipe
from fmnist_governance.data.dataset import Split
from fmnist_governance.errors import ModelError
from fmnist_governance.train import loop
from fmnist_governance.train.loop import TrainingState, schedule, scored, started, train, transfer

CPU = torch.device("cpu")
WALL = {"seconds", "images_per_second", "joules"}


def begun(recipe: Recipe, seed: int = 0, classes: int = 3) -> TrainingState:
    return started(recipe, classes=classes, seed=seed, device=CPU)


def trained(recipe: Recipe, training: Split, validation: Split, seed: int = 0) -> TrainingState:
    state = begun(recipe, seed)
    list(train(state, training, validation))
    return state


def weights(state: TrainingState) -> dict[str, Tensor]:
    return state.network.state_dict()


def same(first: TrainingState, second: TrainingState) -> bool:
    one, two = weights(first), weights(second)
    return all(torch.equal(one[name], two[name]) for name in one)


def test_the_same_seed_gives_the_same_weights_to_the_last_bit(
    recipe: Recipe, training: Split, validation: Split
) -> None:
    torch.manual_seed(1)
    first = trained(recipe, training, validation)
    torch.manual_seed(2)
    second = trained(recipe, training, validation)

    assert same(first, second)
    assert [facts.model_dump(exclude=WALL) for facts in first.history] == [
        facts.model_dump(exclude=WALL) for facts in second.history
    ]


def test_energy_is_kept_where_it_is_counted_and_not_where_the_counter_starts_anew(
    recipe: Recipe, training: Split, validation: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = iter((10.0, 14.5, 20.0, 3.0))
    monkeypatch.setattr(loop, "energy_counter", lambda: lambda: next(counted))

    state = trained(recipe.model_copy(update={"epochs": 2}), training, validation)

    assert [facts.joules for facts in state.history] == [4.5, None]


def test_no_energy_is_told_where_nothing_counts_it(
    recipe: Recipe, training: Split, validation: Split, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "energy_counter", lambda: None)

    assert {facts.joules for facts in trained(recipe, training, validation).history} == {None}


def test_another_seed_gives_other_weights(recipe: Recipe, training: Split, validation: Split) -> None:
    assert not same(begun(recipe), begun(recipe, seed=1))
    assert not same(trained(recipe, training, validation), trained(recipe, training, validation, seed=1))


def test_training_draws_nothing_from_the_global_generator(recipe: Recipe, training: Split, validation: Split) -> None:
    before = torch.get_rng_state()

    trained(recipe, training, validation)

    assert torch.equal(torch.get_rng_state(), before)


def test_a_network_learns_what_can_be_learned(recipe: Recipe, training: Split, validation: Split) -> None:
    without = recipe.augmentation.model_copy(update={"flip": 0.0, "cutout_share": 0.0, "shift_px": 0, "disturbed": 0.0})
    state = trained(recipe.model_copy(update={"epochs": 12, "augmentation": without}), training, validation)

    assert state.history[-1].validation_accuracy > 0.9
    assert state.history[-1].train_loss < state.history[0].train_loss
    assert [facts.epoch for facts in state.history] == list(range(1, 13))


def test_the_facts_are_what_the_network_then_does(recipe: Recipe, training: Split, validation: Split) -> None:
    state = trained(recipe, training, validation)
    images = torch.from_numpy(validation.images).float() / 255

    with torch.inference_mode():
        logits = state.network.eval()(images)

    labels = torch.from_numpy(validation.labels)
    facts = state.history[-1]
    assert facts.validation_accuracy == pytest.approx(float((logits.argmax(1) == labels).float().mean()))
    assert facts.validation_loss == pytest.approx(float(functional.cross_entropy(logits, labels)), rel=1e-4)


def test_validation_images_change_nothing(recipe: Recipe, training: Split, validation: Split) -> None:
    other = Split(255 - validation.images, validation.labels[::-1].copy())

    assert same(trained(recipe, training, validation), trained(recipe, training, other))


def test_smoothed_labels_give_the_loss_computed_by_hand(recipe: Recipe, training: Split, validation: Split) -> None:
    still = recipe.model_copy(update={"epochs": 1, "batch_size": 100, "learning_rate": 1e-12, "label_smoothing": 0.3})
    plain = still.augmentation.model_copy(update={"flip": 0.0, "cutout_share": 0.0, "shift_px": 0, "disturbed": 0.0})
    still = still.model_copy(update={"augmentation": plain, "matrix_learning_rate": 1e-12})
    network = begun(still).network.train()

    logs = network(torch.from_numpy(training.images).float() / 255).detach().log_softmax(dim=1)
    right = logs[torch.arange(100), torch.from_numpy(training.labels)]
    expected = -(0.7 * right + 0.3 * logs.mean(dim=1)).mean()

    assert trained(still, training, validation).history[0].train_loss == pytest.approx(expected.item(), rel=1e-4)


def test_the_learning_rate_climbs_then_falls_to_nothing() -> None:
    assert [schedule(done, 0.25) for done in (0, 0.125, 0.25, 0.625, 1)] == pytest.approx([0, 0.5, 1, 0.5, 0])
    assert schedule(0.0, 0.0) == 1
    assert schedule(1.0, 1.0) == 1


def test_fewer_images_than_a_batch_are_one_batch(recipe: Recipe, training: Split, validation: Split) -> None:
    few = training.take(np.arange(5, dtype=np.int64))

    assert len(trained(recipe, few, validation).history) == recipe.epochs


def test_one_image_is_too_few(recipe: Recipe, training: Split, validation: Split) -> None:
    with pytest.raises(ModelError, match="1 training image; at least two"):
        trained(recipe, training.take(np.arange(1, dtype=np.int64)), validation)


def test_a_training_that_diverges_says_so(recipe: Recipe, training: Split, validation: Split) -> None:
    with pytest.raises(ModelError, match=r"no longer a finite number in epoch 1: .*lower learning_rate \(now 1e\+30\)"):
        trained(recipe.model_copy(update={"learning_rate": 1e30}), training, validation)


def test_layers_that_cannot_be_built_are_the_recipes_mistake(recipe: Recipe) -> None:
    with pytest.raises(ModelError, match=r"recipe small: layer '8/3' is not of the form"):
        begun(recipe.model_copy(update={"layers": "8/3"}))


def test_earlier_weights_are_taken_but_for_a_head_of_other_classes(
    recipe: Recipe, training: Split, validation: Split
) -> None:
    earlier = trained(recipe, training, validation)
    state = begun(recipe, seed=1, classes=7)

    moved = transfer(state, weights(earlier))

    assert moved.fresh == ("head.weight", "head.bias")
    assert set(moved.taken) | set(moved.fresh) == set(weights(state))
    assert all(torch.equal(weights(state)[name], weights(earlier)[name]) for name in moved.taken)


def test_earlier_weights_are_taken_whole_where_the_classes_are_the_same(recipe: Recipe) -> None:
    state, earlier = begun(recipe, seed=1), begun(recipe)

    assert transfer(state, weights(earlier)).fresh == ()
    assert same(state, earlier)


def test_earlier_weights_of_which_nothing_fits_are_refused(recipe: Recipe) -> None:
    other = begun(recipe.model_copy(update={"layers": "4/2 6/2 6"}), classes=2)

    with pytest.raises(ModelError, match="no layer of the earlier model fits"):
        transfer(begun(recipe), weights(other))


def test_scoring_counts_by_hand(recipe: Recipe) -> None:
    network = begun(recipe).network
    torch.nn.init.zeros_(network.head.weight)
    network.head.bias.data = torch.tensor([0.0, 1.0, 0.0])

    loss, accuracy = scored(network, torch.zeros(4, 1, 28, 28, dtype=torch.uint8), torch.tensor([1, 1, 1, 0]))

    assert accuracy == 0.75
    assert loss == pytest.approx(math.log(math.e + 2) - 0.75)
