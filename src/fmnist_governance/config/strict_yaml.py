"""Read YAML that a person wrote, strictly: what could be misread is refused, with file and line.

Scalars follow the core schema of YAML 1.2 (`no` is a word, `1e-3` is a number). There is one document, keys are unique
texts, and there are no anchors, aliases, tags or merge keys, so a file means what it shows.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml import events

from fmnist_governance.config.problems import Problem, Value, Where, explain, inside, shown
from fmnist_governance.errors import ConfigError

MAX_BYTES = 1_000_000
MAX_DEPTH = 24
MAX_PROBLEMS = 20

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_HIDDEN_BREAK = re.compile("[\x85\u2028\u2029]")
_MAX_DIGITS = 400

Event = Any  # PyYAML's type stubs leave out what its events hold.

M = TypeVar("M", bound=BaseModel)


class InvalidFileError(ConfigError):
    """A file can be read as YAML and says something that is not allowed; holds every problem found."""

    def __init__(self, source: str, problems: list[Problem]) -> None:
        """Keep the problems, in the order of their lines."""
        self.source = source
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        lines = [f"{source}:{p.line}: {p.text}" for p in self.problems[:MAX_PROBLEMS]]
        if len(self.problems) > MAX_PROBLEMS:
            lines.append(f"{source}: and {len(self.problems) - MAX_PROBLEMS} more problems")
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file, and on which line each part of it stands."""

    source: str
    value: Value
    lines: Mapping[Where, int]

    def line(self, path: Where = ()) -> int:
        """Return the line of the value at a path, or of the nearest part around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read(path: Path, model: type[M]) -> M:
    """Read a file as a model.

    Raises:
        ConfigError: The file is absent, is not such YAML, or does not fit the model; names file, line and remedy.
    """
    return validate(load(read_text(path), str(path)), model)


def parse(text: str, source: str, model: type[M]) -> M:
    """Read a text as a model; `source` names it in messages.

    Raises:
        ConfigError: The text is not such YAML or does not fit the model.
    """
    return validate(load(text, source), model)


def read_text(path: Path) -> str:
    """Return the text of a file that a person wrote, UTF-8 with or without a byte order mark.

    Raises:
        ConfigError: The file is absent, too large or not UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as err:
        msg = f"{path}: {(err.strerror or 'cannot be read').lower()}; expected a YAML file there"
        raise ConfigError(msg) from err
    if len(data) > MAX_BYTES:
        msg = f"{path}: larger than {MAX_BYTES:,} bytes; a file that a person writes is smaller"
        raise ConfigError(msg)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        msg = f"{path}:{line}: not UTF-8 text (byte 0x{data[err.start]:02x}); save the file as UTF-8"
        raise ConfigError(msg) from err


def load(text: str, source: str) -> Document:
    """Read a text as plain values, each with its line.

    Raises:
        ConfigError: The text is no YAML, is empty, holds two documents, or uses what this reader refuses.
    """
    if hidden := _HIDDEN_BREAK.search(text):
        line = text.count("\n", 0, hidden.start()) + 1
        msg = f"{source}:{line}: hidden line break U+{ord(hidden[0]):04X}; remove it"
        raise ConfigError(msg)
    try:
        return _Builder(source, text).document()
    except yaml.reader.ReaderError as err:
        line = text.count("\n", 0, err.position) + 1
        msg = f"{source}:{line}: character U+{ord(text[err.position]):04X} is not allowed in a text file; remove it"
        raise ConfigError(msg) from err
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        what = " ".join(str(part) for part in (err.context, err.problem) if part)
        told = "a tab cannot indent; use spaces" if r"'\t'" in what else shown(what, quote=False)
        msg = f"{source}:{mark.line + 1 if mark else 1}: not YAML: {told}"
        raise ConfigError(msg) from err


def validate(document: Document, model: type[M], at: Where = ()) -> M:
    """Fit a document, or the part of it at a path, to a model.

    Raises:
        InvalidFileError: It does not fit; every problem is in it, each with its line.
    """
    value = inside(document.value, at)
    try:
        return model.model_validate_json(json.dumps(value))
    except ValidationError as err:
        schema = model.model_json_schema(by_alias=True)
        found = (explain(error, value, schema, at) for error in _told_once(err.errors()))
        problems = [Problem(document.line(path), text) for path, text in found]
        raise InvalidFileError(document.source, problems) from err


