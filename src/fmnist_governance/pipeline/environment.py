"""Which program, on which machine, with which packages."""

from __future__ import annotations

import platform
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fmnist_governance import __version__
from fmnist_governance.evidence.record import Environment, Tool
from fmnist_governance.model.machine import processor

NAME = "fmnist-governance"
PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "scipy", "captum", "mlflow", "safetensors", "pillow")
_SOURCE = Path(__file__).resolve().parents[3]


def now() -> str:
    """Return the time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def tool() -> Tool:
    """Return this program's version, and the commit of the checkout that it runs from, if it does."""
    commit = _git("rev-parse", "HEAD") if (_SOURCE / ".git").exists() else None
    changes = _git("status", "--porcelain") if commit else None
    return Tool(name=NAME, version=__version__, commit=commit, dirty=None if changes is None else bool(changes))


def _git(*arguments: str) -> str | None:
    program = shutil.which("git")
    if program is None:
        return None
    done = subprocess.run(  # noqa: S603 - fixed arguments
        [program, "-C", str(_SOURCE), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else None


def environment() -> Environment:
    """Return the interpreter, the machine and the versions of the packages that make numbers."""
    return Environment(
        python=platform.python_version(),
        platform=f"{platform.system()} {platform.machine()}",
        processor=processor(),
        packages={name: found for name in PACKAGES if (found := _version(name))},
    )


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def computes_on(kind: str) -> str:
    """Return the name of what a network computes on: the accelerator where the device is one, else the processor.

    Args:
        kind: Kind of the device, such as `cpu`.
    """
    return processor() if kind == "cpu" else accelerator()


def accelerator() -> str:
    """Return the name of the accelerator that torch would use; `none` where there is none."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "mps" if torch.backends.mps.is_available() else "none"
