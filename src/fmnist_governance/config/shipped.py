"""Where the files are that come with the package, and which of a user's files stand in for them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from fmnist_governance.errors import ConfigError

_HERE = Path(__file__).resolve()


def shipped(name: Literal["templates", "configs"]) -> Path:
    """Return the folder as shipped in the wheel, else as checked out."""
    inside = _HERE.parents[1] / name
    return inside if inside.is_dir() else _HERE.parents[3] / name


def find(config_dir: Path | None, *parts: str) -> Path:
    """Return the configuration file that counts.

    Args:
        config_dir: The folder that the user named; None when none was named.
        parts: Path of the file below a configuration folder.

    Returns:
        The file in the named folder; else in `./configs` if it is there, else as shipped.

    Raises:
        ConfigError: The file is in none of them. A named folder is not filled up from the others.
    """
    folders = [config_dir] if config_dir is not None else [Path("configs"), shipped("configs")]
    for folder in folders:
        if (file := folder.joinpath(*parts)).is_file():
            return file
    looked = " or ".join(str(folder) for folder in folders)
    msg = f"{Path(*parts)}: not found in {looked}; put it there or name another folder with --config"
    raise ConfigError(msg)
