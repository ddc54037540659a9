"""Read what a user says of how a model that others made is fed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fmnist_governance.errors import ConfigError

if TYPE_CHECKING:
    from fmnist_governance.pipeline.foreign import Fed


def fed_as(scale: str, class_names: str | None, layer: str | None) -> Fed:
    """Return the options `--input-scale`, `--class-names` and `--layer` as one value.

    Raises:
        ConfigError: One of them cannot be read.
    """
    from fmnist_governance.model.feeding import Scale
    from fmnist_governance.pipeline.foreign import Fed

    return Fed(Scale.read(scale), None if class_names is None else _names(class_names), layer)


def _names(text: str) -> tuple[str, ...]:
    """Read names with commas between them, or a file with a name a line."""
    file = Path(text)
    try:
        parts = file.read_text(encoding="utf-8").splitlines() if "," not in text and file.is_file() else text.split(",")
    except (OSError, UnicodeDecodeError) as err:
        msg = f"--class-names: {text}: cannot be read; expected UTF-8 text with a name a line"
        raise ConfigError(msg) from err
    names = tuple(part.strip() for part in parts if part.strip())
    if len(names) < 2 or len(set(names)) < len(names):  # noqa: PLR2004 - one class is no choice
        msg = f"--class-names: {text!r}: expected two or more different names: a,b,c or a file with a name a line"
        raise ConfigError(msg)
    return names
