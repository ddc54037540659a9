from __future__ import annotations

from pathlib import Path

import pytest

from fmnist_governance.config.recipe import Recipe, load_recipe, recipe_names
from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError

QUICK = (shipped("configs") / "recipes" / "quick.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["quick", "standard", "accurate", "robust"])
def test_each_shipped_recipe_can_be_read_and_bears_the_name_of_its_file(name: str) -> None:
    assert load_recipe(name, None).name == name


def test_every_hyperparameter_says_what_it_is_and_stands_in_the_file() -> None:
    described = Recipe.model_json_schema()

    for fields in (described["properties"], described["$defs"]["Augmentation"]["properties"]):
        named = {name for name in fields if name not in {"name", "title", "augmentation"}}
        assert all(fields[name]["description"] for name in named)
        assert all(f"{name}: " in QUICK for name in named)
    assert set(described["required"]) == set(described["properties"])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("epochs: 0", r"mine\.yaml:5: epochs: "),
        ("epochs: 1.5", r"mine\.yaml:5: epochs: 1\.5 is a number; expected a whole number"),
        ('epochs: "6"', r"mine\.yaml:5: epochs: "),
        ("epoch: 6", r"mine\.yaml:5: epoch: unknown key; did you mean 'epochs'"),
        ("epochs: 6\nseed: 1", r"mine\.yaml:6: seed: unknown key"),
        ("learning_rate: 1e300", r"mine\.yaml:7: learning_rate: .*100"),
        ("matrix_learning_rate: 0", r"mine\.yaml:8: matrix_learning_rate: "),
    ],
)
def test_a_setting_that_means_nothing_is_refused_with_its_line(tmp_path: Path, wrong: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    key = "epochs" if wrong.startswith("epoch") else wrong.partition(":")[0]
    lines = [wrong if line.startswith(f"{key}:") else line for line in QUICK.splitlines()]
    file.write_text("\n".join(lines))

    with pytest.raises(ConfigError, match=says):
        load_recipe(str(file), None)


def test_a_typo_gets_the_name_that_was_meant() -> None:
    with pytest.raises(ConfigError, match="recipe 'standart' is not known; did you mean 'standard'"):
        load_recipe("standart", None)


def test_a_named_folder_has_its_own_recipes(tmp_path: Path) -> None:
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "mine.yaml").write_text(QUICK.replace("name: quick", "name: mine"))

    assert load_recipe("mine", tmp_path).name == "mine"
    assert recipe_names(tmp_path) == ["mine"]


@pytest.mark.parametrize("layers", ["banana", "", "16/2 b", "+16 32", "16/3", "99999 8", "0 8"])
def test_layers_that_cannot_be_read_are_refused_with_their_line(tmp_path: Path, layers: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "\n".join(f"layers: '{layers}'" if line.startswith("layers:") else line for line in QUICK.splitlines())
    )

    with pytest.raises(ConfigError, match=r"mine\.yaml:4: layers: .*; expected a word for each layer, as in 16/2 32/2"):
        load_recipe(str(file), None)


@pytest.mark.parametrize("name", ["../quick", "recipes/quick", "", "/etc/passwd"])
def test_a_name_is_no_path(name: str) -> None:
    with pytest.raises(ConfigError, match="is not known"):
        load_recipe(name, None)