def _told_once(errors: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Leave out that a list is too short where that is because its items were refused."""
    places = [error["loc"] for error in errors]
    for error in errors:
        inside_ = (place for place in places if place[: len(error["loc"])] == error["loc"] != place)
        if error["type"] != "too_short" or not any(inside_):
            yield error


class _Builder:
    """Turns the parser's events into values; nesting is bounded, so a hostile file cannot exhaust the stack."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self.lines: dict[Where, int] = {}
        self.events: Iterator[Event] = yaml.parse(text, Loader=yaml.SafeLoader)

    def document(self) -> Document:
        next(self.events)
        first = next(self.events)
        if isinstance(first, events.StreamEndEvent):
            self._refuse(first, "the file is empty; nothing can be read from it")
        value = self._value(next(self.events), ())
        next(self.events)
        after = next(self.events)
        if not isinstance(after, events.StreamEndEvent):
            self._refuse(after, "a second document begins; keep one document in a file")
        if value is None:
            self._refuse(first, "the file is empty; nothing can be read from it")
        return Document(self.source, value, self.lines)

    def _value(self, event: Event, path: Where) -> Value:
        self.lines.setdefault(path, event.start_mark.line + 1)
        self._plain(event)
        if len(path) > MAX_DEPTH:
            self._refuse(event, f"nested more than {MAX_DEPTH} levels deep; nothing here is that deep")
        if isinstance(event, events.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, events.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _plain(self, event: Event) -> None:
        if isinstance(event, events.AliasEvent):
            self._refuse(event, f"alias *{shown(event.anchor, quote=False)} is not allowed; write the value out")
        if event.anchor is not None:
            self._refuse(event, f"anchor &{shown(event.anchor, quote=False)} is not allowed; write each value out")
        if event.tag is not None:
            self._refuse(event, f"tag {shown(event.tag, quote=False)} is not allowed; write a plain value")

    def _sequence(self, path: Where) -> list[Value]:
        values: list[Value] = []
        while not isinstance(event := next(self.events), events.SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _mapping(self, path: Where) -> dict[str, Value]:
        values: dict[str, Value] = {}
        while not isinstance(event := next(self.events), events.MappingEndEvent):
            key = self._key(event)
            here = (*path, key)
            if key in values:
                self._refuse(event, f"key {shown(key)} is given twice, first on line {self.lines[here]}; keep one")
            self.lines[here] = event.start_mark.line + 1
            values[key] = self._value(next(self.events), here)
        return values

    def _key(self, event: Event) -> str:
        self._plain(event)
        if not isinstance(event, events.ScalarEvent):
            self._refuse(event, "a list or mapping cannot be a key; keys are texts")
        if event.implicit[0] and event.value == "<<":
            self._refuse(event, "merge key << is not allowed; write the keys out")
        key = self._scalar(event)
        if not isinstance(key, str):
            self._refuse(event, f'key {shown(key)} is not a text; write "{event.value}" in quotes if it is meant')
        return str(key)

    def _scalar(self, event: Event) -> Value:
        text = str(event.value)
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._refuse(event, "half of a surrogate pair is no character; write the character itself")
        if not event.implicit[0]:
            return text
        if text in _NULL:
            return None
        if text in _BOOL:
            return _BOOL[text]
        return self._number(event, text)

    def _number(self, event: Event, text: str) -> int | float | str:
        if _NOT_FINITE.fullmatch(text):
            self._refuse(event, f"{text} is not a finite number; write a number")
        base = 10 if _INT.fullmatch(text) else 8 if _OCTAL.fullmatch(text) else 16 if _HEX.fullmatch(text) else 0
        if not base and not _FLOAT.fullmatch(text):
            return str(text)
        if len(text) > _MAX_DIGITS:
            self._refuse(event, f"a number of {len(text)} characters; put it in quotes if it is a text")
        if base:
            return int(text, base)
        if not math.isfinite(number := float(text)):
            self._refuse(event, f"{text} is too large for a number; write a smaller one")
        return number

    def _refuse(self, event: Event, text: str) -> None:
        raise InvalidFileError(self.source, [Problem(event.start_mark.line + 1, text)])
