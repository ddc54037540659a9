"""The declarations file: what people state about a system, one file for each system."""

from __future__ import annotations

from pathlib import Path

from fmnist_governance.config import strict_yaml
from fmnist_governance.evidence.declared import Declarations


def load_declarations(path: Path) -> Declarations:
    """Read a declarations file such as `configs/system.yaml`.

    A statement is a plain text, or a mapping of `text`, `by`, `on` (a date such as 2026-11-22) and `source`.

    Raises:
        ConfigError: The file is not there, or not a declarations file; every problem has a line.
    """
    return strict_yaml.read(path, Declarations)
