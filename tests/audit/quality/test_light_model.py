from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from fmnist_governance.audit.quality.light_model import FOLDS, SHRINKAGE, out_of_fold
from fmnist_governance.data.dataset import Dataset


def seeded() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_scikit_learn_s_discriminant_answers_alike(sample_data: Dataset) -> None:
    train = sample_data.splits["train"]
    images, labels = train.images[:, :, ::2, ::2].copy(), train.labels
    pixels = images.reshape(len(images), -1) / 255
    fold = (torch.randperm(len(labels), generator=seeded()) % FOLDS).numpy()

    found = out_of_fold(torch.from_numpy(images), torch.from_numpy(labels), 10, seeded()).numpy()

    for k in range(FOLDS):
        model = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=SHRINKAGE).fit(pixels[fold != k], labels[fold != k])
        assert found[fold == k] == pytest.approx(model.predict_proba(pixels[fold == k]), abs=2e-3)


def test_it_is_right_about_most_real_images(sample_data: Dataset) -> None:
    train = sample_data.splits["train"]

    found = out_of_fold(torch.from_numpy(train.images), torch.from_numpy(train.labels), 10, seeded())

    assert float((found.argmax(dim=1).numpy() == train.labels).mean()) > 0.65
    assert found.sum(dim=1).numpy() == pytest.approx(np.ones(len(train.labels)))


def test_a_class_that_is_not_there_has_no_probability() -> None:
    images = torch.randint(0, 256, (60, 1, 4, 4), generator=seeded(), dtype=torch.uint8)

    found = out_of_fold(images, torch.arange(60) % 2, 3, seeded())

    assert found[:, 2].tolist() == [0.0] * 60
