from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fmnist_governance.bundle.safe_path import collisions, unsafe


@pytest.mark.parametrize("path", ["evidence/record.json", "documents/ab12/model_card.md", "a b/c-d_e.f", "Größe.json"])
def test_a_path_of_a_run_is_safe(path: str) -> None:
    assert unsafe(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../up", "a/../../b", "a/./b", "a//b", "a/", ".", "..", "C:/x", "c:x", "\\\\server\\x",
        "a\\..\\b", "a\x00.json", "a\nb", "a\u202eb", "CON", "a/nul.txt", "a/com1", "ends.", "ends /x", "x" * 241,
        "file:stream",
    ],
)  # fmt: skip
def test_a_path_that_could_leave_or_mislead_is_not(path: str) -> None:
    assert unsafe(path)


def test_paths_that_differ_by_case_collide() -> None:
    assert collisions(["a/b", "A/B", "a/c", "a/c"]) == ["A/B", "a/c"]


@given(st.text(alphabet="./\\:ab\x00", max_size=12))
def test_a_safe_path_has_only_plain_parts(path: str) -> None:
    if not unsafe(path):
        assert all(part not in {"", ".", ".."} for part in path.split("/"))
        assert not set(path) & set("\\:\x00")
