from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from sheets import alike, pixels
from torch import Tensor

from fmnist_governance.audit.confusion import CONFUSION, ConfusionParams, Pair, worst_pairs
from fmnist_governance.audit.subject import Subject

Answered = Callable[[Tensor, Tensor], Subject]


def test_the_worst_pair_is_the_largest_share_of_its_class() -> None:
    matrix = np.array([[90, 10, 0], [0, 1, 4], [0, 0, 50]])

    assert worst_pairs(matrix) == [Pair(1, 2, 4, 5), Pair(0, 1, 10, 100)]


def test_a_class_taken_for_its_neighbour_is_found(answered: Answered) -> None:
    labels = torch.arange(400) % 4
    collapsed = torch.where(labels == 3, 1, labels)

    result = CONFUSION.measure(answered(labels, collapsed), ConfusionParams())

    assert result.measurements[0].value == 1.0
    assert result.measurements[0].title.endswith("Coat taken for T-shirt/top")


def test_a_perfect_model_has_no_mistakes_to_show(perfect: Subject) -> None:
    result = CONFUSION.measure(perfect, ConfusionParams())

    assert result.measurements[0].value == 0.0
    assert result.measurements[0].title == "No class was taken for another"
    assert not result.pictures


def test_the_matrix_counts_every_image_once(subject: Subject) -> None:
    matrix = next(t for t in CONFUSION.measure(subject, ConfusionParams()).tables if t.name == "matrix")

    counts = [[cell for cell in row[1:] if isinstance(cell, int)] for row in matrix.rows]

    assert sum(map(sum, counts)) == len(subject.test)
    assert [sum(row) for row in counts] == [100] * 4


def test_the_picture_holds_the_surest_mistake_first(subject: Subject) -> None:
    result = CONFUSION.measure(subject, ConfusionParams(pairs=1, examples=3))
    sheet = pixels(result.pictures[0].png)
    label, answer = (subject.classes.index(str(cell)) for cell in result.tables[1].rows[0][:2])
    test = subject.test
    wrong = ((test.labels == label) & (test.predicted == answer)).nonzero()[:, 0]
    surest = wrong[test.probabilities.max(dim=1).values[wrong].argmax()]

    assert sheet.shape == (28, 3 * 28 + 4)
    assert alike(sheet[:, :28], test.images[surest, 0].numpy())


def test_one_class_alone_cannot_be_mixed_up_and_says_so(answered: Answered) -> None:
    labels = torch.zeros(20, dtype=torch.int64)

    result = CONFUSION.measure(answered(labels, labels), ConfusionParams())

    assert [pair for pair in result.measurements if pair.value > 0] == []
