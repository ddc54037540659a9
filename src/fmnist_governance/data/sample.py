"""The small real subset of Fashion-MNIST that is shipped: 2,000 training and 1,000 test images."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.data import fashion_mnist, idx
from fmnist_governance.data.dataset import Dataset, held_out
from fmnist_governance.data.idx import IdxFile

SEED = 0
PER_CLASS = {"train": 200, "t10k": 100}
FOLDER = Path(__file__).with_name("shipped_sample")
FILES = (
    IdxFile(
        "train-images-idx3-ubyte",
        2_000,
        images=True,
        digest="sha256:3f79689b57f50d00b7054fc0644703b3331e329a4c491c42c8cfc2cdb10f0649",
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        2_000,
        images=False,
        digest="sha256:e026daf3d28b630d395bff264d45247706f43ecba7d4f48422cba6b6a30e22d3",
    ),
    IdxFile(
        "t10k-images-idx3-ubyte",
        1_000,
        images=True,
        digest="sha256:3bd671cb700a3190030e275ffb3da82c7fe5be904bfce8feafac70274668b020",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        1_000,
        images=False,
        digest="sha256:66e4c6deb5f2a061f7d8cd5ec53025fdb9dabb08265e449acb8cf64b8cd36cac",
    ),
)


def load() -> Dataset:
    """Read the shipped subset."""
    return fashion_mnist.load(FOLDER, FILES, "fashion-mnist-sample")


def drawn(folder: Path) -> dict[str, bytes]:
    """Draw the subset from the 70,000 published images: the same number of each class.

    Its validation images are validation images of the whole set too: a model that was trained on the whole set has
    seen none of them.

    Args:
        folder: Holds the four published files.

    Returns:
        File name to unpacked bytes.
    """
    whole = fashion_mnist.load(folder)
    stay, out = held_out(_labels(PER_CLASS["train"]))
    train = np.empty(PER_CLASS["train"] * idx.CLASSES, dtype=np.int64)
    train[stay] = _drawn(whole.splits["train"].labels, _labels(PER_CLASS["train"])[stay])
    train[out] = _drawn(whole.splits["validation"].labels, _labels(PER_CLASS["train"])[out])
    pixels = np.empty((len(train), 1, idx.SIDE, idx.SIDE), dtype=np.uint8)
    pixels[stay] = whole.splits["train"].images[train[stay]]
    pixels[out] = whole.splits["validation"].images[train[out]]
    test = _drawn(whole.splits["test"].labels, _labels(PER_CLASS["t10k"]))
    arrays: tuple[NDArray[np.generic], ...] = (
        pixels,
        _labels(PER_CLASS["train"]),
        whole.splits["test"].images[test],
        _labels(PER_CLASS["t10k"]),
    )
    return {file.name: _idx(file, array) for file, array in zip(FILES, arrays, strict=True)}


def _labels(size: int) -> NDArray[np.int64]:
    return np.arange(size * idx.CLASSES, dtype=np.int64) % idx.CLASSES


def _drawn(labels: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw, for each wanted label, the index of an image with that label; none twice."""
    generator = np.random.default_rng(SEED)
    found = np.empty(len(wanted), dtype=np.int64)
    for label in range(idx.CLASSES):
        places = np.flatnonzero(wanted == label)
        found[places] = generator.choice(np.flatnonzero(labels == label), len(places), replace=False)
    return found


def _idx(file: IdxFile, array: NDArray[np.generic]) -> bytes:
    magic = b"\0\0\x08\x03" if file.images else b"\0\0\x08\x01"
    sizes = b"".join(size.to_bytes(4, "big") for size in file.shape)
    return magic + sizes + array.astype(np.uint8).tobytes()


def write(published: Path, folder: Path = FOLDER) -> None:
    """Write the subset again from the published files, packed."""
    for name, data in drawn(published).items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
