"""The network, and the rules by which it takes images and answers.

This file travels with every model that is logged and runs where the rest of the package is not installed: it imports
nothing but torch, numpy, safetensors and the standard library. A model is two files beside each other: the weights
(`weights.safetensors`) and what they mean (`model.json`, read as `Description`). Neither can run code.

What counts as an image (`prepare`): 28 x 28 grey pixels, as a NumPy array, a torch tensor or nested lists of numbers.

    (28, 28) or (1, 28, 28)             one image
    (N, 28, 28) or (N, 1, 28, 28)       N images; of the shape (1, 28, 28) it makes no difference which is meant
    integers of any width               0 to 255
    floats of any width                 0 to 1

The kind of number decides, never its size: an image of the integers 0 and 1 is nearly black, one of the floats 0.0
and 1.0 is black and white. In nested lists, as JSON brings them, one float makes all the numbers floats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

ARCHITECTURE = "FashionMNIST_PyTorch_Classifier"
WEIGHTS = "weights.safetensors"
DESCRIPTION = "model.json"
SCHEMA_VERSION = 1
BATCH = 250
"""Images answered at once."""
SIDE = 28
INPUT: Mapping[str, Any] = {"shape": [1, SIDE, SIDE], "integers": [0, 255], "floats": [0, 1]}
"""The input rules, as `model.json` states them."""
EXPECTED = (
    "expected a NumPy array or torch tensor of shape (28, 28), (1, 28, 28), (N, 28, 28) or (N, 1, 28, 28) "
    "holding integers 0-255 or floats 0-1"
)
_LARGEST_ARGUMENT = 65_536
_LARGEST_DESCRIPTION_BYTES = 1_000_000
_MOST_AXES = 4
_MOST_LAYERS = 64
_MOST_CHANNELS = 9999
_LAYER = re.compile(r"(?P<residual>\+?)(?P<channels>[0-9]{1,4})(?P<halved>(/2)?)")


class Layer(nn.Module):
    """Convolution, perhaps halving of the map, batch norm and ReLU; a residual layer adds its input before the ReLU."""

    def __init__(self, channels: int, plan: LayerPlan) -> None:
        """Build it with random weights for that many channels of input."""
        super().__init__()
        self.residual = plan.residual
        self.conv = nn.Conv2d(channels, plan.channels, 3, padding=1, bias=False)
        self.pool = nn.MaxPool2d(2) if plan.halved else nn.Identity()
        self.norm = nn.BatchNorm2d(plan.channels)

    def forward(self, maps: Tensor) -> Tensor:
        """Map (N, C, h, w) float32 to (N, D, h, w) or, where it halves, (N, D, h/2, w/2)."""
        found: Tensor = self.norm(self.pool(self.conv(maps)))
        return torch.relu(found + maps) if self.residual else found.relu_()


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """One layer, as `Network` is told to build it."""

    channels: int
    halved: bool
    residual: bool

    @classmethod
    def read(cls, word: str) -> LayerPlan:
        """Read `64`, `64/2` (halves the map) or `+64` (adds its input).

        Raises:
            ValueError: It is none of these.
        """
        found = _LAYER.fullmatch(word)
        if found is None or not 0 < int(found["channels"]) <= _MOST_CHANNELS:
            msg = f"layer {word!r} is not of the form 64, 64/2 or +64, with 1 to {_MOST_CHANNELS} channels"
            raise ValueError(msg)
        return cls(int(found["channels"]), halved=bool(found["halved"]), residual=bool(found["residual"]))


class Network(nn.Module):
    """Layers of 3x3 convolutions, the mean of the last map, and a linear head.

    It takes pixels as they are: batch norm after the first convolution makes any scaling of them one and the same, and
    the zeros that pad an image are its own background.
    """

    GRAD_CAM_LAYER = "last"
    """The attribute that gives the last map, after its ReLU."""

    def __init__(self, *, classes: int, layers: str = "16/2 32/2 64 64") -> None:
        """Build it with random weights.

        Args:
            classes: How many logits it gives.
            layers: A word for each layer, the first at 28 x 28 pixels: `64` is a convolution to 64 channels, `64/2`
                one whose map is halved by a maximum, `+64` one that adds its 64 channels of input to its output.

        Raises:
            ValueError: The layers cannot be read, or do not fit each other.
        """
        super().__init__()
        plans = [LayerPlan.read(word) for word in layers.split()]
        _demand_fitting(plans)
        inputs = [1, *(plan.channels for plan in plans)]
        *first, last = [Layer(channels, plan) for channels, plan in zip(inputs, plans, strict=False)]
        self.first = nn.Sequential(*first)
        self.last = last
        self.head = nn.Linear(plans[-1].channels, classes)

    def features(self, images: Tensor) -> Tensor:
        """Map (N, 1, 28, 28) float32 in [0, 1] to the last map, (N, C, h, w) float32 and not negative."""
        found: Tensor = self.last(self.first(images))
        return found

    def classify(self, features: Tensor) -> Tensor:
        """Map the last map, (N, C, h, w) float32, to (N, K) float32 logits."""
        logits: Tensor = self.head(features.mean(dim=(2, 3)))
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Map (N, 1, 28, 28) float32 in [0, 1] to (N, K) float32 logits."""
        return self.classify(self.features(images))


