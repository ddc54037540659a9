from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fmnist_governance.audit.uncertainty.temperature import fitted
from fmnist_governance.config.recipe import Recipe, load_recipe
from fmnist_governance.data import catalog
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import DatasetError
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.pipeline.auditing import dataset_facts
from fmnist_governance.pipeline.training import Asked, Trained, checkpoint_folder, fit, temper
from fmnist_governance.train.loop import answers

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


def test_a_training_whose_result_was_not_kept_is_taken_up_at_its_end(
    recipe: Recipe, synthetic: Dataset, tmp_path: Path
) -> None:
    asked = Asked(recipe, 0, CPU)
    first, again = (
        fit(asked, synthetic, tmp_path / "c", resume=resume, parent=None, report=silent) for resume in (False, True)
    )

    assert again.resumed_after == recipe.epochs
    assert same(first.network, again.network)
    assert again.epochs == first.epochs


def test_a_training_that_cannot_be_taken_up_says_so(
    recipe: Recipe, synthetic: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    found = fit(Asked(recipe, 0, CPU), synthetic, tmp_path / "c", resume=True, parent=None, report=silent)

    assert found.resumed_after == 0
    assert "no checkpoint of this very training" in caplog.text


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


def test_the_answers_of_a_trained_network_need_no_other_temperature(
    recipe: Recipe, synthetic: Dataset, tmp_path: Path
) -> None:
    found = trained(recipe, synthetic, tmp_path / "c")
    validation = synthetic.splits["validation"]
    images, labels = torch.from_numpy(validation.images), torch.from_numpy(validation.labels)

    assert found.temperature > 0
    assert fitted(answers(found.network, images), labels) in (None, pytest.approx(1.0, abs=1e-4))


def test_the_temperature_changes_how_sure_a_network_is_and_not_what_it_answers() -> None:
    torch.manual_seed(3)
    network = Network(classes=3, layers="8/2 8/2").eval().requires_grad_(requires_grad=False)
    images = torch.randint(0, 256, (90, 1, 28, 28), dtype=torch.uint8)
    network.head.bias.sub_(answers(network, images).mean(dim=0)).mul_(1000)
    network.head.weight.mul_(1000)
    before = answers(network, images)
    labels = before.argmax(dim=1).where(torch.arange(90) % 3 > 0, torch.arange(90) % 3)

    temperature = temper(network, images, labels)

    assert temperature != 1
    torch.testing.assert_close(answers(network, images), before / temperature)


def test_where_all_answers_are_right_there_is_no_temperature_to_set() -> None:
    torch.manual_seed(3)
    network = Network(classes=3, layers="8/2 8/2").eval().requires_grad_(requires_grad=False)
    images = torch.randint(0, 256, (30, 1, 28, 28), dtype=torch.uint8)
    before = answers(network, images)

    assert temper(network, images, before.argmax(dim=1)) == 1.0
    torch.testing.assert_close(answers(network, images), before)
