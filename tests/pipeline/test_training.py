from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fmnist_governance.config.recipe import Recipe, load_recipe
from fmnist_governance.data import catalog
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import DatasetError
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.pipeline.auditing import dataset_facts
from fmnist_governance.pipeline.training import Asked, Trained, checkpoint_folder, fit

CPU = torch.device("cpu")


def silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


@pytest.fixture(scope="module")
def synthetic() -> Dataset:
    return catalog.load("synthetic")


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return load_recipe("quick", None).model_copy(update={"epochs": 3, "layers": "8/2 8/2 16"})


def trained(recipe: Recipe, data: Dataset, folder: Path, seed: int = 0, parent: Network | None = None) -> Trained:
    return fit(Asked(recipe, seed, CPU), data, folder, resume=False, parent=parent, report=silent)


def same(one: Network, other: Network) -> bool:
    first, second = one.state_dict(), other.state_dict()
    return all(torch.equal(first[name], second[name]) for name in first)


def test_the_same_seed_gives_the_same_weights_and_another_gives_others(
    recipe: Recipe, synthetic: Dataset, tmp_path: Path
) -> None:
    first, again, other = (trained(recipe, synthetic, tmp_path / "c", seed).network for seed in (0, 0, 1))

    assert same(first, again)
    assert not same(first, other)


def test_an_interrupted_training_goes_on_to_the_same_weights(
    recipe: Recipe, synthetic: Dataset, tmp_path: Path
) -> None:
    def interrupt(_what: str, done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    asked = Asked(recipe, 0, CPU)
    with pytest.raises(KeyboardInterrupt):
        fit(asked, synthetic, tmp_path / "c", resume=False, parent=None, report=interrupt)

    resumed = fit(asked, synthetic, tmp_path / "c", resume=True, parent=None, report=silent)

    assert resumed.resumed_after == 2
    assert same(resumed.network, trained(recipe, synthetic, tmp_path / "d").network)
    assert not (tmp_path / "c").exists()


def test_a_checkpoint_belongs_to_recipe_seed_parent_and_data(recipe: Recipe, synthetic: Dataset) -> None:
    data, other = dataset_facts(synthetic), dataset_facts(catalog.load("digits"))
    longer = recipe.model_copy(update={"epochs": 4})
    folders = {
        checkpoint_folder(Asked(recipe, 0, CPU), data),
        checkpoint_folder(Asked(recipe, 1, CPU), data),
        checkpoint_folder(Asked(longer, 0, CPU), data),
        checkpoint_folder(Asked(recipe, 0, CPU, parent="sha256:1"), data),
        checkpoint_folder(Asked(recipe, 0, CPU), other),
    }

    assert len(folders) == 5


def test_a_model_of_other_classes_gives_all_but_its_head(recipe: Recipe, synthetic: Dataset, tmp_path: Path) -> None:
    parent = Network(classes=3, layers=recipe.layers)

    child = trained(recipe, synthetic, tmp_path / "c", parent=parent)

    assert child.network.head.out_features == 10
    assert not [name for name in child.taken if name.startswith("head.")]
    assert "first.0.conv.weight" in child.taken


def test_data_without_training_images_is_refused_by_name(recipe: Recipe, synthetic: Dataset, tmp_path: Path) -> None:
    only = Dataset("exam", synthetic.classes, {"test": synthetic.splits["test"]}, "here", None)

    with pytest.raises(DatasetError, match="exam: no training images"):
        trained(recipe, only, tmp_path)
