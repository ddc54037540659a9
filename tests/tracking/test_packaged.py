from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from fmnist_governance.errors import ModelError, TrackingError
from fmnist_governance.tracking.packaged import Packaged, Wanted, packaged
from fmnist_governance.tracking.running import as_taken, copied, load_pyfunc, shape_taken

from .conftest import Logged

URI = "models:/M/1"


@pytest.fixture
def package(logged: Logged, tmp_path: Path) -> Path:
    return shutil.copytree(logged.model.package, tmp_path / "package")


def rewritten(package: Path, change: Callable[[dict[str, Any]], object]) -> Packaged:
    described = yaml.safe_load((package / "MLmodel").read_text())
    change(described)
    (package / "MLmodel").write_text(yaml.safe_dump(described))
    return packaged(package, URI)


def test_a_model_as_it_was_logged_runs_known_code_only(package: Path) -> None:
    assert packaged(package, URI).runs_known_code_only()


def append(path: str) -> Callable[[Path], object]:
    def change(package: Path) -> None:
        (package / path).parent.mkdir(parents=True, exist_ok=True)
        with (package / path).open("a") as file:
            file.write("\n# changed\n")

    return change


def setting(key: str, value: object) -> Callable[[Path], object]:
    return lambda package: rewritten(package, lambda d: d["flavors"]["python_function"].update({key: value}))


def linked(package: Path) -> None:
    code = package / "code/fmnist_classifier.py"
    code.rename(package / "elsewhere.py")
    code.symlink_to(package / "elsewhere.py")


TAMPERED: dict[str, Callable[[Path], object]] = {
    "the model's code": append("pyfunc_model.py"),
    "the network's code": append("code/fmnist_classifier.py"),
    "code that takes the place of torch": append("code/torch.py"),
    "a folder that does": append("code/torch/__init__.py"),
    "a library": append("code/safetensors.so"),
    "the code's place": setting("code", "artifacts"),
    "the code's place, above": setting("code", "../x"),
    "the loader": setting("loader_module", "fmnist_classifier"),
    "a pickle": setting("python_model", "python_model.pkl"),
    "another file of code": setting("model_code_path", "other.py"),
    "no file of code": lambda p: rewritten(p, lambda d: d["flavors"]["python_function"].pop("model_code_path")),
    "another function": setting("predict_fn", "load_context"),
    "a configuration": setting("config", {"a": 1}),
    "another flavour": lambda p: rewritten(p, lambda d: d["flavors"].update(sklearn={"pickled_model": "m.pkl"})),
    "no flavour": lambda p: rewritten(p, lambda d: d["flavors"].clear()),
    "a link": linked,
}


@pytest.mark.parametrize("what", TAMPERED)
def test_anything_else_that_would_run_is_not_known(package: Path, what: str) -> None:
    TAMPERED[what](package)

    assert not packaged(package, URI).runs_known_code_only()


def test_stored_bytecode_is_left_behind(package: Path) -> None:
    stored = package / "code/__pycache__/fmnist_classifier.cpython-311.pyc"
    stored.parent.mkdir()
    stored.write_bytes(b"hostile")

    copy = copied(package)

    assert packaged(package, URI).runs_known_code_only()
    assert not list(copy.rglob("__pycache__"))
    assert (copy / "code/fmnist_classifier.py").is_file()


def test_a_run_leaves_package_settings_and_modules_as_they_were(package: Path) -> None:
    before = (os.environ.get("MLFLOW_ALLOW_PICKLE_DESERIALIZATION"), sys.dont_write_bytecode)

    predict = load_pyfunc(packaged(package, URI), URI, pickle=False)
    answer = predict(np.zeros((2, 28, 28), dtype=np.uint8))

    assert isinstance(answer, list)
    assert (os.environ.get("MLFLOW_ALLOW_PICKLE_DESERIALIZATION"), sys.dont_write_bytecode) == before
    assert "fmnist_classifier" not in sys.modules
    assert not list(package.rglob("__pycache__"))


def test_two_packages_bring_their_own_code(package: Path, tmp_path: Path) -> None:
    other = shutil.copytree(package, tmp_path / "other")
    code = other / "code/fmnist_classifier.py"
    code.write_text(code.read_text().replace('"predicted_class": ', '"predicted_class": "!" + '))

    plain, changed = (load_pyfunc(packaged(p, URI), URI, pickle=False) for p in (package, other))

    image = np.zeros((28, 28), dtype=np.uint8)
    assert changed(image)["predicted_class"] == "!" + plain(image)["predicted_class"]  # type: ignore[index] # a dict


def test_code_that_fails_is_one_line(package: Path) -> None:
    (package / "pyfunc_model.py").write_text("raise ZeroDivisionError('of\\nits own')")

    with pytest.raises(ModelError, match=r"models:/M/1: its code failed while it was loaded: .*of its own") as refused:
        load_pyfunc(packaged(package, URI), URI, pickle=False)

    assert len(str(refused.value).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "flavors: 3\n",
        "flavors: [a]\n",
        "flavors: {a: 1}\n",
        "x: 1\n",
        "\0",
        "flavors: {}\nsignature: {inputs: '{'}\n",
    ],
)
def test_a_description_that_mlflow_would_not_write_is_one_line(package: Path, text: str) -> None:
    (package / "MLmodel").write_text(text)

    with pytest.raises(TrackingError, match="models:/M/1: its MLmodel cannot be read as MLflow writes it"):
        packaged(package, URI)


def test_what_would_run_is_named_in_printable_characters(package: Path) -> None:
    (package / "data").mkdir()
    (package / "data/model.pkl").write_bytes(b"")
    found = rewritten(package, lambda d: d["flavors"].update({"evil\x1b[31m\n": {}}))

    assert "\x1b" not in found.runs()
    assert "\n" not in found.runs()
    assert "code code/fmnist_classifier.py, pyfunc_model.py; pickle data/model.pkl" in found.runs()


TENSOR = '[{"type": "tensor", "tensor-spec": {"dtype": "uint8", "shape": [-1, 28, 28, 1]}}]'
NAMED = '[{"type": "tensor", "name": "x", "tensor-spec": {"dtype": "float32", "shape": [-1, -1, -1]}}]'
TABLE = '[{"type": "double", "name": "p0"}, {"type": "long", "name": "p1"}]'


@pytest.mark.parametrize(
    ("inputs", "wanted", "shape"),
    [
        (TENSOR, Wanted(shape=(-1, 28, 28, 1), kind="uint8"), (28, 28, 1)),
        (NAMED, Wanted("x", (-1, -1, -1), "float32"), None),
        (TABLE, Wanted(columns=(("p0", "double"), ("p1", "long"))), (2,)),
        (None, Wanted(), None),
    ],
)
def test_a_signature_says_what_is_taken(
    package: Path, inputs: str | None, wanted: Wanted, shape: tuple[int, ...] | None
) -> None:
    found = rewritten(package, lambda d: d.update(signature={"inputs": inputs}))

    assert found.wanted == wanted
    assert shape_taken(found) == shape


def test_an_array_goes_by_name_or_as_a_table() -> None:
    images = np.array([[1.0, 2.0]], dtype=np.float32)

    table = as_taken(images, Wanted(columns=(("p0", "double"), ("p1", "long"))))

    assert list(as_taken(images, Wanted("x"))) == ["x"]
    assert as_taken(images, Wanted()) is images
    assert [str(kind) for kind in table.dtypes] == ["float64", "int64"]
    assert table.to_dict("records") == [{"p0": 1.0, "p1": 2}]
