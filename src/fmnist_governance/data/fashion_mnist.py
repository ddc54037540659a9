"""Fashion-MNIST, verified byte for byte, from the first source that has it.

70,000 grey images of 28 x 28 pixels in ten classes of garments. Xiao, Rasul and Vollgraf (2017), Fashion-MNIST: a Novel
Image Dataset for Benchmarking Machine Learning Algorithms, arXiv 1708.07747. Copyright 2017 Zalando SE, MIT licence.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fmnist_governance.data import debian, idx
from fmnist_governance.data.cache import user_cache
from fmnist_governance.data.dataset import Dataset, Split, with_validation
from fmnist_governance.data.idx import IdxFile
from fmnist_governance.errors import DatasetError

CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
LICENCE = "MIT (Copyright 2017 Zalando SE)"
SOURCE = "Fashion-MNIST as published by Zalando Research (Xiao et al. 2017), every byte as pinned"
FILES = (
    IdxFile(
        "train-images-idx3-ubyte",
        60_000,
        images=True,
        digest="sha256:c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    IdxFile(
        "train-labels-idx1-ubyte",
        60_000,
        images=False,
        digest="sha256:bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    IdxFile(
        "t10k-images-idx3-ubyte",
        10_000,
        images=True,
        digest="sha256:5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    IdxFile(
        "t10k-labels-idx1-ubyte",
        10_000,
        images=False,
        digest="sha256:0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
)
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
_SECONDS = 5
"""How long a mirror may take to answer."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where the four files lie now, and how they came there."""

    path: Path
    source: str
    attempts: tuple[str, ...]
    """Each source that was tried before, and why it did not do."""


def cache() -> Path:
    """Return the folder of the user's cache that keeps the files."""
    return user_cache() / "fashion-mnist"


def load(folder: Path, files: tuple[IdxFile, ...] = FILES, name: str = "fashion-mnist") -> Dataset:
    """Read and verify the four files of a folder.

    Args:
        folder: Holds them, packed or not.
        files: What they have to hold: images and labels of `train`, then of `test`.
        name: Of the data set.

    Raises:
        DatasetError: A file is missing, damaged or not what it should be; the first such is named.
    """
    known = {file.digest: file.name for file in files}
    arrays = [idx.read(_path(folder, file), file, known) for file in files]
    train, test = (
        Split(np.array(images[:, None]), labels.astype(np.int64)) for images, labels in (arrays[:2], arrays[2:])
    )
    splits = with_validation({"train": train, "test": test})
    return Dataset(name=name, classes=CLASSES, splits=splits, source=SOURCE, licence=LICENCE)


def available(data_dir: Path | None = None) -> Dataset:
    """Read the four files from `--data-dir`, else from where they lie on this machine, else fetch them first.

    Raises:
        DatasetError: They cannot be had, or are not what was published.
    """
    here = (data_dir,) if data_dir else tuple(folder for folder in (cache(), DEBIAN) if _any_there(folder))
    return load(here[0] if here else fetch().path)


def _any_there(folder: Path) -> bool:
    return any(idx.find(folder, file) for file in FILES)


def _path(folder: Path, file: IdxFile) -> Path:
    found = idx.find(folder, file)
    if found is None:
        how = "--data-dir names a folder with all four files; without it `fmnist-audit data fetch` gets them"
        msg = f"{folder / file.name}.gz: missing; {how}"
        raise DatasetError(msg)
    return found


def problems(folder: Path) -> list[str]:
    """Return a line for each of the four files that is not what was published; none when all are."""
    known = {file.digest: file.name for file in FILES}
    found = []
    for file in FILES:
        try:
            idx.read(_path(folder, file), file, known)
        except DatasetError as err:
            found.append(str(err))
    return found


def verify(data_dir: Path | None = None) -> list[str]:
    """Return what is wrong with the files that a command would use, one line a file.

    Raises:
        DatasetError: There are none.
    """
    for folder in (data_dir,) if data_dir else (cache(), DEBIAN):
        if data_dir or _any_there(folder):
            return problems(folder)
    msg = f"{cache()}: no data there yet; run `fmnist-audit data fetch`"
    raise DatasetError(msg)


def fetch(data_dir: Path | None = None) -> Fetched:
    """Get the four files from the first source that has them.

    Args:
        data_dir: A folder that already holds them; no other source is tried then.

    Raises:
        DatasetError: No source has them; each is named with its reason. Nothing is left half-written.
    """
    if data_dir:
        if wrong := problems(data_dir):
            raise DatasetError("\n".join(wrong))
        return Fetched(data_dir, "--data-dir", ())
    attempts: list[str] = []
    for name, folder in (("the user's cache", cache()), ("Debian's folder of data sets", DEBIAN)):
        wrong = problems(folder) if _any_there(folder) else [f"{folder}: not there"]
        if not wrong:
            return Fetched(folder, name, tuple(attempts))
        attempts.append(f"{name}: {wrong[0]}")
    for name, download in DOWNLOADS.items():
        try:
            return Fetched(_into_cache(download), name, tuple(attempts))
        except DatasetError as err:
            attempts.append(f"{name}: {err}")
    reasons = "\n".join(f"  {attempt}" for attempt in attempts)
    msg = f"Fashion-MNIST: no source has it; name a folder with the four files with --data-dir. Tried:\n{reasons}"
    raise DatasetError(msg)


def _into_cache(download: Callable[[Path], Path]) -> Path:
    """Download beside the cache, verify, and put the folder in place at once."""
    target = cache()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetching-") as scratch:
            folder = download(Path(scratch))
            if wrong := problems(folder):
                raise DatasetError(wrong[0])
            whole = Path(scratch) / "whole"
            whole.mkdir()
            for file in FILES:
                found = _path(folder, file)
                shutil.move(found, whole / found.name)
            shutil.rmtree(target, ignore_errors=True)
            whole.replace(target)
    except OSError as err:
        msg = f"{err.filename or target}: cannot be written ({err.strerror}); set XDG_CACHE_HOME to a folder that can"
        raise DatasetError(msg) from err
    return target


def _from_mirrors(scratch: Path) -> Path:
    """Download from torchvision's mirrors, giving each a few seconds to answer."""
    import urllib.error
    import urllib.request

    try:
        from torchvision.datasets import FashionMNIST
    except (ImportError, RuntimeError, OSError) as err:
        msg = (
            f"torchvision cannot be imported beside this build of torch ({str(err).splitlines()[0]}); "
            "install the pair of the lock file, torch 2.14.1 and torchvision 0.29.1"
        )
        raise DatasetError(msg) from err
    reasons: dict[str, str] = {}
    for mirror in FashionMNIST.mirrors:
        try:
            for name, _ in FashionMNIST.resources:
                with urllib.request.urlopen(mirror + name, timeout=_SECONDS) as answer:  # noqa: S310 - torchvision's list
                    (scratch / name).write_bytes(answer.read(64 * 1024 * 1024))
        except (urllib.error.URLError, OSError, ValueError) as err:
            reasons[mirror] = str(getattr(err, "reason", err))
        else:
            return scratch
    msg = "; ".join(f"{mirror}: {reason}" for mirror, reason in reasons.items())
    raise DatasetError(msg)


DOWNLOADS: Mapping[str, Callable[[Path], Path]] = {
    "torchvision's mirrors": _from_mirrors,
    f"Debian's package {debian.PACKAGE}, through apt": debian.unpack,
}
"""The sources that need a network, in order."""
