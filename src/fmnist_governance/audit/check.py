"""The contract of a check. Read this before adding one: a check is one file and one catalog line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from torch import Tensor

from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.evidence.record import Measurement, Unit


class Params(BaseModel):
    """Base of a check's settings, as a suite file gives them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `unit` is None for text."""

    name: str
    unit: Unit | None = None


Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers that belong together; charts are drawn from it."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels that a check looked at: examples, heat maps. Charts are drawn elsewhere, from tables."""

    name: str
    caption: str
    alternative: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Condition:
    """Which images were answered rightly under one condition, so that two audits can be compared in pairs."""

    name: str
    correct: Tensor
    """(N,) bool, in index order."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """All that one check found."""

    measurements: tuple[Measurement, ...]
    limits: tuple[str, ...]
    """What the numbers do not show."""
    passes: float = 0.0
    """Forward passes over the test split that it made; forward and backward to the input count as three."""
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    outcomes: tuple[Condition, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    """Measurement ids that it owed and could not measure, each with the reason."""


P = TypeVar("P", bound=Params)


@dataclass(frozen=True, slots=True)
class Check(Generic[P]):
    """One question asked of a model."""

    name: str
    version: int
    """Raised whenever the same input would give another number."""
    needs: frozenset[Need]
    params: type[P]
    measure: Callable[[Subject, P], CheckResult]
    repeatable: bool = True
    """False for a check of time itself."""
