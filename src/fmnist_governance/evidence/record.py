"""The evidence record: what an audit measured, on what, with which uncertainty."""

from __future__ import annotations

from math import inf
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from fmnist_governance.stats.interval import Interval as Interval  # noqa: PLC0414 - part of the record's vocabulary

MeasurementId = Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)+$", max_length=200)]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Timestamp = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
Unit = Literal["fraction", "count", "seconds", "bytes", "nats", "pixels", "per_second", "joules", "score"]

SCHEMA_VERSION = 1
_RANGES = {
    "fraction": (-1.0, 1.0),
    **dict.fromkeys(("count", "seconds", "bytes", "pixels", "per_second", "joules"), (0.0, inf)),
}
"""What a value can be, by its unit; a difference of two fractions may be below 0."""
_ROUNDING = 1e-9


class Record(BaseModel):
    """Base of every type that is written to disk: immutable, closed, strict."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True)


class Measurement(Record):
    """One number, with what is needed to read it."""

    id: MeasurementId
    title: str
    value: FiniteFloat
    unit: Unit
    better: Literal["higher", "lower"] | None
    n: PositiveInt | None
    """How many examples the number rests on; None where none was counted (parameters)."""
    interval: Interval | None
    """None only for what is exact."""
    headline: bool = False
    """Whether the number is also kept as a metric of the run."""

    @model_validator(mode="after")
    def _possible(self) -> Measurement:
        least, most = _RANGES.get(self.unit, (-inf, inf))
        if not least <= self.value <= most:
            msg = f"{self.id} is {self.value}, which no {self.unit} can be"
            raise ValueError(msg)
        if self.interval and not self.interval.low - _ROUNDING <= self.value <= self.interval.high + _ROUNDING:
            msg = f"{self.id} is {self.value}, outside its interval {self.interval.low} to {self.interval.high}"
            raise ValueError(msg)
        return self


class TableFile(Record):
    """A stored table: a JSON file with `columns` and `rows`."""

    id: MeasurementId
    path: str
    digest: Digest
    caption: str


class PictureFile(Record):
    """A stored picture of pixels: a PNG file."""

    id: MeasurementId
    path: str
    digest: Digest
    caption: str
    alternative: str
    """What the picture shows, for a reader who cannot see it."""


class Cost(Record):
    """What a check cost, and the least it could have cost."""

    passes: NonNegativeFloat
    """Forward passes over the whole test split; forward and backward to the input count as three."""
    seconds: NonNegativeFloat
    floor_seconds: NonNegativeFloat | None
    """The bare passes on the same batches and threads; None where a check needs none of its own."""
    kept: bool = False
    """Whether an earlier audit of the same subject, data, settings and code had measured it, in that many seconds."""


class CheckEntry(Record):
    """What became of one check."""

    name: str
    version: PositiveInt
    status: Literal["measured", "not_run", "failed"]
    reason: str | None
    """Why it was not run or failed; None when it measured."""
    params: dict[str, Any]
    promised: tuple[MeasurementId, ...]
    """Every measurement that the check owes, found or not."""
    absent: dict[MeasurementId, str] = Field(default_factory=dict)
    """The promised ids that could not be measured, each with the reason."""
    limits: tuple[str, ...]
    """What the check does not show."""
    cost: Cost | None


class Tool(Record):
    """The program that made the record."""

    name: str
    version: str
    commit: str | None
    dirty: bool | None
    """Whether the source tree had changes that no commit holds; None outside a checkout."""


class SuiteName(Record):
    """Which suite of checks was asked for."""

    name: str
    digest: Digest


class Audit(Record):
    """When, how long and on what the audit ran."""

    started: Timestamp
    seconds: NonNegativeFloat
    seed: NonNegativeInt
    device: str
    threads: PositiveInt
    suite: SuiteName


class SubjectFacts(Record):
    """The model that was audited."""

    uri: str
    kind: Literal["own", "torch", "pyfunc"]
    digest: Digest
    weights: Digest | None
    parameters: NonNegativeInt | None
    architecture: str | None
    input_shape: tuple[PositiveInt, ...]


class SplitFacts(Record):
    """Size and identity of one split."""

    n: PositiveInt
    digest: Digest


class DatasetFacts(Record):
    """The data that the model was audited on."""

    name: str
    digest: Digest
    classes: tuple[str, ...]
    splits: dict[str, SplitFacts]
    source: str
    """Where the images come from, in words that name no path of one machine."""
    licence: str | None


class TrainingFacts(Record):
    """How the model was trained, copied from its training run."""

    run: str
    recipe: str
    seed: NonNegativeInt
    epochs: PositiveInt
    seconds: NonNegativeFloat
    finished: Timestamp
    dataset_digest: Digest
    parent: str | None
    """The model whose weights it started from; None when it started from chance."""
    temperature: PositiveFloat | None = None
    """By which its logits were divided after training, fitted on held-out images; None where nothing was."""
    processor: str | None = None
    """What it was trained on; None where an earlier version did not write it down."""
    joules: NonNegativeFloat | None = None
    """Energy that the processor counted for the whole machine meanwhile; None where nothing counted all of it."""
    commit: str | None = None
    """Of the program that trained it; None outside a checkout, or where an earlier version did not write it down."""


class Environment(Record):
    """The machine and the packages that produced the numbers."""

    python: str
    platform: str
    processor: str
    packages: dict[str, str]


class EvidenceRecord(Record):
    """Everything that one audit learned. Documents, claims and verdicts read only this."""

    schema_version: Literal[1] = 1
    tool: Tool
    audit: Audit
    subject: SubjectFacts
    dataset: DatasetFacts
    training: TrainingFacts | None
    environment: Environment
    checks: tuple[CheckEntry, ...]
    measurements: tuple[Measurement, ...]
    tables: tuple[TableFile, ...]
    pictures: tuple[PictureFile, ...]

    def find(self, id_: str) -> Measurement | None:
        """Return the measurement with that id, or None when nobody measured it."""
        return next((m for m in self.measurements if m.id == id_), None)

    def check(self, name: str) -> CheckEntry | None:
        """Return the entry of that check, or None when the suite did not ask for it."""
        return next((c for c in self.checks if c.name == name), None)

    def promised(self) -> tuple[str, ...]:
        """Return every measurement id that some check owes, found or not, in record order."""
        return tuple(id_ for check in self.checks for id_ in check.promised)
