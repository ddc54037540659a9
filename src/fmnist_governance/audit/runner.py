"""Run checks on a subject, one after another, and turn what they found into files and entries."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from fmnist_governance.audit.check import Check, CheckResult, Params, Table
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError, ConfigError
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import CheckEntry, Cost, Measurement, PictureFile, TableFile

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Planned:
    """A check with the settings that a suite gives it."""

    check: Check[Any]
    params: Params


@dataclass(frozen=True, slots=True)
class Found:
    """What one check left behind: its entry, its numbers, and its files."""

    entry: CheckEntry
    measurements: tuple[Measurement, ...] = ()
    tables: tuple[TableFile, ...] = ()
    pictures: tuple[PictureFile, ...] = ()
    files: Mapping[str, bytes] | None = None


def plan(catalog: tuple[Check[Any], ...], wanted: Mapping[str, Mapping[str, object]]) -> tuple[Planned, ...]:
    """Match a suite with the catalog, in the catalog's order.

    Raises:
        ConfigError: The suite names a check or a setting that does not exist.
    """
    known = {check.name: check for check in catalog}
    if unknown := sorted(set(wanted) - set(known)):
        msg = f"suite: no check is called {', '.join(map(repr, unknown))}; there are: {', '.join(known)}"
        raise ConfigError(msg)
    return tuple(Planned(check, _settings(check, wanted[name])) for name, check in known.items() if name in wanted)


def _settings(check: Check[Any], raw: Mapping[str, object]) -> Params:
    try:
        settings: Params = check.params.model_validate_json(canonical(dict(raw)))
    except ValidationError as err:
        lines = (f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in err.errors())
        msg = f"suite: checks.{check.name}: {'; '.join(lines)}"
        raise ConfigError(msg) from err
    return settings


def run(
    subject: Subject, planned: tuple[Planned, ...], clock: Callable[[], float], pass_seconds: float
) -> Iterator[Found]:
    """Run each check; yield what it found as soon as it is done.

    Args:
        subject: The model with its clean answers.
        planned: The checks, in order.
        clock: Returns seconds, for the cost.
        pass_seconds: What one bare forward pass over the test split takes here.
    """
    for item in planned:
        if missing := sorted(item.check.needs - subject.has):
            yield _unmeasured(item, "not_run", _lack(subject, missing))
            continue
        start = clock()
        try:
            result = item.check.measure(subject, item.params)
        except CheckError as err:
            logger.warning("%s failed: %s", item.check.name, err)
            yield _unmeasured(item, "failed", str(err))
            continue
        yield _found(item, result, clock() - start, pass_seconds)


def _lack(subject: Subject, missing: list[Need]) -> str:
    why = dict.fromkeys(subject.lacks[need] for need in missing if need in subject.lacks)
    return ": ".join([f"the model offers no {', no '.join(missing)}", *(["; ".join(why)] if why else [])])


def _unmeasured(item: Planned, status: Literal["not_run", "failed"], reason: str) -> Found:
    check = item.check
    return Found(
        CheckEntry(
            name=check.name,
            version=check.version,
            status=status,
            reason=reason,
            params=item.params.model_dump(mode="json"),
            promised=(),
            limits=(),
            cost=None,
        )
    )


def _found(item: Planned, result: CheckResult, seconds: float, pass_seconds: float) -> Found:
    name = item.check.name
    _refuse_broken_promises(name, result)
    files: dict[str, bytes] = {}
    tables, pictures = [], []
    for table in result.tables:
        path = f"evidence/{name}/{table.name}.json"
        files[path] = table_bytes(table)
        tables.append(
            TableFile(id=f"{name}.{table.name}", path=path, digest=digest(files[path]), caption=table.caption)
        )
    for picture in result.pictures:
        path = f"evidence/{name}/{picture.name}.png"
        files[path] = picture.png
        pictures.append(
            PictureFile(
                id=f"{name}.{picture.name}",
                path=path,
                digest=digest(picture.png),
                caption=picture.caption,
                alternative=picture.alternative,
            )
        )
    if result.outcomes:
        files[f"evidence/{name}/outcomes.csv"] = outcomes_bytes(result)
    cost = Cost(passes=result.passes, seconds=seconds, floor_seconds=result.passes * pass_seconds or None)
    entry = CheckEntry(
        name=name,
        version=item.check.version,
        status="measured",
        reason=None,
        params=item.params.model_dump(mode="json"),
        promised=(*(m.id for m in result.measurements), *result.absent),
        absent=dict(result.absent),
        limits=result.limits,
        cost=cost,
    )
    return Found(entry, result.measurements, tuple(tables), tuple(pictures), files)


def _refuse_broken_promises(name: str, result: CheckResult) -> None:
    ids = [m.id for m in result.measurements] + list(result.absent)
    foreign = [id_ for id_ in ids if not id_.startswith(f"{name}.")]
    if foreign or len(ids) != len(set(ids)):
        msg = f"check {name}: measurement ids must be its own and unique, not {foreign or sorted(ids)}"
        raise ValueError(msg)


def table_bytes(table: Table) -> bytes:
    """Return a table as the JSON that is stored."""
    columns = [{"name": column.name, "unit": column.unit} for column in table.columns]
    return canonical({"columns": columns, "rows": [list(row) for row in table.rows]})


def outcomes_bytes(result: CheckResult) -> bytes:
    """Return `condition,correct` lines, `correct` a string of 0 and 1 in index order."""
    lines = ["condition,correct"]
    for outcome in result.outcomes:
        digits = "".join("1" if right else "0" for right in outcome.correct.tolist())
        lines.append(f"{outcome.name},{digits}")
    return ("\n".join(lines) + "\n").encode()
