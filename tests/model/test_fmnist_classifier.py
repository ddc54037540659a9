from __future__ import annotations

import ast
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from fmnist_governance.model import fmnist_classifier
from fmnist_governance.model.fmnist_classifier import (
    BATCH,
    DESCRIPTION,
    WEIGHTS,
    Description,
    Network,
    answer,
    answer_logits,
    load,
    prepare,
)
from fmnist_governance.model.weights import save

CLASSES = tuple(f"class {index}" for index in range(10))
PLAIN = Description(classes=CLASSES, arguments={}, training_run=None)
GREY = np.random.default_rng(0).integers(0, 256, (2, 28, 28), dtype=np.uint8)
UNIT = torch.from_numpy(GREY.astype(np.float32) / np.float32(255)).unsqueeze(1)
ONE_SHAPES = [(28, 28), (1, 28, 28), (1, 1, 28, 28)]
SHAPES = [*ONE_SHAPES, (2, 28, 28), (2, 1, 28, 28)]
INTEGERS = ["u1", "i2", "u2", "i4", "u4", "i8", "u8", ">i4", ">u8"]
FLOATS = ["f4", "f8", ">f4", ">f8", "longdouble"]


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    return PLAIN.build().eval()


@pytest.fixture
def folder(network: Network, tmp_path: Path) -> Path:
    save(network, PLAIN, tmp_path)
    return tmp_path


