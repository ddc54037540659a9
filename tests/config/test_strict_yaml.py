from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import Field, FiniteFloat, StrictInt

from fmnist_governance.config.strict_yaml import MAX_BYTES, load, parse, read
from fmnist_governance.errors import ConfigError
from fmnist_governance.evidence.record import Record


class Inner(Record):
    kind: Literal["at_least", "at_most"]
    share: FiniteFloat = Field(default=0.5, ge=0, le=1)


class Outer(Record):
    title: str
    count: StrictInt = 1
    clauses: tuple[Inner, ...] = ()
    extra: dict[str, Inner] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("1e-3", 0.001),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-7", -7),
        ("010", 10),
        ("0o10", 8),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2026-11-22", "2026-11-22"),
        ("True", True),
        ("~", None),
        ("'0.9'", "0.9"),
        ("[1, two]", [1, "two"]),
        ("=", "="),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    document = load(f"key: {text}\n", "f.yaml")

    assert document.value == {"key": value}
    assert isinstance(document.value, dict)
    assert type(document.value["key"]) is type(value)


HOSTILE = {
    "empty": ("", 1, "empty"),
    "comment only": ("# nothing\n", 2, "empty"),
    "null document": ("---\n", 1, "empty"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "second document"),
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3, "given twice, first on line 1"),
    "duplicate nested key": ("a:\n  x: 1\n  'x': 2\n", 3, "given twice"),
    "alias": ("a: &x [1]\nb: *x\n", 1, "anchor &x"),
    "lone alias": ("a: 1\nb: *x\n", 2, "alias *x"),
    "python tag": ("a: !!python/object/apply:os.system ['true']\n", 1, "tag"),
    "string tag": ("a: 1\nb: !!str 2\n", 2, "tag"),
    "bare tag": ("a: ! 2\n", 1, "tag"),
    "merge key": ("a: 1\n<<: {b: 2}\n", 2, "merge key"),
    "number as key": ("a: 1\n7: x\n", 2, "is not a text"),
    "boolean as key": ("true: x\n", 1, "is not a text"),
    "list as key": ("[a]: x\n", 1, "cannot be a key"),
    "nan": ("a: 1\nb: .nan\n", 2, "not a finite number"),
    "infinity": ("a: -.inf\n", 1, "not a finite number"),
    "overflow": ("a: 1e999\n", 1, "too large"),
    "many digits": (f"a: {'9' * 5000}\n", 1, "number of 5000"),
    "tab": ("a:\n\tb: 1\n", 2, "not YAML"),
    "unclosed": ("a: [1, 2\n", 2, "not YAML"),
    "control character": ("a: 1\nb: \x07\n", 2, "U+0007"),
    "hidden line break": ("a: 1 # \u2028b: 2\n", 1, "U+2028"),
    "surrogate": ('a: "\\ud800"\n', 1, "surrogate"),
    "deep flow": ("a: " + "[" * 4000 + "\n", 1, "levels deep"),
    "deep block": ("".join(" " * i + "k:\n" for i in range(200)), 26, "levels deep"),
    "other version": ("%YAML 2.0\n---\na: 1\n", 1, "not YAML"),
}


@pytest.mark.parametrize(("text", "line", "words"), HOSTILE.values(), ids=HOSTILE)
def test_what_could_be_misread_is_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(ConfigError, match=rf"^f\.yaml:{line}: ") as refused:
        load(text, "f.yaml")

    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_billion_laughs_are_refused_at_the_first() -> None:
    rows = ["a: &a [lol, lol]", *(f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True))]

    with pytest.raises(ConfigError, match=r"f\.yaml:1: anchor &a is not allowed"):
        load("\n".join(rows), "f.yaml")


def test_every_problem_is_told_at_once_each_with_its_line() -> None:
    text = "titel: x\ncount: 1.5\nclauses:\n  - kind: at_lest\n  - kind: at_most\n    share: '0.9'\n  - share: 2\n"

    with pytest.raises(ConfigError) as refused:
        parse(text, "p.yaml", Outer)

    assert str(refused.value).splitlines() == [
        "p.yaml:1: title: is missing; add it",
        "p.yaml:1: titel: unknown key; did you mean 'title'?",
        "p.yaml:2: count: 1.5 is a number; expected a whole number",
        "p.yaml:4: clauses[0].kind: 'at_lest' is not one of at_least, at_most; did you mean 'at_least'?",
        "p.yaml:6: clauses[1].share: '0.9' is a text; expected a number",
        "p.yaml:7: clauses[2].kind: is missing; add it",
        "p.yaml:7: clauses[2].share: 2: should be less than or equal to 1",
    ]


def test_an_unknown_key_below_a_mapping_gets_the_keys_of_its_own_model() -> None:
    with pytest.raises(ConfigError, match=r"extra\.a\.shar: unknown key; did you mean 'share'\?"):
        parse("title: x\nextra: {a: {kind: at_most, shar: 1}}\n", "p.yaml", Outer)


def test_nothing_is_coerced() -> None:
    for text in ("title: 1\n", "title: yes\ncount: '3'\n", "title: x\ncount: true\n", "title: null\n", "- title\n"):
        with pytest.raises(ConfigError):
            parse(text, "p.yaml", Outer)


def test_lists_become_tuples_and_numbers_fit() -> None:
    found = parse("title: no\nclauses: [{kind: at_most, share: 1}]\n", "p.yaml", Outer)

    assert found == Outer(title="no", clauses=(Inner(kind="at_most", share=1.0),))


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(b"\xef\xbb\xbftitle: x\r\ncount: 2\r\n")

    assert read(file, Outer) == Outer(title="x", count=2)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"title: x\n\xff\xfe\x00\x01", r":2: not UTF-8"),
        (bytes(range(128, 256)), r":1: not UTF-8"),
        (b"a: b\n" * (2_000_000 // 5), "larger than 1,000,000 bytes"),
        ("title: x".encode("utf-16"), "not UTF-8"),
    ],
    ids=["binary tail", "garbage", "2 MB", "utf-16"],
)
def test_files_that_no_person_wrote_are_refused(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(data)

    with pytest.raises(ConfigError, match=words):
        read(file, Outer)


def test_an_absent_file_and_a_folder_are_told_by_name(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(ConfigError, match=str(path)):
            read(path, Outer)


def test_messages_carry_no_control_characters() -> None:
    with pytest.raises(ConfigError) as refused:
        parse('title: x\n"\\e[31mred": 1\ncount: "\\e]0;owned\\a"\n', "p.yaml", Outer)

    assert str(refused.value).replace("\n", "").isprintable()


def test_a_flood_of_problems_is_cut_short() -> None:
    with pytest.raises(ConfigError, match="and 481 more problems"):
        parse("".join(f"k{i}: 1\n" for i in range(500)), "p.yaml", Outer)


def test_the_size_limit_leaves_room_for_what_people_write() -> None:
    assert MAX_BYTES >= 1_000_000


def test_a_path_that_is_not_there_gets_the_line_of_what_is_around_it() -> None:
    document = load("a:\n  - x: 1\n    y: 2\n", "f.yaml")

    assert document.line(("a", 0, "y")) == 3
    assert document.line(("a", 0, "z")) == 2
    assert document.line(("q",)) == 1
