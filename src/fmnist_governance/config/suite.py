"""Which checks are asked of a model, with which settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, StringConstraints

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.config.shipped import find, shipped
from fmnist_governance.config.strict_yaml import read
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import SuiteName

CUSTOM = "custom"
STRENGTH = ("quick", "standard", "full")
"""The shipped suites; each asks at least as much as the one before."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+$", max_length=60)]


class Suite(BaseModel):
    """The checks of one audit. Their settings stay raw until each check's own model reads them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)

    name: Name
    title: str
    seed: NonNegativeInt | None = None
    """Seed of every random draw; None leaves it to the command."""
    checks: dict[Name, dict[str, Any]] = Field(min_length=1)
    """Check to settings; what is left out takes the check's default."""


def load_suite(name_or_path: str, config_dir: Path | None) -> Suite:
    """Read a suite by its name (`suites/NAME.yaml`) or by the path of its file.

    Raises:
        ConfigError: There is no such suite, or its file is wrong.
    """
    if name_or_path.endswith((".yaml", ".yml")):
        return read(Path(name_or_path), Suite)
    names = _names(config_dir)
    if name_or_path not in names:
        known = ", ".join(names) or "none"
        hint = did_you_mean(name_or_path, names)
        msg = f"suite {name_or_path!r} is not known{hint}; known are {known}, or the path of a .yaml file"
        raise ConfigError(msg)
    return read(find(config_dir, "suites", f"{name_or_path}.yaml"), Suite)


def suite_name(suite: Suite) -> SuiteName:
    """Return the name that a record may give the suite, and the digest of its settings.

    A suite bears a shipped name only with the shipped settings; under any other it is `custom`.
    """
    own = shipped("configs") / "suites" / f"{suite.name}.yaml"
    genuine = own.is_file() and _digest(read(own, Suite)) == _digest(suite)
    return SuiteName(name=suite.name if genuine else CUSTOM, digest=_digest(suite))


def _digest(suite: Suite) -> str:
    return digest(canonical(suite.model_dump(mode="json", include={"seed", "checks"})))


def _names(config_dir: Path | None) -> list[str]:
    folders = [config_dir] if config_dir is not None else [Path("configs"), shipped("configs")]
    return sorted({file.stem for folder in folders for file in (folder / "suites").glob("*.yaml")})
