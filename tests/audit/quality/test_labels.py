from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.audit.quality.labels import candidates, margin


def brute_force(labels: list[int], probabilities: list[list[float]]) -> list[bool]:
    """Confident learning, written out for each image."""
    classes = range(len(probabilities[0]))
    levels = {}
    for k in classes:
        own = [p[k] for y, p in zip(labels, probabilities, strict=True) if y == k]
        if own:
            levels[k] = sum(own) / len(own)
    found = []
    for y, p in zip(labels, probabilities, strict=True):
        sure = [k for k in classes if k in levels and p[k] >= levels[k]]
        confident = max(sure, key=lambda k: p[k]) if sure else y
        found.append(confident != y and max(classes, key=lambda k: p[k]) != y)
    return found


def test_four_images_by_hand() -> None:
    labels = torch.tensor([0, 0, 1, 1])
    probabilities = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.1, 0.9], [0.45, 0.55]], dtype=torch.float64)

    assert candidates(labels, probabilities).tolist() == [False, True, False, False]


def test_an_answer_below_the_level_of_its_class_is_no_candidate() -> None:
    labels = torch.tensor([0, 1, 1])
    probabilities = torch.tensor([[0.4, 0.6], [0.1, 0.9], [0.1, 0.9]], dtype=torch.float64)

    assert not candidates(labels, probabilities).any()


@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(2, 6))
def test_a_loop_finds_the_same(seed: int, n: int, classes: int) -> None:
    random = np.random.default_rng(seed)
    labels = random.integers(0, classes, n)
    probabilities = random.dirichlet(np.full(classes, 0.5), n)

    found = candidates(torch.from_numpy(labels), torch.from_numpy(probabilities))

    assert found.tolist() == brute_force(labels.tolist(), probabilities.tolist())


def test_a_class_without_images_accuses_nobody() -> None:
    probabilities = torch.tensor([[0.1, 0.9], [0.2, 0.8]], dtype=torch.float64)

    assert not candidates(torch.tensor([0, 0]), probabilities).any()


def test_margins_by_hand() -> None:
    probabilities = torch.tensor([[0.7, 0.2, 0.1], [0.7, 0.2, 0.1]], dtype=torch.float64)

    assert margin(torch.tensor([0, 1]), probabilities).tolist() == pytest.approx([0.5, -0.5])
