"""The model as its users meet it: through MLflow, in a process that has no fmnist_governance."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from fmnist_governance.model.fmnist_classifier import EXPECTED

from .conftest import CLASSES, Logged

REFUSE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "fmnist_governance":
            raise ModuleNotFoundError(f"No module named {name!r}")

sys.meta_path.insert(0, Refuse())
"""

ASK = """
import json
import mlflow, numpy as np, torch
model = mlflow.pyfunc.load_model("models:/FashionMNIST_PyTorch/1")
torch.manual_seed(0)
one = torch.rand(1, 1, 28, 28)
grey = np.arange(784, dtype=np.uint8).reshape(28, 28)
refused = []
for bad in (torch.rand(1, 3, 28, 28), np.full((28, 28), np.nan), np.zeros((0, 28, 28)), "a shoe"):
    try:
        model.predict(bad)
    except ValueError as err:
        refused.append(str(err))
print(json.dumps({
    "tensor": model.predict(one),
    "array": model.predict(one.numpy()),
    "grey": [model.predict(grey), model.predict(grey[None]), model.predict(grey / 255)],
    "many": model.predict(np.stack([grey, grey, grey])),
    "refused": refused,
    "ours": [name for name in sys.modules if name.startswith("fmnist_governance")],
}))
"""


def elsewhere(logged: Logged, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program that knows the store, and in which this package cannot be imported."""
    environment = {**os.environ, "MLFLOW_TRACKING_URI": logged.store.uri, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-W", "default", "-c", REFUSE + program],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )


def test_the_package_was_not_there(answered: dict[str, Any], logged: Logged) -> None:
    assert answered["ours"] == []
    assert "No module named 'fmnist_governance'" in elsewhere(logged, "import fmnist_governance").stderr


def test_a_tensor_is_answered_as_it_stands(answered: dict[str, Any]) -> None:
    answer = answered["tensor"]

    assert answer["predicted_class"] in CLASSES
    assert list(answer["class_probabilities"]) == list(CLASSES)
    assert sum(answer["class_probabilities"].values()) == pytest.approx(1, abs=1e-12)
    assert answered["array"] == answer


def test_one_image_is_one_dict_in_every_form(answered: dict[str, Any]) -> None:
    first, *others = answered["grey"]

    assert isinstance(first, dict)
    assert others == [first, first]


def test_several_images_are_a_list(answered: dict[str, Any]) -> None:
    assert [answer["predicted_class"] for answer in answered["many"]] == [answered["grey"][0]["predicted_class"]] * 3


def test_bad_images_are_value_errors_in_our_words(answered: dict[str, Any]) -> None:
    assert [line.partition(";")[0] for line in answered["refused"]] == [
        "got shape (1, 3, 28, 28), more than one channel",
        "got NaN or infinity",
        "got no images (shape (0, 28, 28))",
        "got str",
    ]


SERVE = """
from mlflow.pyfunc import scoring_server
from starlette.testclient import TestClient

client = TestClient(scoring_server.init(model))
for body in BODIES:
    answer = client.post("/invocations", content=body, headers={"content-type": "application/json"})
    print(json.dumps([answer.status_code, answer.text]))
"""

IMAGE = [[0.5] * 28] * 28
GOOD = {
    "one": {"inputs": IMAGE},
    "one as a batch": {"inputs": [[IMAGE]]},
    "one instance": {"instances": [IMAGE]},
    "grey": {"inputs": [[128] * 28] * 28},
    "two": {"inputs": [IMAGE, IMAGE]},
    "two instances": {"instances": [[IMAGE], [IMAGE]]},
}
BAD = {
    "nan": ('{"inputs": [' + ",".join(["[" + ",".join(["NaN"] * 28) + "]"] * 28) + "]}", "got NaN or infinity"),
    "narrow": ({"inputs": [[0.5] * 27] * 28}, "got shape (28, 27)"),
    "bright": ({"inputs": [[256] * 28] * 28}, "got integers from 256 to 256"),
    "empty": ({"inputs": []}, "got no images"),
    "text": ({"inputs": "a shoe"}, "got values of type"),
    "named": ({"inputs": {"image": IMAGE}}, "got dict"),
    "a table": ({"dataframe_split": {"columns": ["a"], "data": [[1]]}}, "got DataFrame"),
}


@pytest.fixture(scope="module")
def said(logged: Logged) -> list[Any]:
    """Ask the model itself, then post every body to MLflow's own server, without a socket."""
    bodies: list[object] = [*GOOD.values(), *(body for body, _ in BAD.values())]
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    done = elsewhere(logged, ASK + SERVE.replace("BODIES", repr(texts)))
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def answered(said: list[Any]) -> dict[str, Any]:
    value: dict[str, Any] = said[0]
    return value


@pytest.fixture(scope="module")
def served(said: list[Any]) -> dict[str, tuple[int, str]]:
    return dict(zip([*GOOD, *BAD], said[1:], strict=True))


@pytest.mark.parametrize("name", GOOD)
def test_the_server_answers_one_image_by_a_dict_and_two_by_a_list(
    served: dict[str, tuple[int, str]], name: str
) -> None:
    status, text = served[name]

    predictions = json.loads(text)["predictions"]

    assert status == 200
    assert isinstance(predictions, list if name.startswith("two") else dict)
    for answer in predictions if isinstance(predictions, list) else [predictions]:
        assert set(answer) == {"predicted_class", "class_probabilities"}
        assert sum(answer["class_probabilities"].values()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", BAD)
def test_the_server_refuses_bad_images_in_our_words(served: dict[str, tuple[int, str]], name: str) -> None:
    def refuse(token: str) -> None:
        pytest.fail(f"{token} is no JSON")

    status, text = served[name]
    answer = json.loads(text, parse_constant=refuse)

    assert status == 400
    assert BAD[name][1] in answer["message"]
    assert EXPECTED in answer["message"]
    assert "Traceback" not in text
