"""Load a packaged model and let its code run: from a copy, and with no more rights than it was given."""

from __future__ import annotations

import atexit
import importlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fmnist_governance.errors import ModelError
from fmnist_governance.model import fmnist_classifier
from fmnist_governance.tracking.packaged import SKLEARN, TORCH, Packaged, Wanted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import nn
    from torch.export import ExportedProgram

_PICKLE = "MLFLOW_ALLOW_PICKLE_DESERIALIZATION"
_GRAPH, _WEIGHTS, _PICKLE_MODULE = "model.pt2", "model.pth", "pickle_module_info.txt"
_OWN_MODULE = Path(fmnist_classifier.__file__).stem
_KINDS = {"double": "float64", "float": "float32", "integer": "int32", "long": "int64"}
"""MLflow's names of the kinds of columns."""

Predict = Callable[["NDArray[np.generic]"], object]
"""Asks a packaged model about images in the shape and kind that it takes."""


def copied(package: Path) -> Path:
    """Copy a packaged model to where its code may run, without the bytecode that no digest covers.

    Python runs stored bytecode instead of the source beside it, so that of the package is left behind; and what the
    code writes beside itself does not change the package.
    """
    folder = Path(tempfile.mkdtemp(prefix="fmnist-audit-package-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return shutil.copytree(package, folder / "model", ignore=shutil.ignore_patterns("__pycache__"))


def load_pyfunc(model: Packaged, uri: str, *, pickle: bool) -> Predict:
    """Load a model as its users do, and run its code.

    Args:
        model: As it describes itself.
        uri: What it is called in messages.
        pickle: Whether it may be unpickled, which runs whatever the file says.

    Returns:
        A function from images, in the shape and kind that it takes, to what it answers.

    Raises:
        ModelError: Its code fails.
    """
    with _running(model.folder, uri, pickle=pickle) as folder:
        import mlflow.pyfunc

        loaded = mlflow.pyfunc.load_model(str(folder), suppress_warnings=True)

    def predict(images: NDArray[np.generic]) -> object:
        with failing(f"{uri}: its code failed on {images.dtype} of shape {images.shape}"):
            return loaded.predict(as_taken(images, model.wanted))

    return predict


def as_taken(images: NDArray[np.generic], wanted: Wanted) -> Any:  # noqa: ANN401 - an array, a dict or a DataFrame
    """Bring an array into the container that a signature asks for: by name, or as a table of a column a pixel."""
    if wanted.columns:
        import pandas as pd

        table = pd.DataFrame(images.reshape(len(images), -1), columns=[name for name, _kind in wanted.columns])
        return table.astype({name: _KINDS.get(kind, kind) for name, kind in wanted.columns})
    return images if wanted.name is None else {wanted.name: images}


def load_torch(model: Packaged, uri: str) -> nn.Module | ExportedProgram:
    """Take the network out of a model of MLflow's pytorch flavour, in the mode in which it was stored.

    Raises:
        ModelError: Its code fails.
    """
    import torch

    with _running(model.folder, uri, pickle=True) as folder:
        import mlflow.pytorch

        data = folder / str(model.flavours[TORCH].get("model_data", "data"))
        if (data / _GRAPH).is_file():
            return torch.export.load(data / _GRAPH)
        mlflow.pytorch.load_model(str(folder), map_location="cpu")  # Finds its code; and sets the mode, so again:
        module = importlib.import_module((data / _PICKLE_MODULE).read_text(encoding="utf-8").strip())
        found: object = torch.load(data / _WEIGHTS, map_location="cpu", pickle_module=module, weights_only=False)
    if not isinstance(found, torch.nn.Module):
        msg = f"{uri}: holds {type(found).__name__}, not a torch.nn.Module; log the network itself"
        raise ModelError(msg)
    return found


def shape_taken(model: Packaged) -> tuple[int, ...] | None:
    """Return the shape of one image that a model takes; None where it does not say, or takes whatever there is."""
    if model.wanted.columns:
        return (len(model.wanted.columns),)
    shape = (model.wanted.shape or ())[1:]
    return shape if shape and min(shape) > 0 else None


def takes_rows(model: Packaged) -> bool:
    """Whether it takes the pixels of an image in a row without saying so, as everything of scikit-learn does."""
    return SKLEARN in model.flavours and shape_taken(model) is None


@contextmanager
def _running(package: Path, uri: str, *, pickle: bool) -> Iterator[Path]:
    """Let the code of a copy run: bytecode is not written, pickle is allowed for this one load or not at all.

    Modules that come from the package are forgotten afterwards, so that another package brings its own.
    """
    folder, allowed = copied(package), os.environ.get(_PICKLE)
    sys.modules.pop(_OWN_MODULE, None)  # Logging a model imports its code, and leaves it there.
    before = set(sys.modules)
    os.environ[_PICKLE] = "true" if pickle else "false"
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        with failing(f"{uri}: its code failed while it was loaded"):
            yield folder
    finally:
        sys.dont_write_bytecode = written
        os.environ.pop(_PICKLE)
        if allowed is not None:
            os.environ[_PICKLE] = allowed
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(folder):
                del sys.modules[name]


@contextmanager
def failing(what: str) -> Iterator[None]:
    """Turn whatever the code of others raises into one line.

    Raises:
        ModelError: Something in the block failed.
    """
    try:
        yield
    except ModelError:
        raise
    except Exception as err:  # The code of others may raise anything.
        reason = " ".join(str(err).split())[:300]
        msg = f"{what}: {type(err).__name__}: {reason}"
        raise ModelError(msg) from err
