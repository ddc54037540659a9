from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import torch

from fmnist_governance.errors import ModelError
from fmnist_governance.model.outputs import given, places

ROWS = [[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]]
DICTS = [
    {"predicted_class": "a", "class_probabilities": {"a": 0.7, "b": 0.2, "c": 0.1}},
    {"predicted_class": "c", "class_probabilities": {"a": 0.1, "b": 0.1, "c": 0.8}},
]


@pytest.mark.parametrize(
    "answer",
    [
        ROWS,
        np.array(ROWS),
        np.array(ROWS, dtype=np.float64),
        torch.tensor(ROWS, dtype=torch.float64),
        torch.tensor(ROWS, dtype=torch.float64, requires_grad=True),
        DICTS,
        pd.DataFrame(ROWS, columns=["a", "b", "c"]),
        pd.DataFrame(ROWS),
        pd.DataFrame(DICTS),
    ],
    ids=["lists", "array", "doubles", "tensor", "with gradients", "dicts", "named table", "table", "table of dicts"],
)
def test_every_form_gives_the_same_rows(answer: object) -> None:
    assert given(answer, 2).rows.tolist() == ROWS


def test_names_come_with_dicts_and_tables() -> None:
    assert given(DICTS, 2).names == ("a", "b", "c")
    assert given(DICTS, 2).said == ("a", "c")
    assert given(pd.DataFrame(ROWS, columns=["a", "b", "c"]), 2).names == ("a", "b", "c")
    assert given(np.array(ROWS), 2).names is None


def test_one_image_may_come_as_one_dict() -> None:
    assert given(DICTS[0], 1).rows.tolist() == ROWS[:1]


def test_a_dict_in_another_order_is_read_by_name() -> None:
    turned = [DICTS[0], {**DICTS[1], "class_probabilities": {"c": 0.8, "b": 0.1, "a": 0.1}}]

    assert given(turned, 2).rows.tolist() == ROWS


@pytest.mark.parametrize(
    ("answer", "count", "line"),
    [
        (["a", "b"], 2, "it gave list, not numbers"),
        (np.array([1, 2]), 2, "it gave one value an image: a label"),
        (np.zeros((2, 3, 4)), 2, r"it gave shape \(2, 3, 4\) for 2 images"),
        (np.array(ROWS), 3, r"it gave shape \(2, 3\) for 3 images"),
        (DICTS, 3, "it gave 2 answers to 3 images"),
        (None, 1, "it gave"),
        ([{"label": "a"}], 1, "it gave dicts without predicted_class and class_probabilities"),
        ([DICTS[0], {**DICTS[1], "class_probabilities": {"x": 1.0}}], 2, "it gave dicts without"),
        ("a shoe", 1, "it gave str, not numbers"),
        (object(), 1, "it gave object, not numbers"),
    ],
)
def test_anything_else_is_refused_in_a_line_that_says_what_came(answer: object, count: int, line: str) -> None:
    with pytest.raises(ModelError, match=line):
        given(answer, count)


def test_places_lead_from_the_classes_of_the_data_to_those_of_the_model() -> None:
    found = places(("c", "a", "b"), ("a", "b", "c"))

    assert [("c", "a", "b")[k] for k in found] == ["a", "b", "c"]


@pytest.mark.parametrize("names", [("a", "b"), ("a", "b", "b"), ("a", "b", "x"), ("a", "b", "c", "d")])
def test_other_classes_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ModelError, match=r"its classes are a, b.*; those of the data are a, b, c"):
        places(names, ("a", "b", "c"))
