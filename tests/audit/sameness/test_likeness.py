from __future__ import annotations

import numpy as np
import torch

from fmnist_governance.audit.sameness.likeness import likeness, stayed, widest

ROWS = torch.arange(4)
PLAIN = torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])


def test_four_images_by_hand() -> None:
    other = torch.tensor([[0.8, 0.2], [0.3, 0.7], [0.2, 0.8], [0.5, 0.5]])

    found = likeness("otherwise", ROWS, PLAIN, other)

    assert found.equal.tolist() == [True, False, True, True]
    assert abs(found.gap - 0.3) < 1e-6


def test_it_is_what_numpy_finds() -> None:
    first, second = (torch.rand(50, 7, generator=torch.Generator().manual_seed(k)) for k in (0, 1))

    found = likeness("otherwise", torch.arange(50), first, second)

    assert found.gap == np.abs(first.double().numpy() - second.double().numpy()).max()
    assert int(found.equal.sum()) == int((first.numpy().argmax(1) == second.numpy().argmax(1)).sum())


def test_no_number_is_as_far_as_can_be() -> None:
    assert likeness("broken", ROWS, PLAIN, PLAIN * torch.nan).gap > 1e38


def test_an_image_stays_if_it_does_in_every_way_in_which_it_was_asked() -> None:
    lost = PLAIN.flip(1)
    ways = [likeness("all", ROWS, PLAIN, PLAIN), likeness("the second", ROWS[1:2], PLAIN[1:2], lost[1:2])]

    assert stayed(ways, 4) == 3
    assert abs(widest(ways) - 0.2) < 1e-6
