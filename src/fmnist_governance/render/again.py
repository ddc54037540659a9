"""The command that measures the same again."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, FiniteFloat

from fmnist_governance.config import strict_yaml
from fmnist_governance.render import text
from fmnist_governance.render.renderer import Report

_ASKED = "inputs/audit.yaml"
_BYTES = 1 / 255


class _Part(BaseModel):
    """What is read of the file; the rest of it is of no matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Scale(_Part):
    mean: FiniteFloat
    spread: FiniteFloat


class _Fed(_Part):
    input_scale: _Scale
    class_names: tuple[str, ...] | None
    layer: str | None


class _Subject(_Part):
    fed: _Fed | None = None


class _Asked(_Part):
    subject: _Subject


def command(report: Report) -> str:
    """Return the command, with all that a model of others has to be told.

    Raises:
        ConfigError: What the run stores of its question cannot be read.
    """
    record = report.record
    words = ["audit", record.subject.uri, "--dataset", _data(record.dataset.name), "--suite", record.audit.suite.name]
    if record.audit.seed:
        words += ["--seed", str(record.audit.seed)]
    if record.subject.kind != "own":
        words += ["--trust-model-code", *_feeding(report)]
    return " ".join(("fmnist-audit", *(shlex.quote(text.visible(word)) for word in words)))


def _data(name: str) -> str:
    """Return how a data set is asked for: the name of one that lies in a file or folder is made of theirs."""
    kind, _, stem = name.partition("-")
    return {"npz": f"npz:{stem}.npz", "folder": f"folder:{stem}"}.get(kind, name)


def _feeding(report: Report) -> Iterator[str]:
    fed = strict_yaml.parse(report.read(_ASKED).decode("utf-8", "replace"), _ASKED, _Asked).subject.fed
    if fed is None:
        return
    mean, spread = fed.input_scale.mean, fed.input_scale.spread
    if (mean, spread) != (0.0, 1.0):
        yield from ("--input-scale", "0-255" if (mean, spread) == (0.0, _BYTES) else f"standardised:{mean},{spread}")
    if fed.class_names:
        yield from ("--class-names", ",".join(fed.class_names))
    if fed.layer:
        yield from ("--layer", fed.layer)
