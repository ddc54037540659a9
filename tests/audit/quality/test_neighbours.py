from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.neighbors import NearestNeighbors
from torch import Tensor

from fmnist_governance.audit.quality.neighbours import nearest, unit
from fmnist_governance.data.dataset import Dataset

CPU = torch.device("cpu")


def noise(n: int, seed: int, size: int = 6) -> Tensor:
    shape = (n, 1, size, size)
    return torch.randint(0, 256, shape, generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


def test_scikit_learn_finds_the_same_neighbours(sample_data: Dataset) -> None:
    test, train = (torch.from_numpy(sample_data.splits[name].images) for name in ("test", "train"))
    search = NearestNeighbors(n_neighbors=1, metric="correlation").fit(train.flatten(1).double().numpy())
    distance, row = search.kneighbors(test[:200].flatten(1).double().numpy())

    found = nearest(test[:200], train, CPU)

    assert found.row.tolist() == row[:, 0].tolist()
    assert found.likeness.numpy() == pytest.approx(1 - distance[:, 0], abs=1e-9)


def test_numpy_s_correlation_is_the_likeness_across_blocks() -> None:
    own, theirs = noise(2_100, 1, 3), noise(4_200, 2, 3)

    found = nearest(own, theirs, CPU)

    every = np.corrcoef(own.flatten(1).numpy(), theirs.flatten(1).numpy())[:2_100, 2_100:]
    assert found.likeness.numpy() == pytest.approx(every.max(axis=1), abs=1e-6)


def test_an_image_is_not_its_own_neighbour(sample_data: Dataset) -> None:
    test = torch.from_numpy(sample_data.splits["test"].images)
    rows = torch.arange(0, 1000, 7)
    search = NearestNeighbors(n_neighbors=2, metric="correlation").fit(test.flatten(1).double().numpy())
    distance, row = search.kneighbors(test[rows].flatten(1).double().numpy())

    found = nearest(test[rows], test, CPU, rows)

    assert found.row.tolist() == row[:, 1].tolist()
    assert found.likeness.numpy() == pytest.approx(1 - distance[:, 1], abs=1e-9)


def test_an_image_is_not_its_own_neighbour_in_any_block() -> None:
    images = noise(4_200, 1, 3)
    every = np.corrcoef(images.flatten(1).numpy())
    np.fill_diagonal(every, -1)

    assert nearest(images, images, CPU, torch.arange(4_200)).likeness.numpy() == pytest.approx(every.max(1), abs=1e-6)


def test_brightness_and_contrast_do_not_matter() -> None:
    image = noise(1, 3) // 2
    found = nearest(image, torch.cat((noise(5, 4), image + 40)), CPU)

    assert int(found.row) == 5
    assert float(found.likeness) == pytest.approx(1.0)


def test_a_constant_image_is_like_nothing() -> None:
    constant = torch.full((1, 1, 6, 6), 7, dtype=torch.uint8)

    assert float(nearest(constant, constant, CPU).likeness) == 0
    assert torch.equal(unit(constant), torch.zeros(1, 36))


def test_the_order_of_the_images_changes_no_likeness() -> None:
    own, theirs = noise(50, 1), noise(80, 2)

    there, back = nearest(own, theirs, CPU), nearest(own.flip(0), theirs.flip(0), CPU)

    assert torch.allclose(there.likeness, back.likeness.flip(0))
    assert torch.equal(there.row, 79 - back.row.flip(0))