def _demand_fitting(plans: Sequence[LayerPlan]) -> None:
    _demand(0 < len(plans) <= _MOST_LAYERS, f"layers: expected 1 to {_MOST_LAYERS} of them")
    _demand(SIDE >> sum(plan.halved for plan in plans) >= 1, "layers: the map is halved until nothing is left")
    for before, plan in zip([LayerPlan(1, halved=False, residual=False), *plans], plans, strict=False):
        fits = not plan.residual or (plan.channels == before.channels and not plan.halved)
        _demand(fits, f"layers: +{plan.channels} adds its input, and must keep its {before.channels} channels and size")


@dataclass(frozen=True, slots=True)
class Description:
    """What the weights are: enough to build the network and to name its answers."""

    classes: tuple[str, ...]
    arguments: Mapping[str, int | float | bool | str]
    """What the network was built with, without the number of classes."""
    training_run: str | None
    """The run that trained it; None for a network that no run trained."""
    architecture: str = ARCHITECTURE

    def __post_init__(self) -> None:
        """Refuse what no network can be built from.

        Raises:
            ValueError: A field is not what it should be; the message names it.
        """
        _demand(self.architecture == ARCHITECTURE, f"architecture: {self.architecture!r} is not {ARCHITECTURE!r}")
        named = isinstance(self.classes, tuple) and all(isinstance(name, str) and name for name in self.classes)
        _demand(named and len(self.classes) > 1, "classes: expected two or more class names")
        _demand(len(set(self.classes)) == len(self.classes), "classes: a name stands twice")
        _demand(isinstance(self.arguments, Mapping), "arguments: expected names with values")
        for name, value in self.arguments.items():
            plain = isinstance(name, str) and isinstance(value, int | float | str)
            _demand(plain, f"arguments.{name}: {value!r} is not a number, a text, true or false")
            small = isinstance(value, str) or abs(value) <= _LARGEST_ARGUMENT
            _demand(small, f"arguments.{name}: {value!r} is larger than {_LARGEST_ARGUMENT} or not finite")
        known = self.training_run is None or (isinstance(self.training_run, str) and self.training_run != "")
        _demand(known, "training_run: expected the id of a run, or null")

    def to_json(self) -> bytes:
        """Return the one text of this description: UTF-8, sorted keys, no spaces, a final newline."""
        value = {
            "schema_version": SCHEMA_VERSION,
            "architecture": self.architecture,
            "arguments": dict(self.arguments),
            "classes": list(self.classes),
            "input": dict(INPUT),
            "training_run": self.training_run,
        }
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return (text + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Description:
        """Read a description back, refusing what this file would not have written.

        Raises:
            ValueError: It is not JSON, or a field is unknown, missing or wrong; the message names it.
        """
        value = _json_object(data)
        _demand(
            value.get("schema_version") == SCHEMA_VERSION,
            f"schema_version: {value.get('schema_version')!r} is unknown here; this version reads {SCHEMA_VERSION}",
        )
        fields = {"schema_version", "architecture", "arguments", "classes", "input", "training_run"}
        _demand(set(value) <= fields, f"unknown field {', '.join(sorted(set(value) - fields))}")
        _demand(set(value) >= fields, f"missing field {', '.join(sorted(fields - set(value)))}")
        _demand(value["input"] == INPUT, f"input: {value['input']!r} is not {dict(INPUT)}")
        _demand(isinstance(value["classes"], list), "classes: expected a list of names")
        return cls(
            architecture=value["architecture"],
            arguments=value["arguments"],
            classes=tuple(value["classes"]),
            training_run=value["training_run"],
        )

    def build(self) -> Network:
        """Build the network that the arguments describe, with random weights.

        Raises:
            ValueError: The architecture does not take these arguments.
        """
        try:
            return Network(classes=len(self.classes), **self.arguments)  # type: ignore[arg-type] # checked by the call
        except (TypeError, ValueError, RuntimeError, ArithmeticError) as err:
            msg = f"arguments: {ARCHITECTURE} cannot be built from {dict(self.arguments)} ({err})"
            raise ValueError(msg) from err


def prepare(images: object) -> Tensor:
    """Turn images, in any form that the module's docstring lists, into what the network takes.

    Args:
        images: A NumPy array, a torch tensor on any device, or nested lists of numbers. It is left as it is.

    Returns:
        (N, 1, 28, 28) float32 in [0, 1], a copy on the CPU.

    Raises:
        ValueError: They are none of these; the message says what came and what would be right.
    """
    array = _array(images)
    return torch.from_numpy(_unit(array, _four_axes(array.shape)))


def answer(network: nn.Module, description: Description, images: object) -> dict[str, Any] | list[dict[str, Any]]:
    """Classify images.

    Args:
        network: In evaluation mode, on any device.
        description: Names its classes.
        images: As in `prepare`.

    Returns:
        For one image, in whatever shape, a dict: `predicted_class` (str) and `class_probabilities` (class name to
        float, summing to 1). For more than one, a list of such dicts, in order.

    Raises:
        ValueError: The images break the input rules, or the network's answer is not finite.
    """
    logits = answer_logits(network, prepare(images)).double()
    _demand(bool(logits.isfinite().all()), "the network answered with NaN or infinity; its weights are unusable")
    rows = logits.softmax(dim=1).tolist()
    best = logits.argmax(dim=1).tolist()
    answers = [
        {
            "predicted_class": description.classes[chosen],
            "class_probabilities": dict(zip(description.classes, row, strict=True)),
        }
        for chosen, row in zip(best, rows, strict=True)
    ]
    return answers[0] if len(answers) == 1 else answers


def answer_logits(network: nn.Module, prepared: Tensor) -> Tensor:
    """Map (N, 1, 28, 28) float32 in [0, 1] to (N, K) float32 logits on the CPU, in batches, without gradients."""
    device = next(network.parameters()).device
    with torch.inference_mode():
        return torch.cat([network(batch.to(device)).float().cpu() for batch in prepared.split(BATCH)])


def load(folder: Path) -> tuple[Network, Description]:
    """Read a network and its description, running no stored code.

    Args:
        folder: Holds `weights.safetensors` and `model.json`.

    Returns:
        The network in evaluation mode with frozen parameters, on the CPU, and its description.

    Raises:
        ValueError: A file is missing or damaged, the two do not fit, or a weight is not finite.
    """
    description = _read_description(folder / DESCRIPTION)
    tensors = _read_weights(folder / WEIGHTS)
    with torch.device("meta"):
        problems = _misfits(description.build().state_dict(), tensors)
    _demand(not problems, f"{WEIGHTS}: does not fit {DESCRIPTION}: {'; '.join(problems)}")
    with torch.random.fork_rng(devices=[]):
        network = description.build()
    network.load_state_dict(tensors)
    return network.eval().requires_grad_(requires_grad=False), description


def _demand(holds: bool, message: str) -> None:  # noqa: FBT001 - reads as a sentence
    if not holds:
        raise ValueError(message)


def _json_object(data: bytes) -> dict[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        _demand(len({key for key, _ in pairs}) == len(pairs), "a key stands twice")
        return dict(pairs)

    try:
        value = json.loads(data.decode(), object_pairs_hook=unique)
    except (ValueError, RecursionError) as err:
        msg = f"not readable as JSON ({err})"
        raise ValueError(msg) from err
    _demand(isinstance(value, dict), "expected a JSON object")
    return dict(value)


def _read_description(path: Path) -> Description:
    try:
        with path.open("rb") as file:
            return Description.from_json(file.read(_LARGEST_DESCRIPTION_BYTES))
    except (OSError, ValueError) as err:
        msg = f"{path.name}: {err.strerror if isinstance(err, OSError) else err}"
        raise ValueError(msg) from err


def _read_weights(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except FileNotFoundError as err:
        msg = f"{path.name}: no such file"
        raise ValueError(msg) from err
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError) as err:
        msg = f"{path.name}: not readable as safetensors ({err})"
        raise ValueError(msg) from err


def _misfits(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> list[str]:
    """Say what of the weights is missing, unexpected, of another shape or kind, or not finite."""
    lines = [f"{name} is missing" for name in wanted if name not in found]
    lines += [f"{name} is unexpected" for name in found if name not in wanted]
    for name in sorted(set(wanted) & set(found)):
        want, have = wanted[name], found[name]
        if (want.shape, want.dtype) != (have.shape, have.dtype):
            lines.append(f"{name} is {_form(have)}, expected {_form(want)}")
        elif not bool(have.isfinite().all()):
            lines.append(f"{name} holds NaN or infinity")
    return lines


def _form(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')}{tuple(tensor.shape)}"


def _expect(holds: bool, got: str) -> None:  # noqa: FBT001 - reads as a sentence
    _demand(holds, f"{got}; {EXPECTED}")


def _array(images: object) -> NDArray[Any]:
    """Return the numbers as they came, as an array of integers or of floats."""
    if isinstance(images, Tensor):
        array = _from_tensor(images)
    elif isinstance(images, list | tuple):
        array = _from_lists(images)
    else:
        _expect(isinstance(images, np.ndarray), f"got {type(images).__name__}")
        _expect(not np.ma.is_masked(images), "got an array with masked values")
        array = np.asarray(images)
    _expect(array.dtype.kind in "iuf", f"got values of type {array.dtype}")
    return array


def _from_tensor(images: Tensor) -> NDArray[Any]:
    try:
        narrow = images.is_floating_point() and images.dtype not in {torch.float16, torch.float32, torch.float64}
        array: NDArray[Any] = (images.detach().float() if narrow else images).numpy(force=True)
    except (RuntimeError, TypeError, ValueError) as err:
        msg = f"got a tensor of {images.dtype}, {images.layout}, on {images.device}; {EXPECTED}"
        raise ValueError(msg) from err
    return array


def _from_lists(images: list[Any] | tuple[Any, ...]) -> NDArray[Any]:
    """Read nested lists of numbers, or a list of arrays or tensors of one kind."""
    if images and all(isinstance(item, np.ndarray | Tensor) for item in images):
        parts = [_array(item) for item in images]
        alike = len({(part.shape, part.dtype.kind == "f") for part in parts}) == 1
        _expect(alike, "got a list of arrays that differ in shape or in kind of number")
        return np.stack(parts)
    try:
        return np.asarray(images)
    except (ValueError, TypeError, ArithmeticError, RuntimeError) as err:
        msg = f"got lists that are not numbers in equal rows; {EXPECTED}"
        raise ValueError(msg) from err


def _four_axes(shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return the shape as (N, 1, 28, 28)."""
    _expect(0 not in shape, f"got no images (shape {shape})")
    _expect(shape[-2:] == (SIDE, SIDE) and len(shape) <= _MOST_AXES, f"got shape {shape}")
    _expect(len(shape) < _MOST_AXES or shape[1] == 1, f"got shape {shape}, more than one channel")
    return (1 if shape == (SIDE, SIDE) else shape[0], 1, SIDE, SIDE)


def _unit(array: NDArray[Any], shape: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """Return a copy with values in [0, 1] and that shape, after looking at the range."""
    floats = array.dtype.kind == "f"
    _expect(not floats or bool(np.isfinite(array).all()), "got NaN or infinity")
    low, high = array.min(), array.max()
    kind, most = ("floats", 1) if floats else ("integers", 255)
    _expect(low >= 0 and high <= most, f"got {kind} from {low} to {high}")
    unit = np.array(array, dtype=np.float32, order="C", copy=True).reshape(shape)
    return unit if floats else unit / np.float32(255)
