"""Where a user's cache is."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def user_cache() -> Path:
    """Return this program's folder of the user's cache: below `XDG_CACHE_HOME`, else `~/.cache`.

    A relative `XDG_CACHE_HOME` is ignored, as the XDG Base Directory Specification asks; a user without a home folder
    gets a folder of the system's temporary files.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if Path(base).is_absolute():
        return Path(base) / "fmnist-audit"
    try:
        return Path.home() / ".cache" / "fmnist-audit"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / "fmnist-audit"
