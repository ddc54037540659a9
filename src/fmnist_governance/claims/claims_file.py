"""The claims file: sentences of the provider, each with what has to be measured for it to be true."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from fmnist_governance.claims.predicate import parse
from fmnist_governance.config import strict_yaml
from fmnist_governance.evidence.declared import Day, is_placeholder
from fmnist_governance.evidence.wording import unmeasurable


def _parses(text: str) -> str:
    parse(text)
    return text


def _says_something(text: str) -> str:
    if is_placeholder(text):
        msg = "states nothing; write the sentence that the provider stands behind"
        raise ValueError(msg)
    if words := unmeasurable(text):
        msg = f"no measurement can support {', '.join(words)}; claim what was measured"
        raise ValueError(msg)
    return text


def _names_somebody(text: str) -> str:
    if is_placeholder(text):
        msg = "a placeholder names nobody"
        raise ValueError(msg)
    return text


Name = Annotated[str, AfterValidator(_names_somebody)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class ClaimEntry(_Strict):
    """One claim."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=80)]
    """Small letters, digits, `-` and `_`; unique in the file."""
    text: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_says_something)]
    """The sentence."""
    predicate: Annotated[str, StringConstraints(max_length=2_000), AfterValidator(_parses)]
    """Such as `performance.accuracy > 0.90`."""
    by: Name | None = None
    """Who claims it; else who the file names."""
    on: Day | None = None


class ClaimsFile(_Strict):
    """All that a provider claims of some models."""

    models: Annotated[tuple[str, ...], Field(min_length=1)]
    """The registered models that the claims are about; of any other model nothing is claimed."""
    by: Name | None = None
    on: Day | None = None
    claims: tuple[ClaimEntry, ...]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [claim.id for claim in self.claims]
        if repeated := sorted({id_ for id_ in ids if ids.count(id_) > 1}):
            msg = f"claims: {', '.join(repeated)}: given twice; each claim has an id of its own"
            raise ValueError(msg)
        return self

    def cover(self, model: str) -> bool:
        """Whether the claims are about this registered model."""
        return model in self.models


def load_claims(path: Path) -> ClaimsFile:
    """Read a claims file such as `configs/claims.yaml`.

    Raises:
        ConfigError: The file is not there, or not a claims file; every problem has a line.
    """
    return strict_yaml.read(path, ClaimsFile)
