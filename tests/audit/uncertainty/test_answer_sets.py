"""Each number twice: by hand on four images, and by loops that follow the papers word for word."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.audit.uncertainty.answer_sets import aps_scores, lac_scores, level

SHARES = torch.tensor([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]], dtype=torch.float64)


def test_scores_by_hand() -> None:
    assert lac_scores(SHARES).flatten().tolist() == pytest.approx([0.5, 0.7, 0.8, 0.9, 0.8, 0.3])
    scores = aps_scores(SHARES, torch.tensor([0.0, 0.5], dtype=torch.float64))
    assert scores[0].tolist() == pytest.approx([0.5, 0.8, 1.0])
    assert scores[1].tolist() == pytest.approx([0.95, 0.8, 0.35])


def test_the_level_of_four_images_by_hand() -> None:
    scores = torch.tensor([0.4, 0.1, 0.3, 0.2], dtype=torch.float64)

    assert level(scores, 50) == 0.3
    assert level(scores, 20) == 0.4
    assert level(scores, 10) == math.inf


@given(st.integers(1, 50), st.integers(1, 400))
def test_the_level_is_the_quantile_with_one_image_more(alpha: int, n: int) -> None:
    scores = np.random.default_rng(n).permutation(n) + 1.0

    rank = next(k for k in range(1, n + 2) if 100 * k >= (n + 1) * (100 - alpha))

    assert level(torch.from_numpy(scores), alpha) == (rank if rank <= n else math.inf)


def test_loops_gather_the_same_probability() -> None:
    generator = torch.Generator().manual_seed(0)
    shares = torch.randn(40, 6, generator=generator).double().softmax(dim=1)
    chance = torch.rand(40, generator=generator, dtype=torch.float64)

    found = aps_scores(shares, chance)

    for i in range(40):
        for k in range(6):
            likelier = sum(float(p) for p in shares[i] if p > shares[i, k])
            assert float(found[i, k]) == pytest.approx(likelier + float((1 - chance[i]) * shares[i, k]))


@pytest.mark.parametrize("method", ["lac", "aps"])
def test_sets_hold_the_label_as_often_as_was_asked_for(method: str) -> None:
    generator = torch.Generator().manual_seed(1)
    covered = []
    for _ in range(40):
        logits = 2 * torch.randn(600, 5, generator=generator).double()
        labels = torch.multinomial((logits / 2).softmax(dim=1), 1, generator=generator)
        shares, chance = logits.softmax(dim=1), torch.rand(600, generator=generator, dtype=torch.float64)
        scores = (lac_scores(shares) if method == "lac" else aps_scores(shares, chance)).gather(1, labels)[:, 0]
        covered.append(float((scores[300:] <= level(scores[:300], 10)).double().mean()))

    assert np.mean(covered) == pytest.approx(0.9, abs=0.01)
