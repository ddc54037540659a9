from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from fmnist_governance.data import fashion_mnist, sample
from fmnist_governance.errors import ModelError
from fmnist_governance.model import logistic_pixels
from fmnist_governance.model.logistic_pixels import CLASSES, TEST_ACCURACY, fitted, logits


def test_the_shipped_weights_are_as_good_as_stated() -> None:
    test = sample.load().splits["test"]

    answers = logits(logistic_pixels.logistic_pixels(), torch.from_numpy(test.images).float() / 255).argmax(dim=1)

    accuracy = float((answers.numpy() == test.labels).mean())
    assert accuracy == pytest.approx(TEST_ACCURACY, abs=0.03), "1,000 of the 10,000 images"


def test_its_classes_are_those_of_the_data_it_was_fitted_to() -> None:
    assert CLASSES == fashion_mnist.CLASSES


def test_scikit_learn_fits_the_same_answers() -> None:
    train = sample.load().splits["train"]
    images, labels = torch.from_numpy(train.images[:600]), torch.from_numpy(train.labels[:600])
    other = LogisticRegression(C=1 / (1e-4 * 600), max_iter=5000, tol=1e-8)
    pixels = images.flatten(1).double().numpy() / 255

    own = logits(fitted(images, labels, steps=2000).double(), torch.from_numpy(pixels).view(600, 1, 28, 28)).softmax(1)

    gaps = np.abs(own.numpy() - other.fit(pixels, labels.numpy()).predict_proba(pixels))
    assert float(gaps.max()) < 0.02


def test_fitting_twice_gives_the_same_weights() -> None:
    train = sample.load().splits["train"]
    images, labels = torch.from_numpy(train.images[:200]), torch.from_numpy(train.labels[:200])

    assert torch.equal(fitted(images, labels, steps=5), fitted(images, labels, steps=5))


def test_what_is_written_is_what_was_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights, file = logistic_pixels.logistic_pixels(), tmp_path / "weights.safetensors"

    logistic_pixels.write(weights, file)

    monkeypatch.setattr(logistic_pixels, "FILE", file)
    assert torch.equal(logistic_pixels.logistic_pixels(), weights)


@pytest.mark.parametrize("content", [b"", b"something else", None])
def test_another_file_in_its_place_is_refused(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "logistic_pixels.safetensors"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(logistic_pixels, "FILE", file)

    with pytest.raises(ModelError, match=r"logistic_pixels\.safetensors: .*install the package again"):
        logistic_pixels.logistic_pixels()
