from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fmnist_governance.errors import ModelError
from fmnist_governance.model import weights
from fmnist_governance.model.fmnist_classifier import DESCRIPTION, WEIGHTS, Description, Network

DESCRIBED = Description(classes=("left", "right"), arguments={}, training_run="4f56")


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(0)
    return DESCRIBED.build()


@pytest.fixture
def folder(network: Network, tmp_path: Path) -> Path:
    weights.save(network, DESCRIBED, tmp_path / "model")
    return tmp_path / "model"


def test_the_same_network_gives_the_same_bytes(network: Network, folder: Path, tmp_path: Path) -> None:
    weights.save(network.to(memory_format=torch.channels_last), DESCRIBED, tmp_path / "again")

    for name in (WEIGHTS, DESCRIPTION):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_nothing_but_the_two_files_is_written(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [DESCRIPTION, WEIGHTS]
    assert weights.holds_model(folder)


def test_what_was_saved_is_read_back(network: Network, folder: Path) -> None:
    loaded, description = weights.read(folder)

    assert description == DESCRIBED
    assert all(torch.equal(a, b) for a, b in zip(network.parameters(), loaded.parameters(), strict=True))


def test_a_damaged_model_is_an_error_that_names_its_folder(folder: Path) -> None:
    (folder / WEIGHTS).write_bytes(b"no weights")

    with pytest.raises(ModelError, match=rf"model: {WEIGHTS}: not readable as safetensors"):
        weights.read(folder)


def test_a_model_that_cannot_be_written_is_one_line(network: Network, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ModelError, match="cannot write the model"):
        weights.save(network, DESCRIBED, tmp_path / "file")


def test_the_digest_of_weights_is_that_of_their_bytes(folder: Path) -> None:
    before = weights.weights_digest(folder)
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes() + b"\0")

    assert before.startswith("sha256:")
    assert weights.weights_digest(folder) != before


@pytest.mark.parametrize("name", ["MLmodel", "code/fmnist_classifier.py", "artifacts/.hidden", "__init__.py"])
def test_every_file_of_a_package_counts(folder: Path, name: str) -> None:
    before = weights.subject_digest(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text("x")
    with_it = weights.subject_digest(folder)
    (folder / name).write_text("y")

    assert len({before, with_it, weights.subject_digest(folder)}) == 3


def test_a_renamed_file_is_another_subject(folder: Path) -> None:
    before = weights.subject_digest(folder)
    (folder / WEIGHTS).rename(folder / "other.safetensors")

    assert weights.subject_digest(folder) != before


@pytest.mark.parametrize("name", ["registered_model_meta", "__pycache__/a.pyc", "code/__pycache__/a.pyc"])
def test_what_a_download_or_a_run_leaves_does_not_count(folder: Path, name: str) -> None:
    before = weights.subject_digest(folder)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("x")

    assert weights.subject_digest(folder) == before


@pytest.mark.parametrize("name", ["MLmodel", "code"])
def test_a_link_in_a_package_is_refused(folder: Path, tmp_path: Path, name: str) -> None:
    (folder / name).symlink_to(tmp_path)

    with pytest.raises(ModelError, match="a link"):
        weights.subject_digest(folder)


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no model there"):
        weights.subject_digest(tmp_path)
