"""Say what is wrong with a setting, where, and what would be right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from fmnist_governance.evidence.days import DAY

Where = tuple[str | int, ...]
"""Path to a value: keys and list positions, from the top."""

Value = str | int | float | bool | None | list[Any] | dict[str, Any]
"""What a file can say."""

_MAX_SHOWN = 80
FORMS = {
    DAY: "a day, such as 2026-11-22",
    r"^sha256:[0-9a-f]{64}$": "sha256: and 64 digits from 0 to 9 and a to f",
    r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$": "small letters, digits, - and _, such as worst-class",
    r"^[a-z0-9_]+$": "small letters, digits and _",
    r"^[a-z0-9_]+(\.[a-z0-9_]+)+$": "the id of a measurement, such as performance.accuracy",
    r"^[a-z0-9_]+(\.([a-z0-9_]+|\*))*\.\*(\.([a-z0-9_]+|\*))*$": "a check and *, such as performance.class.*.recall",
    r"^[^/\\:\x00][^\\:\x00]*$": "the name of a shipped policy, or the path of a .yaml file seen from this one",
    r"^models:/[^/@]{1,200}/[0-9]{1,10}$": "a registered version, such as models:/NAME/3",
    r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$": "the name of a package",
    r"^[A-Za-z0-9_.-]+$": "letters, digits, -, _ and dots",
    r"^ *[1-9][0-9]{0,3}(/2)?( +([1-9][0-9]{0,3}(/2)?|\+[1-9][0-9]{0,3}))* *$": (
        "a word for each layer, as in 16/2 32/2 64 +64, of 1 to 9999 channels"
    ),
    r"^[A-Za-z0-9._-]+$": "letters, digits, -, _ and dots",
}
"""What is meant by a regular expression of a setting, for people who do not read those."""
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")
_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "model_attributes_type": "a mapping of keys to values",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "none_required": "nothing",
}


class Problem(NamedTuple):
    """One thing to mend."""

    line: int
    text: str


def shown(value: object, *, quote: bool = True) -> str:
    """Return a value as it may stand in a message: escaped and shortened."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = repr(value) if quote else repr(str(value))[1:-1]
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "..."


def path_text(path: Where) -> str:
    """Return a path as a person would write it, such as `clauses[0].kind`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in path)
    return "".join(parts).removeprefix(".") or "top level"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the likeliest of the known words, or nothing."""
    close = difflib.get_close_matches(word[:200], sorted(set(known)), n=1, cutoff=0.6)
    return f"; did you mean {shown(close[0])}?" if close else ""


def inside(value: Value, path: Where) -> Value:
    """Return the part of a value at a path that exists in it."""
    found: Any = value
    for part in path:
        found = found[part]
    return cast("Value", found)


def explain(error: Mapping[str, Any], value: Value, schema: Mapping[str, Any], at: Where) -> tuple[Where, str]:
    """Put one of pydantic's errors into words.

    Args:
        error: The error, as `ValidationError.errors` gives it.
        value: What was validated.
        schema: JSON schema of the model, for the keys that would have been right.
        at: Where the validated part stands in the file.

    Returns:
        The path to the line at fault, and the message, which begins with the path.
    """
    found = tuple(_existing(value, error["loc"]))
    if error["type"] == "missing":
        missing = str(error["loc"][-1])
        return (*at, *found), f"{path_text((*at, *found, missing))}: is missing; add it"
    return (*at, *found), f"{path_text((*at, *found))}: {_text(error, found, schema)}"


def _text(error: Mapping[str, Any], found: Where, schema: Mapping[str, Any]) -> str:
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(str(found[-1]), known_keys(schema, found[:-1]))
    if kind in {"literal_error", "enum"}:
        options = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"]]
        return f"{shown(given)} is not one of {', '.join(options)}{did_you_mean(str(given), options)}"
    if kind in _KINDS:
        return f"{_described(given)}; expected {_KINDS[kind]}"
    if kind in {"too_short", "string_too_short"}:
        return f"is {'empty' if not given else 'too short'}; expected at least {context['min_length']}"
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error", error["msg"]))
    form = FORMS.get(context.get("pattern", ""))
    return f"{shown(given)}{f'; expected {form}' if form else ': ' + error['msg'].replace('Input should', 'should')}"


def _unknown_key(key: str, known: list[str]) -> str:
    return f"unknown key{did_you_mean(key, known) or ('; known are ' + ', '.join(known) if known else '')}"


def _described(given: object) -> str:
    if isinstance(given, str):
        return f"{shown(given)} is a text"
    if isinstance(given, bool) or given is None or isinstance(given, (dict, list)):
        return f"is {shown(given)}"
    return f"{shown(given)} is a number"


def _existing(value: Value, location: Iterable[str | int]) -> Iterator[str | int]:
    """Drop from pydantic's location what names a member of a union and not a part of the file."""
    found: Any = value
    for part in location:
        keyed = isinstance(found, dict) and part in found
        if keyed or (isinstance(found, list) and isinstance(part, int) and part < len(found)):
            found = found[part]
            yield part


def known_keys(schema: Mapping[str, Any], path: Where) -> list[str]:
    """Return the keys that a JSON schema allows at a path, in its order."""
    nodes = list(_flat(schema, schema))
    for part in path:
        nodes = [child for node in nodes for step in _steps(node, part) for child in _flat(step, schema)]
    return list(dict.fromkeys(key for node in nodes for key in node.get("properties", {})))


def _steps(node: Mapping[str, Any], part: str | int) -> Iterator[Mapping[str, Any]]:
    below = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
    below = node.get("additionalProperties") if below is None and isinstance(part, str) else below
    if isinstance(below, dict):
        yield below


def _flat(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Follow references and unions to the nodes that say something."""
    if "$ref" in node:
        yield from _flat(schema["$defs"][node["$ref"].rsplit("/", 1)[1]], schema)
    for key in ("anyOf", "oneOf", "allOf"):
        for member in node.get(key, ()):
            yield from _flat(member, schema)
    yield node


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else shown(key)
