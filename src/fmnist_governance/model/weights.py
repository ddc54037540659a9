"""A network as two files without pickle, and the digests that hold a model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_governance.errors import ModelError
from fmnist_governance.evidence.manifest import canonical, digest

if TYPE_CHECKING:
    from torch import nn

    from fmnist_governance.model.fmnist_classifier import Description, Network

WEIGHTS = "weights.safetensors"
DESCRIPTION = "model.json"
"""As in `fmnist_classifier`; stated here too, because a model is found and named without torch."""
ADDED_ON_DOWNLOAD = "registered_model_meta"
"""The one file that MLflow adds to a model when it is downloaded by its registered name."""
_CHUNK_BYTES = 1 << 20


def save(network: nn.Module, description: Description, folder: Path) -> None:
    """Write a network as `weights.safetensors` and `model.json`. The same network gives the same bytes.

    Args:
        network: On any device; it is left as it is.
        description: What it was built with.
        folder: Created where it is missing.

    Raises:
        ModelError: A file cannot be written.
    """
    from safetensors.torch import save as to_safetensors

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_whole(folder / WEIGHTS, to_safetensors(tensors))
        _write_whole(folder / DESCRIPTION, description.to_json())
    except OSError as err:
        msg = f"{folder}: cannot write the model ({err.strerror}); name a folder that can be written"
        raise ModelError(msg) from err


def read(folder: Path) -> tuple[Network, Description]:
    """Read a network back, frozen and in evaluation mode, running no stored code.

    Raises:
        ModelError: A file is missing or damaged, or the two do not fit.
    """
    from fmnist_governance.model.fmnist_classifier import load

    try:
        return load(folder)
    except ValueError as err:
        msg = f"{folder}: {err}"
        raise ModelError(msg) from err


def holds_model(folder: Path) -> bool:
    """Tell whether a folder holds both files of a model of this package."""
    return (folder / WEIGHTS).is_file() and (folder / DESCRIPTION).is_file()


def weights_digest(folder: Path) -> str:
    """Return the digest of the weights file.

    Raises:
        ModelError: It cannot be read.
    """
    return _digest(folder / WEIGHTS)


def subject_digest(folder: Path) -> str:
    """Return the digest that names a packaged model: the paths and bytes of all its files.

    Bytecode that Python leaves beside the code that it ran (`__pycache__`) is no part of a model.

    Raises:
        ModelError: The folder is empty, holds a link or cannot be read.
    """
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in _files(folder)}
    if not files:
        msg = f"{folder}: no model there; expected a folder with its files"
        raise ModelError(msg)
    return digest(canonical(files))


def bytecode(folder: Path) -> tuple[str, ...]:
    """Return the folders of bytecode in a packaged model: no digest covers them, and Python runs what they hold."""
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("__pycache__")))


def package_bytes(folder: Path) -> int:
    """Return the bytes of all files that `subject_digest` covers.

    Raises:
        ModelError: The folder holds a link.
    """
    return sum(path.stat().st_size for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    """Give every file of a packaged model, but not what a download or a run of its code adds."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names) + folders:
            path = Path(parent, name)
            if path.is_symlink():
                msg = f"{path}: a link; a packaged model is made of plain files"
                raise ModelError(msg)
            if path.is_file() and path != folder / ADDED_ON_DOWNLOAD:
                yield path


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                whole.update(chunk)
    except OSError as err:
        msg = f"{path}: cannot be read ({err.strerror})"
        raise ModelError(msg) from err
    return "sha256:" + whole.hexdigest()


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it appears whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
