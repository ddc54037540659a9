from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from fmnist_governance.config.recipe import Recipe
from fmnist_governance.data.dataset import Split
from fmnist_governance.errors import ModelError
from fmnist_governance.train.checkpoint import CHECKPOINT, restore, save
from fmnist_governance.train.loop import TrainingState, started, train

CPU = torch.device("cpu")


@pytest.fixture
def killed(recipe: Recipe, training: Split, validation: Split, tmp_path: Path) -> Path:
    """The folder of a training that was ended in its second epoch."""
    state = started(recipe, classes=3, seed=4, device=CPU)
    next(train(state, training, validation))
    save(state, tmp_path / "kept")
    return tmp_path / "kept"


def test_a_training_taken_up_again_ends_with_the_same_weights_to_the_last_bit(
    killed: Path, recipe: Recipe, training: Split, validation: Split
) -> None:
    whole = started(recipe, classes=3, seed=4, device=CPU)
    list(train(whole, training, validation))

    resumed = restore(killed, recipe, device=CPU)
    given = [facts.epoch for facts in train(resumed, training, validation)]

    assert given == [2, 3]
    assert [facts.epoch for facts in resumed.history] == [1, 2, 3]
    expected = whole.network.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in resumed.network.state_dict().items())


def test_a_break_within_an_epoch_leaves_the_checkpoint_of_the_one_before(
    killed: Path, recipe: Recipe, training: Split, validation: Split
) -> None:
    state = restore(killed, recipe, device=CPU)
    before = (killed / CHECKPOINT).read_bytes()
    state.network.register_forward_pre_hook(_interrupt)

    with pytest.raises(KeyboardInterrupt):
        next(train(state, training, validation))

    assert (killed / CHECKPOINT).read_bytes() == before
    assert len(restore(killed, recipe, device=CPU).history) == 1


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_saving_leaves_one_file_and_the_same_state_the_same_bytes(killed: Path, recipe: Recipe) -> None:
    before = (killed / CHECKPOINT).read_bytes()

    save(restore(killed, recipe, device=CPU), killed)

    assert [path.name for path in killed.iterdir()] == [CHECKPOINT]
    assert (killed / CHECKPOINT).read_bytes() == before


def test_a_finished_training_has_nothing_left_to_do(killed: Path, recipe: Recipe, training: Split) -> None:
    state: TrainingState = restore(killed, recipe, device=CPU)
    list(train(state, training, training))
    save(state, killed)

    assert list(train(restore(killed, recipe, device=CPU), training, training)) == []


@pytest.mark.parametrize("change", [{"epochs": 4}, {"learning_rate": 0.05}, {"name": "other"}])
def test_a_checkpoint_of_another_recipe_is_refused(killed: Path, recipe: Recipe, change: dict[str, object]) -> None:
    with pytest.raises(ModelError, match=r"belongs to another recipe \(small\)"):
        restore(killed, recipe.model_copy(update=change), device=CPU)


def test_without_a_checkpoint_there_is_nothing_to_resume(tmp_path: Path, recipe: Recipe) -> None:
    with pytest.raises(ModelError, match="no such file; there is nothing to resume"):
        restore(tmp_path, recipe, device=CPU)


@pytest.mark.parametrize("damage", [b"", b"\x80\x04cposix\nsystem\n", b"half"])
def test_a_damaged_checkpoint_is_refused(killed: Path, recipe: Recipe, damage: bytes) -> None:
    whole = (killed / CHECKPOINT).read_bytes()
    (killed / CHECKPOINT).write_bytes(whole[: len(whole) // 2] if damage == b"half" else damage)

    with pytest.raises(ModelError, match="damaged, or not a checkpoint"):
        restore(killed, recipe, device=CPU)


def test_facts_and_tensors_that_do_not_belong_together_are_refused(killed: Path, recipe: Recipe) -> None:
    path = killed / CHECKPOINT
    header = json.loads(path.read_bytes()[8 : 8 + int.from_bytes(path.read_bytes()[:8], "little")])
    tensors = load_file(path)
    tensors.pop("momentum.head.bias")
    save_file(tensors, path, metadata=header["__metadata__"])

    with pytest.raises(ModelError, match="holds other tensors"):
        restore(killed, recipe, device=CPU)


def test_a_folder_that_cannot_be_written_is_one_line(killed: Path, recipe: Recipe, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ModelError, match="cannot write the checkpoint"):
        save(restore(killed, recipe, device=CPU), tmp_path / "file")
