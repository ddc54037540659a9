"""What a machine tells about itself: its processor, and the energy that it counts."""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path

POWERCAP = Path("/sys/class/powercap")
_MICRO = 1e-6


def processor() -> str:
    """Return the processor's name, as the system gives it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def energy_counter(folder: Path = POWERCAP) -> Callable[[], float] | None:
    """Return a function that gives the joules that all processor packages have used so far; None without a counter.

    Args:
        folder: Where Linux shows RAPL, the processor's own counters: `intel-rapl:N/name` and `energy_uj`. Reading them
            is a right of the administrator on most systems.
    """
    zones = [zone for zone in sorted(folder.glob("intel-rapl:*")) if zone.name.count(":") == 1]
    files = [zone / "energy_uj" for zone in zones if _text(zone / "name").startswith("package")]
    if not files or not all(_text(file).isdecimal() for file in files):
        return None
    return lambda: sum(int(_text(file) or 0) for file in files) * _MICRO


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
