"""What a packaged model says of itself, read without running anything: what of it would run, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from fmnist_governance.errors import TrackingError
from fmnist_governance.evidence.manifest import digest
from fmnist_governance.model import fmnist_classifier

MLMODEL = "MLmodel"
PYFUNC, TORCH, SKLEARN = "python_function", "pytorch", "sklearn"
OWN_CODE = {
    "pyfunc_model.py": Path(__file__).with_name("pyfunc_model.py"),
    "code/fmnist_classifier.py": Path(fmnist_classifier.__file__),
}
"""The files of code in a model of this product, and where this version of it has them."""
_OWN_LOADER = "mlflow.pyfunc.loaders.code_model"
_OWN_KEYS = frozenset(
    {
        *("artifacts", "cloudpickle_version", "code", "env", "loader_module", "model_code_path"),
        *("python_version", "streamable"),
    }
)
_PICKLES = frozenset({".pkl", ".pickle", ".pth", ".pt", ".pt2", ".joblib", ".dill", ".skops", ".cloudpickle"})
_LARGEST_BYTES = 10_000_000
_MOST_NAMED, _LONGEST_NAME = 5, 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a model takes, as its signature says."""

    name: str | None = None
    """Of its one tensor, where it has a name."""
    shape: tuple[int, ...] | None = None
    """Of the tensor, the number of images first (-1 for any); None where the signature says nothing of it."""
    kind: str | None = None
    """Of the numbers, as numpy names it."""
    columns: tuple[tuple[str, str], ...] = ()
    """Name and kind of each column of a table, where it takes one."""


@dataclass(frozen=True, slots=True)
class Packaged:
    """A packaged model as its own description has it."""

    folder: Path
    flavours: Mapping[str, Mapping[str, Any]]
    wanted: Wanted

    @property
    def is_torch(self) -> bool:
        """Whether a network can be taken out of it."""
        return TORCH in self.flavours

    @property
    def loader(self) -> str:
        """The module that MLflow would import to load it."""
        return str(self.flavours.get(PYFUNC, {}).get("loader_module", ""))

    def runs(self) -> str:
        """Say in words what of it would run."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        code = [path.relative_to(self.folder).as_posix() for path in files if path.suffix == ".py"]
        pickles = [path.relative_to(self.folder).as_posix() for path in files if path.suffix in _PICKLES]
        named = [
            f"flavours {_listed(list(self.flavours))}",
            f"loader module {_listed([self.loader] if self.loader else [])}",
            f"code {_listed(code)}",
            f"pickle {_listed(pickles)}",
        ]
        return "; ".join(named)

    def runs_known_code_only(self) -> bool:
        """Whether all that would run is code that this package ships, byte for byte."""
        conf = self.flavours.get(PYFUNC, {})
        plain = (
            set(self.flavours) == {PYFUNC}
            and set(conf) <= _OWN_KEYS
            and self.loader == _OWN_LOADER
            and conf.get("code") == "code"
            and PurePosixPath(str(conf.get("model_code_path"))).name == "pyfunc_model.py"
        )
        below = {f"code/{path.name}" for path in (self.folder / "code").glob("*") if path.name != "__pycache__"}
        return (
            plain
            and below == set(OWN_CODE) - {"pyfunc_model.py"}
            and all(self._same(*pair) for pair in OWN_CODE.items())
        )

    def _same(self, path: str, own: Path) -> bool:
        file = self.folder / path
        return file.is_file() and not file.is_symlink() and digest(file.read_bytes()) == digest(own.read_bytes())


def _listed(names: list[str]) -> str:
    """Name a few in printable characters: they come from a file that anyone may have written."""
    shown = ["".join(c if c.isprintable() else "?" for c in name[:_LONGEST_NAME]) for name in names[:_MOST_NAMED]]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(shown) + more if shown else "none"


def packaged(folder: Path, uri: str) -> Packaged:
    """Read the description of a packaged model.

    Args:
        folder: Of the package.
        uri: What the model is called in messages.

    Raises:
        TrackingError: There is none, or it cannot be read.
    """
    file = folder / MLMODEL
    try:
        with file.open("rb") as opened:
            read = yaml.safe_load(opened.read(_LARGEST_BYTES))
        flavours = {str(name): dict(conf or {}) for name, conf in read["flavors"].items()}
        wanted = _wanted(read.get("signature") or {})
    except (OSError, yaml.YAMLError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        msg = f"{uri}: its {MLMODEL} cannot be read as MLflow writes it ({type(err).__name__}); log the model again"
        raise TrackingError(msg) from err
    return Packaged(folder, flavours, wanted)


def _wanted(signature: Mapping[str, Any]) -> Wanted:
    inputs = json.loads(signature["inputs"]) if signature.get("inputs") else []
    if len(inputs) == 1 and inputs[0].get("type") == "tensor":
        spec = inputs[0]["tensor-spec"]
        name = inputs[0].get("name")
        return Wanted(None if name is None else str(name), tuple(int(k) for k in spec["shape"]), str(spec["dtype"]))
    return Wanted(columns=tuple(_columns(inputs)))


def _columns(inputs: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for place, column in enumerate(inputs):
        yield str(column.get("name", place)), str(column["type"])
