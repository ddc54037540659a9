"""How a network is trained: every number that decides what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.config.shipped import find, shipped
from fmnist_governance.config.strict_yaml import read
from fmnist_governance.errors import ConfigError

_CHANNELS = "[1-9][0-9]{0,3}"
LAYERS = rf"^ *{_CHANNELS}(/2)?( +({_CHANNELS}(/2)?|\+{_CHANNELS}))* *$"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=60)]
Share = Annotated[float, Field(ge=0, le=1)]
ShareBelowOne = Annotated[float, Field(ge=0, lt=1)]
LearningRate = Annotated[float, Field(gt=0, le=100)]
NotNegative = Annotated[float, Field(ge=0, le=100)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Augmentation(_Settings):
    """How training images are changed, each batch anew. A strength of 0 leaves them as they are."""

    flip: Share
    """Share of the images that are mirrored, left to right."""
    shift_px: Annotated[int, Field(ge=0, le=14)]
    """Largest move in each direction, in pixels; black comes in from the edge."""
    cutout_px: Annotated[int, Field(ge=0, le=28)]
    """Side of a square, at a random place, that is painted black."""
    cutout_share: Share
    """Share of the images that get that square."""
    disturbed: Share
    """Share of the images that are disturbed by each of what follows, drawn apart for each of them."""
    blur_px: Annotated[float, Field(ge=0, le=3)]
    """Largest standard deviation of a Gaussian blur, in pixels."""
    contrast: ShareBelowOne
    """Most by which the distance of pixels from the image's mean is shrunk, or stretched as much."""
    brightness: Share
    """Most that is added to all pixels or taken from them, on the scale from black 0 to white 1."""
    noise: Share
    """Largest standard deviation of Gaussian noise, on the scale from black 0 to white 1."""


class Recipe(_Settings):
    """One way to train. The same recipe, seed, data and machine give the same weights to the last bit."""

    name: Name
    title: str
    layers: Annotated[str, StringConstraints(pattern=LAYERS)]
    """The network, a word for each layer of 3x3 convolutions: `64`, `64/2` (halves the map), `+64` (adds its input)."""
    epochs: Annotated[int, Field(ge=1, le=10_000)]
    """How often every training image is seen."""
    batch_size: Annotated[int, Field(ge=2, le=65_536)]
    """Images in a step; what does not fill a batch waits for the next epoch, which draws another order."""
    learning_rate: LearningRate
    """Largest step of stochastic gradient descent with Nesterov momentum (batch norm and head)."""
    matrix_learning_rate: LearningRate
    """Largest step of Muon, which moves the kernels of all convolutions but the first."""
    warmup: Share
    """Share of all steps in which the learning rates climb from 0 to their largest; then they fall to 0, linearly."""
    momentum: ShareBelowOne
    """How much of the last step goes on in the next."""
    weight_decay: NotNegative
    """How strongly the weights moved by gradient descent, but not scales and shifts, are drawn to 0."""
    label_smoothing: ShareBelowOne
    """Share of the target that is spread over all classes."""
    augmentation: Augmentation


def load_recipe(name_or_path: str, config_dir: Path | None) -> Recipe:
    """Read a recipe by its name (`recipes/NAME.yaml`) or by the path of its file.

    Raises:
        ConfigError: There is no such recipe, or its file is wrong.
    """
    if name_or_path.endswith((".yaml", ".yml")):
        return read(Path(name_or_path), Recipe)
    names = recipe_names(config_dir)
    if name_or_path not in names:
        known = ", ".join(names) or "none"
        hint = did_you_mean(name_or_path, names)
        msg = f"recipe {name_or_path!r} is not known{hint}; known are {known}, or the path of a .yaml file"
        raise ConfigError(msg)
    return read(find(config_dir, "recipes", f"{name_or_path}.yaml"), Recipe)


def recipe_names(config_dir: Path | None) -> list[str]:
    """Return the names of all recipes that can be asked for, sorted."""
    folders = [config_dir] if config_dir is not None else [Path("configs"), shipped("configs")]
    return sorted({file.stem for folder in folders for file in (folder / "recipes").glob("*.yaml")})