def shaped(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    return GREY.reshape(-1)[: math.prod(shape)].reshape(shape)


def expected(shape: tuple[int, ...]) -> Tensor:
    return UNIT[: math.prod(shape) // 784]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("shape", SHAPES)
def test_integers_of_every_width_and_shape_are_one_and_the_same_image(shape: tuple[int, ...], dtype: str) -> None:
    assert torch.equal(prepare(shaped(shape).astype(dtype)), expected(shape))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", SHAPES)
def test_floats_of_every_width_and_shape_are_that_image_too(shape: tuple[int, ...], dtype: str) -> None:
    assert torch.equal(prepare(shaped(shape).astype(dtype) / np.dtype(dtype).type(255)), expected(shape))


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.uint16, torch.int32, torch.int64, torch.uint64])
@pytest.mark.parametrize("shape", SHAPES)
def test_an_integer_tensor_is_read_as_the_array_is(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    assert torch.equal(prepare(torch.from_numpy(shaped(shape)).to(dtype)), expected(shape))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_float_tensor_is_read_as_the_array_is(shape: tuple[int, ...], dtype: torch.dtype) -> None:
    assert torch.equal(prepare(torch.from_numpy(shaped(shape)).to(dtype) / 255), expected(shape))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_narrow_floats_keep_the_value_that_they_have(dtype: torch.dtype) -> None:
    images = UNIT.to(dtype)

    assert torch.equal(prepare(images), images.float())


@pytest.mark.parametrize(
    "form",
    [
        GREY.tolist(),
        (GREY / 255).tolist(),
        list(GREY),
        list(torch.from_numpy(GREY)),
        np.asfortranarray(GREY),
        np.repeat(GREY, 2, axis=2)[:, :, ::2],
        np.ma.masked_array(GREY),
        torch.from_numpy(GREY).mT.contiguous().mT,
        UNIT.clone().requires_grad_(),
        torch.nn.Parameter(UNIT.clone()),
    ],
    ids=["lists", "float lists", "list of arrays", "list of tensors", "fortran", "strided", "no value masked",
         "transposed", "with gradient", "parameter"],
)  # fmt: skip
def test_the_form_of_an_image_makes_no_difference(form: object) -> None:
    assert torch.equal(prepare(form), UNIT)


def test_a_read_only_array_is_copied_and_left_as_it_was() -> None:
    images = UNIT.numpy().copy()
    images.setflags(write=False)

    prepare(images).zero_()

    assert np.array_equal(images, UNIT.numpy())


def test_whole_numbers_in_lists_are_grey_levels_and_one_float_makes_all_floats() -> None:
    whole = [[0, 1] * 14] * 28
    mixed = [[0, 1.0] * 14] * 28

    assert prepare(whole).max() == pytest.approx(1 / 255)
    assert prepare(mixed).max() == 1


BAD: list[tuple[str, Callable[[], Any], str]] = [
    ("none", lambda: None, "got NoneType"),
    ("text", lambda: "a shoe", "got str"),
    ("bytes", lambda: bytes(784), "got bytes"),
    ("a number", lambda: 0.5, "got float"),
    ("a dict", lambda: {"image": GREY}, "got dict"),
    ("a scalar array", lambda: np.array(0.5), r"got shape \(\)"),
    ("a scalar tensor", lambda: torch.tensor(1), r"got shape \(\)"),
    ("flat", lambda: np.zeros(784), r"got shape \(784,\)"),
    ("one column short", lambda: np.zeros((28, 27)), r"got shape \(28, 27\)"),
    ("channels last", lambda: np.zeros((1, 28, 28, 1)), r"got shape \(1, 28, 28, 1\)"),
    ("colour", lambda: torch.zeros(1, 3, 28, 28), "more than one channel"),
    ("five axes", lambda: np.zeros((1, 1, 1, 28, 28)), r"got shape \(1, 1, 1, 28, 28\)"),
    ("no images", lambda: np.zeros((0, 28, 28)), "got no images"),
    ("no channel", lambda: torch.zeros(2, 0, 28, 28), "got no images"),
    ("an empty list", list, "got no images"),
    ("negative float", lambda: np.full((28, 28), -0.01), "got floats from -0.01 to -0.01"),
    ("negative integer", lambda: np.full((28, 28), -1), "got integers from -1 to -1"),
    ("float above 1", lambda: torch.full((28, 28), 1.5), "got floats from 1.5 to 1.5"),
    ("grey levels as floats", lambda: GREY.astype(np.float32), "got floats from 0.0 to 255.0"),
    ("integer above 255", lambda: np.full((28, 28), 256), "got integers from 256 to 256"),
    ("the largest integer", lambda: np.full((28, 28), 2**64 - 1, dtype=np.uint64), "got integers"),
    ("an integer beyond all types", lambda: [[2**70] * 28] * 28, "got values of type object"),
    ("nan", lambda: np.full((28, 28), np.nan), "got NaN or infinity"),
    ("one nan", lambda: torch.where(torch.arange(784).reshape(28, 28) == 5, torch.nan, 0.5), "got NaN or infinity"),
    ("infinity", lambda: torch.full((1, 28, 28), torch.inf), "got NaN or infinity"),
    ("truth values", lambda: np.ones((28, 28), dtype=bool), "got values of type bool"),
    ("truth value tensor", lambda: torch.ones(28, 28, dtype=torch.bool), "got values of type bool"),
    ("complex", lambda: np.ones((28, 28), dtype=complex), "got values of type complex128"),
    ("complex tensor", lambda: torch.ones(28, 28, dtype=torch.complex64), "got values of type complex64"),
    ("objects", lambda: np.full((28, 28), None), "got values of type object"),
    ("numbers as text", lambda: [["0.5"] * 28] * 28, "got values of type <U3"),
    ("dates", lambda: np.zeros((28, 28), dtype="M8[s]"), r"got values of type datetime64\[s\]"),
    ("a structure", lambda: np.zeros((28, 28), dtype=[("grey", "f4")]), "got values of type"),
    ("ragged lists", lambda: [[0.5] * 28] * 27 + [[0.5]], "got lists that are not numbers in equal rows"),
    ("lists with a hole", lambda: [[0.5] * 28] * 27 + [[None] * 28], "got values of type object"),
    ("masked", lambda: np.ma.masked_equal(GREY, GREY[0, 0, 0]), "masked values"),
    ("sparse", lambda: torch.zeros(28, 28).to_sparse(), "got a tensor of torch.float32, torch.sparse_coo"),
    ("without values", lambda: torch.zeros(28, 28, device="meta"), "on meta"),
    ("unequal arrays", lambda: [np.zeros((28, 28)), np.zeros((1, 28, 28))], "differ in shape"),
    ("arrays of two kinds", lambda: [np.zeros((28, 28)), np.zeros((28, 28), dtype=int)], "kind of number"),
]


@pytest.mark.parametrize(("bad", "says"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_image_is_refused_in_words_that_say_what_is_right(bad: Callable[[], Any], says: str) -> None:
    with pytest.raises(ValueError, match=says + ".*expected a NumPy array or torch tensor"):
        prepare(bad())


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)
ARRAYS = npst.arrays(
    dtype=npst.scalar_dtypes() | npst.nested_dtypes(),
    shape=st.sampled_from([(28, 28), (1, 28, 28), (0, 28, 28), (1, 1, 28, 28), (28,), ()]),
)


@settings(max_examples=150, deadline=None)
@given(images=JUNK | ARRAYS)
def test_whatever_comes_is_prepared_or_refused_as_a_value_error(images: object) -> None:
    try:
        prepared = prepare(images)
    except ValueError as err:
        assert str(err).endswith(fmnist_classifier.EXPECTED)  # noqa: PT017 - either way is right
    else:
        assert prepared.shape[1:] == (1, 28, 28)
        assert prepared.dtype == torch.float32
        assert 0 <= prepared.min() <= prepared.max() <= 1


@pytest.mark.parametrize("shape", ONE_SHAPES)
def test_one_image_in_whatever_shape_is_answered_by_a_dict(network: Network, shape: tuple[int, ...]) -> None:
    answered = answer(network, PLAIN, shaped(shape))

    assert isinstance(answered, dict)
    assert answered == answer(network, PLAIN, UNIT[0])
    assert answered["predicted_class"] == max(CLASSES, key=answered["class_probabilities"].__getitem__)
    assert list(answered["class_probabilities"]) == list(CLASSES)
    assert sum(answered["class_probabilities"].values()) == pytest.approx(1, abs=1e-12)
    assert json.loads(json.dumps(answered)) == answered


def test_several_images_are_answered_in_order_by_a_list(network: Network) -> None:
    answered = answer(network, PLAIN, GREY)

    assert isinstance(answered, list)
    for one, image in zip(answered, GREY, strict=True):
        alone = answer(network, PLAIN, image)
        assert isinstance(alone, dict)
        assert one["class_probabilities"] == pytest.approx(alone["class_probabilities"], abs=1e-6)


def test_more_images_than_a_batch_are_all_answered(network: Network) -> None:
    images = torch.rand(2 * BATCH + 1, 1, 28, 28)

    logits = answer_logits(network, images)

    with torch.inference_mode():
        assert torch.allclose(logits, network(images), atol=1e-5)


def test_an_answer_that_is_not_finite_is_refused() -> None:
    broken = PLAIN.build().eval()
    for tensor in broken.parameters():
        tensor.data.fill_(1e30)

    with pytest.raises(ValueError, match="answered with NaN or infinity"):
        answer(broken, PLAIN, np.full((28, 28), 255))


def test_what_was_saved_is_loaded_frozen_and_answers_alike(network: Network, folder: Path) -> None:
    loaded, description = load(folder)

    assert description == PLAIN
    assert not loaded.training
    assert not any(tensor.requires_grad for tensor in loaded.parameters())
    assert answer(loaded, description, GREY) == answer(network, PLAIN, GREY)


def test_loading_draws_nothing_from_the_global_generator(folder: Path) -> None:
    before = torch.get_rng_state()

    load(folder)

    assert torch.equal(torch.get_rng_state(), before)


def test_weights_that_do_not_fit_are_each_named(folder: Path) -> None:
    tensors = load_file(folder / WEIGHTS)
    first, second, third, *_ = sorted(name for name in tensors if tensors[name].is_floating_point())
    del tensors[first]
    tensors[second] = torch.zeros(3)
    tensors[third].view(-1)[0] = torch.nan
    tensors["spare"] = torch.zeros(1)
    save_file(tensors, folder / WEIGHTS)

    with pytest.raises(ValueError, match=r"^weights\.safetensors: does not fit") as refusal:
        load(folder)

    for line in (f"{first} is missing", f"{second} is float32(3,)", f"{third} holds NaN", "spare is unexpected"):
        assert line in str(refusal.value)


@pytest.mark.parametrize("name", [WEIGHTS, DESCRIPTION])
@pytest.mark.parametrize("damage", [None, b"", b"\x80\x04cposix\nsystem\n", b"\xff" * 64, b"[" * 100_000])
def test_a_missing_or_damaged_file_is_refused_by_name(folder: Path, name: str, damage: bytes | None) -> None:
    (folder / name).unlink()
    if damage is not None:
        (folder / name).write_bytes(damage)

    with pytest.raises(ValueError, match=f"^{name}: "):
        load(folder)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("schema_version", 2, "schema_version: 2 is unknown here"),
        ("architecture", "os.system", "architecture: 'os.system' is not"),
        ("arguments", {"widht": 8}, "arguments: .* cannot be built from"),
        ("arguments", {"width": "wide"}, "arguments: .* cannot be built from"),
        ("arguments", {"width": 10**9}, r"arguments\.width: 1000000000 is larger than"),
        ("arguments", {"width": None}, r"arguments\.width: None is not a number"),
        ("arguments", [], "arguments: expected names with values"),
        ("classes", ["a", "a"], "classes: a name stands twice"),
        ("classes", ["a"], "classes: expected two or more class names"),
        ("classes", "abc", "classes: expected a list of names"),
        ("classes", [1, 2], "classes: expected two or more class names"),
        ("input", {"shape": [3, 32, 32]}, "input: "),
        ("training_run", 7, "training_run: expected the id of a run, or null"),
        ("pickle", "yes", "unknown field pickle"),
    ],
)
def test_a_description_that_this_file_would_not_write_is_refused(field: str, value: object, says: str) -> None:
    changed = {**json.loads(PLAIN.to_json()), field: value}

    with pytest.raises(ValueError, match=says):
        Description.from_json(json.dumps(changed).encode()).build()


