"""The small real subset of Fashion-MNIST that is shipped: 2,000 training and 1,000 test images."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np

from fmnist_governance.data import fashion_mnist, idx
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.data.idx import IdxFile

SEED = 0
PER_CLASS = {"train": 200, "t10k": 100}
FOLDER = Path(__file__).with_name("shipped_sample")
FILES = (
    IdxFile(
        "train-images-idx3-ubyte",
        2_000,
        images=True,
        digest="sha256:57edac4fa4c3bd0bca4b7667d8976aec4f4bbfa53569157fef5856485b7fca73",
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        2_000,
        images=False,
        digest="sha256:c2a8dd48f9e7679216289c62bb8a791ca7e4e902de4ba3e0f3c7cefe5a66f4fc",
    ),
    IdxFile(
        "t10k-images-idx3-ubyte",
        1_000,
        images=True,
        digest="sha256:07aaf02be35f190bd80ae5fe7f9674b219f4fc7b40e8756ca33dd3b9db64c350",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        1_000,
        images=False,
        digest="sha256:418afeab276f8093158cee4703df9352cdfd2d56e16bad47d74883a5c7de42d7",
    ),
)


def load() -> Dataset:
    """Read the shipped subset."""
    return fashion_mnist.load(FOLDER, FILES, "fashion-mnist-sample")


def drawn(folder: Path) -> dict[str, bytes]:
    """Draw the subset from the 70,000 published images: the same number of each class, in their order.

    Args:
        folder: Holds the four published files.

    Returns:
        File name to unpacked bytes.
    """
    known = {file.digest: file.name for file in fashion_mnist.FILES}
    found: dict[str, bytes] = {}
    for images, labels in (fashion_mnist.FILES[:2], fashion_mnist.FILES[2:]):
        pixels, classes = (idx.read(folder / f"{file.name}.gz", file, known) for file in (images, labels))
        chosen = _chosen(classes, PER_CLASS[images.name.split("-")[0]])
        count = len(chosen).to_bytes(4, "big")
        side = idx.SIDE.to_bytes(4, "big")
        found[images.name] = b"\0\0\x08\x03" + count + side + side + pixels[chosen].tobytes()
        found[labels.name] = b"\0\0\x08\x01" + count + classes[chosen].tobytes()
    return found


def _chosen(
    labels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], size: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    generator = np.random.default_rng(SEED)
    drawn = [generator.choice(np.flatnonzero(labels == k), size, replace=False) for k in range(idx.CLASSES)]
    return np.sort(np.concatenate(drawn))


def write(published: Path, folder: Path = FOLDER) -> None:
    """Write the subset again from the published files, packed."""
    for name, data in drawn(published).items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))
