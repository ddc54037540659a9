from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.claims.predicate import Term, parse


def test_a_predicate_is_read_as_its_terms() -> None:
    found = parse("every performance.class.*.recall >= 5e-1 and performance.accuracy > 0.90")

    assert found == (
        Term("every", "performance.class.*.recall", ">=", 0.5), Term(None, "performance.accuracy", ">", 0.9),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "named"),
    [("", "nothing"), ("performance.accuracy", "expected"), ("performance.accuracy > 90 %", "expected"),
     ("performance.accuracy == 0.9", "=="), ("performance.accuracy > nan", "nan"), ("accuracy > 0.9", "accuracy"),
     ("performance.*.recall > 0.9", "'every' or 'any'"), ("every performance.accuracy > 0.9", "leave out the word"),
     ("performance.accuracy > 0.9 and", "nothing"), ("performance.accuracy > 0.9 or a.b > 1", "expected"),
     ("__import__('os') > 0.9", "no measurement id"), ("performance.accuracy > 0.9 AND a.b > 1", "expected"),
     ("performance.accuracy > 1e999", "1e999"), ("performance.accuracy > 0.9.1", "0.9.1"), ("A.b > 1", "A.b")],
)  # fmt: skip
def test_what_is_no_predicate_is_refused_by_the_word_at_fault(text: str, named: str) -> None:
    with pytest.raises(ValueError, match=r"(?s).*") as refused:
        parse(text)

    assert named in str(refused.value)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_and_nothing_else_happens(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse(text)


@pytest.mark.parametrize(
    ("id_", "covered"),
    [("performance.class.shirt.recall", True), ("performance.class.shirt.f1", False),
     ("performance.class.recall", False), ("performance.class.a.b.recall", False)],
)  # fmt: skip
def test_a_star_stands_for_one_segment(id_: str, covered: bool) -> None:  # noqa: FBT001 - a case
    assert Term("every", "performance.class.*.recall", ">", 0.5).covers(id_) is covered