@pytest.mark.parametrize("field", sorted(json.loads(PLAIN.to_json())))
def test_a_description_without_a_field_is_refused(field: str) -> None:
    changed = {name: value for name, value in json.loads(PLAIN.to_json()).items() if name != field}

    with pytest.raises(ValueError, match=field):
        Description.from_json(json.dumps(changed).encode())


def test_a_description_that_says_a_thing_twice_is_refused() -> None:
    twice = PLAIN.to_json().replace(b'"training_run":null', b'"training_run":null,"training_run":"x"')

    with pytest.raises(ValueError, match="a key stands twice"):
        Description.from_json(twice)


def test_a_description_survives_its_file() -> None:
    description = Description(classes=("Bär", "T-shirt/top"), arguments={"width": 8}, training_run="4f56")

    assert Description.from_json(description.to_json()) == description
    assert description.to_json().endswith(b'"training_run":"4f56"}\n')


def test_the_file_imports_only_what_every_serving_machine_has() -> None:
    tree = ast.parse(Path(fmnist_classifier.__file__).read_text(encoding="utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]

    roots = {name.partition(".")[0] for name in names}

    assert roots <= {"torch", "numpy", "safetensors"} | sys.stdlib_module_names


def test_the_words_for_layers_say_channels_halving_and_residual() -> None:
    network = Network(classes=3, layers="8/2 +8 12/2 6").eval()
    first, second, third = network.first

    maps = network.features(UNIT)

    assert maps.shape == (2, 6, 7, 7)
    assert first(UNIT).shape == (2, 8, 14, 14)
    assert network.classify(maps).shape == (2, 3)
    assert [layer.residual for layer in (first, second, third)] == [False, True, False]


def test_a_residual_layer_adds_its_input() -> None:
    layer = Network(classes=2, layers="4 +4 4").eval().first[1]
    torch.nn.init.zeros_(layer.get_parameter("conv.weight"))
    maps = torch.rand(1, 4, 5, 5)

    assert torch.equal(layer(maps), maps)


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        ("", "expected 1 to 64 of them"),
        ("8 " * 65, "expected 1 to 64 of them"),
        ("8/3", "layer '8/3' is not of the form"),
        ("eight", "layer 'eight' is not of the form"),
        ("0", "layer '0' is not of the form"),
        ("10000", "layer '10000' is not of the form"),
        ("8/2 " * 5, "halved until nothing is left"),
        ("8 +9", r"\+9 adds its input, and must keep its 8 channels and size"),
        ("8 +8/2", r"\+8 adds its input, and must keep its 8 channels and size"),
    ],
)
def test_layers_that_cannot_be_are_refused(layers: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Network(classes=2, layers=layers)
