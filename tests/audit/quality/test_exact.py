from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fmnist_governance.audit.quality.exact import copied, digests, mirrored, repeated


def images(*pixels: tuple[int, int]) -> Tensor:
    """Images of one row of two pixels."""
    return torch.tensor(pixels, dtype=torch.uint8).view(-1, 1, 1, 2)


def test_copies_by_hand() -> None:
    found = digests(images((1, 2), (1, 2), (2, 1), (3, 3), (1, 2)))

    assert repeated(found) == 2
    assert mirrored(found, found) == 4
    assert copied(digests(images((3, 3), (9, 9))), found) == 1


def test_an_image_that_is_its_own_mirror_is_no_copy() -> None:
    found = digests(images((3, 3), (4, 4)))

    assert (repeated(found), mirrored(found, found)) == (0, 0)


@pytest.mark.parametrize("channels", [1, 3])
def test_numpy_counts_alike(channels: int) -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 2, (300, channels, 2, 2), dtype=np.uint8)
    other = random.integers(0, 2, (50, channels, 2, 2), dtype=np.uint8)

    found, among = digests(torch.from_numpy(pixels)), digests(torch.from_numpy(other))

    rows = [pixel.tobytes() for pixel in pixels]
    known = {pixel.tobytes() for pixel in other}
    turned = [pixel[:, :, ::-1].tobytes() for pixel in pixels]
    assert repeated(found) == 300 - len(np.unique(pixels.reshape(300, -1), axis=0))
    assert copied(found, among) == sum(row in known for row in rows)
    assert mirrored(found, among) == sum(t != row and t in known for row, t in zip(rows, turned, strict=True))
