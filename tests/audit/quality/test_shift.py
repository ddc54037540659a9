from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from torch import Tensor

from fmnist_governance.audit.quality.shift import (
    Told,
    measured,
    owed,
    pooled,
    statistics,
    told_apart,
    values,
)
from fmnist_governance.data.dataset import Dataset


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def clouds(shift: float, n: int = 200, seed: int = 0) -> tuple[Tensor, Tensor]:
    both = torch.randn(2, n, 5, generator=seeded(seed), dtype=torch.float64)
    return both[0] + shift, both[1]


def test_what_is_far_apart_is_told_apart() -> None:
    found = told_apart(*clouds(3.0), 199, seeded())

    assert found.right > 0.97 * found.n
    assert found.p_value == 1 / 200


def test_scikit_learn_s_discriminant_is_right_as_often() -> None:
    first, second = clouds(0.4, 2_000)
    found = told_apart(first, second, 99, seeded())

    both, side = torch.cat((first, second)), np.repeat((1, 0), 2_000)
    half = np.tile(np.arange(2_000) < 1_000, 2)
    model = LinearDiscriminantAnalysis().fit(both[half], side[half])

    assert found.right / found.n == pytest.approx(model.score(both[~half], side[~half]), abs=0.03)


def test_p_values_of_groups_alike_are_even() -> None:
    found = [told_apart(*clouds(0.0, 60, seed), 99, seeded(seed + 1)).p_value for seed in range(200)]

    assert 0.01 <= np.mean(np.array(found) <= 0.05) <= 0.1
    assert float(np.mean(np.array(found) <= 0.5)) == pytest.approx(0.5, abs=0.13)


def test_the_larger_group_gives_way() -> None:
    first, second = clouds(0.0)

    assert told_apart(first[:51], second, 99, seeded()).n == 50


def test_pixels_that_never_change_do_no_harm() -> None:
    same = torch.zeros(40, 5, dtype=torch.float64)

    assert told_apart(same, same, 99, seeded()).p_value == 1.0


def test_pooling_takes_the_mean_of_patches(sample_data: Dataset) -> None:
    images = sample_data.splits["test"].images[:50]

    found = pooled(torch.from_numpy(images)).numpy()

    expected = images.reshape(50, 7, 4, 7, 4).mean(axis=(2, 4)).reshape(50, 49) / 255
    assert found == pytest.approx(expected, abs=1e-6)


def test_scipy_s_distances_are_adjusted_for_their_number(sample_data: Dataset) -> None:
    test, train = (torch.from_numpy(sample_data.splits[name].images[:300]) for name in ("test", "train"))

    found = {s.title: s for s in statistics(test, train)}

    mean = found["mean brightness of the image"]
    expected = ks_2samp(test.double().mean(dim=(1, 2, 3)), train.double().mean(dim=(1, 2, 3)), method="asymp")
    assert mean.distance == pytest.approx(expected.statistic, abs=1e-3)
    assert mean.p <= mean.adjusted <= 1
    assert set(found) == set(values(test))


def test_everything_owed_is_measured(sample_data: Dataset) -> None:
    images = torch.from_numpy(sample_data.splits["test"].images[:60])

    found = tuple(measured(Told(30, 60, 9, 99), statistics(images, images), 60, 60))

    assert tuple(m.id.removeprefix("data_quality.") for m in found) == owed()
    assert found[1].value == 0.1
    assert found[3].value == 1.0
