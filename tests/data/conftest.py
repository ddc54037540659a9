"""A small family of IDX files, and the same reader that reads the published ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from fmnist_governance.data.idx import IdxFile
from fmnist_governance.evidence.manifest import digest

NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def content(name: str) -> bytes:
    count = 40 if name.startswith("train") else 20
    size = count.to_bytes(4, "big")
    if "labels" in name:
        return b"\0\0\x08\x01" + size + bytes(i % 10 for i in range(count))
    pixels = np.random.default_rng(count).integers(0, 256, count * 784, dtype=np.uint8)
    return b"\0\0\x08\x03" + size + (28).to_bytes(4, "big") * 2 + pixels.tobytes()


@pytest.fixture
def family() -> tuple[IdxFile, ...]:
    return tuple(
        IdxFile(name, 40 if name.startswith("train") else 20, images="images" in name, digest=digest(content(name)))
        for name in NAMES
    )


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content(name), mtime=0))
    return tmp_path
