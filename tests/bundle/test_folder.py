from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fmnist_governance.bundle.folder import open_folder
from fmnist_governance.errors import EvidenceError

Files = Mapping[str, bytes]


@pytest.fixture
def folder(tmp_path: Path, files: Files) -> Path:
    for name, data in files.items():
        target = tmp_path / "bundle" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return tmp_path / "bundle"


@pytest.mark.parametrize(
    ("plant", "words"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "'evidence/planted' is a link"),
        (lambda path: path.symlink_to("/etc", target_is_directory=True), "'evidence/planted' is a link"),
        (lambda path: path.symlink_to("record.json"), "'evidence/planted' is a link"),
        (os.mkfifo, "'evidence/planted' is no plain file"),
    ],
    ids=["link to a file", "link to a folder", "link inside", "pipe"],
)
def test_what_is_no_plain_file_is_refused(plant: Callable[[Path], None], words: str, folder: Path) -> None:
    plant(folder / "evidence" / "planted")

    with pytest.raises(EvidenceError, match=words):
        open_folder(folder)


def test_a_file_that_became_a_link_after_opening_is_not_followed(folder: Path) -> None:
    bundle = open_folder(folder)
    (folder / "charts" / "classes.svg").unlink()
    (folder / "charts" / "classes.svg").symlink_to("/etc/passwd")

    with pytest.raises(EvidenceError, match="cannot be read"):
        bundle.read("charts/classes.svg")


def test_a_file_with_a_foreign_name_is_refused(folder: Path) -> None:
    (folder / "evidence" / "a\\b").write_bytes(b"x")

    with pytest.raises(EvidenceError, match="a backslash or a colon"):
        open_folder(folder)
