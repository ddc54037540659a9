"""Debian's package of Fashion-MNIST, through apt's own client: without root, without installing it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from fmnist_governance.errors import DatasetError

PACKAGE = "dataset-fashion-mnist"
INSIDE = Path("usr/share/datasets/fashion-mnist")
_STATUS = Path("/var/lib/dpkg/status")
_SECONDS = 180


def unpack(scratch: Path) -> Path:
    """Download the package and unpack it below an empty folder.

    apt keeps its lists and its cache in this folder, so neither the system nor its state is touched; it verifies the
    package against the signed lists.

    Returns:
        The folder that holds the four files.

    Raises:
        DatasetError: There is no apt here, or it cannot get the package.
    """
    apt, dpkg = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if apt is None or dpkg is None:
        msg = "no apt-get and dpkg-deb on this system"
        raise DatasetError(msg)
    for folder in ("state/lists/partial", "cache/archives/partial", "out"):
        (scratch / folder).mkdir(parents=True)
    options = {
        "Dir::State": scratch / "state",
        "Dir::State::status": _STATUS,
        "Dir::Cache": scratch / "cache",
        "APT::Sandbox::User": "",
        "Acquire::Retries": 1,
        "Acquire::http::Timeout": 20,
    }
    hooks = scratch / "no-hooks.conf"
    hooks.write_text("#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n", encoding="utf-8")
    client = [apt, "-qq", f"-c{hooks}", *(f"-o{name}={value}" for name, value in options.items())]
    _run([*client, "update"], scratch, may_fail=True)  # Another, broken source does not matter.
    _run([*client, "download", PACKAGE], scratch)
    archive = next(scratch.glob("*.deb"), None)
    if archive is None:
        msg = f"apt-get downloaded no {PACKAGE}"
        raise DatasetError(msg)
    _run([dpkg, "-x", str(archive), str(scratch / "out")], scratch)
    return scratch / "out" / INSIDE


def _run(command: Sequence[str], folder: Path, *, may_fail: bool = False) -> None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed commands
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as err:
        msg = f"{Path(command[0]).name}: {err}"
        raise DatasetError(msg) from err
    if done.returncode and not may_fail:
        said = [line for line in done.stderr.splitlines() if line.startswith("E:")] or done.stderr.splitlines()
        msg = f"{Path(command[0]).name}: {said[0] if said else f'exit code {done.returncode}'}"
        raise DatasetError(msg)
