"""The data sets that exist."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fmnist_governance.data import digits, fashion_mnist, folder, npz, sample, synthetic
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Source:
    """A data set by name, or a way to read one from a file (`name:PATH`)."""

    name: str
    load: Callable[[Path | None], Dataset]
    """Takes the path after the colon, or the folder of `--data-dir`."""
    takes_path: bool = False

    @property
    def shown(self) -> str:
        """How it is written on the command line."""
        return f"{self.name}:PATH" if self.takes_path else self.name


DATASETS = (
    Source("fashion-mnist", fashion_mnist.available),
    Source("fashion-mnist-sample", lambda _: sample.load()),
    Source("digits", lambda _: digits.load()),
    Source("synthetic", lambda _: synthetic.load()),
    Source("npz", lambda path: npz.load(path or Path()), takes_path=True),
    Source("folder", lambda path: folder.load(path or Path()), takes_path=True),
)


def load(spec: str, data_dir: Path | None = None, *, sample: bool = False) -> Dataset:
    """Load a data set.

    Args:
        spec: `fashion-mnist`, `digits`, `synthetic`, `npz:FILE` or `folder:DIR`.
        data_dir: Folder that holds the four Fashion-MNIST files; else they are fetched.
        sample: Take the small real subset that is shipped instead of the 70,000 images.

    Raises:
        ConfigError: There is no such data set, or the options do not go together.
        DatasetError: It cannot be had, or is not what it should be.
    """
    name, _, path = spec.partition(":")
    if sample:
        if name not in {"fashion-mnist", "fashion-mnist-sample"}:
            msg = f"--sample: a sample is shipped of fashion-mnist only, not of {spec}"
            raise ConfigError(msg)
        name = "fashion-mnist-sample"
    source = next((s for s in DATASETS if s.name == name), None)
    if source is None or source.takes_path != bool(path):
        raise ConfigError(_unknown(spec, name))
    if data_dir and source.load is not fashion_mnist.available:
        msg = f"--data-dir: holds the files of fashion-mnist, and {source.shown} reads none of them; leave it out"
        raise ConfigError(msg)
    return source.load(Path(path) if path else data_dir)


def _unknown(spec: str, name: str) -> str:
    near = difflib.get_close_matches(name, [s.name for s in DATASETS], n=1)
    hint = f" (did you mean {next(s.shown for s in DATASETS if s.name == near[0])}?)" if near else ""
    return f"--dataset: {spec!r} is not one of {', '.join(s.shown for s in DATASETS)}{hint}"
