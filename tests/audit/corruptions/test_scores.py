from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.calibration import calibration_curve

from fmnist_governance.audit.corruptions.scores import (
    calibration_gaps,
    confidently_wrong,
    corruption_errors,
    expected_calibration_error,
    relative_corruption_errors,
)


def test_errors_are_multiples_of_the_baselines() -> None:
    found = corruption_errors(torch.tensor([0.2, 0.6]), torch.tensor([0.4, 0.3]))

    assert found.tolist() == pytest.approx([0.5, 2.0])


def test_added_errors_are_multiples_of_what_the_baseline_adds() -> None:
    clean, baseline_clean = torch.tensor([0.1]), torch.tensor([0.2])

    found = relative_corruption_errors(torch.tensor([0.2, 0.1]), clean, torch.tensor([0.4, 0.3]), baseline_clean)

    assert found.tolist() == pytest.approx([0.5, 0.0])


def test_four_answers_are_calibrated_by_hand() -> None:
    confidence = torch.tensor([0.9, 0.9, 0.6, 1.0])
    correct = torch.tensor([True, False, True, True])

    found = expected_calibration_error(confidence, correct, bins=10)

    assert found == pytest.approx((2 * 0.4 + 0.4 + 0.0) / 4)


def test_scikit_learn_finds_the_same_gaps() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.uniform(0.1, 1.0, 3000).astype(np.float32)
    correct = generator.uniform(size=3000) < confidence**2

    found = expected_calibration_error(torch.from_numpy(confidence), torch.from_numpy(correct))

    true, said = calibration_curve(correct, confidence, n_bins=15)
    counts = np.histogram(confidence, np.linspace(0, 1, 16))[0]
    assert found == pytest.approx(np.sum(np.abs(true - said) * counts[counts > 0]) / 3000, abs=1e-5)


def test_full_confidence_lies_in_the_last_bin() -> None:
    gaps = calibration_gaps(torch.tensor([1.0, 0.75, 1e-6]), torch.tensor([False, False, False]), bins=4)

    assert gaps.argmax(dim=1).tolist() == [3, 2, 0]


def test_only_a_sure_model_that_errs_is_confidently_wrong() -> None:
    found = confidently_wrong(torch.tensor([0.2, 0.2, 0.4]), torch.tensor([0.8, 0.6, 0.8]))

    assert found.tolist() == [True, False, False]
