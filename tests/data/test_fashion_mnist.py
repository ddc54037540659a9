from __future__ import annotations

import gzip
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fmnist_governance.data import debian, fashion_mnist
from fmnist_governance.data.idx import IdxFile
from fmnist_governance.errors import DatasetError

TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"
TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"
Family = tuple[IdxFile, ...]


def change(folder: Path, name: str, edit: Callable[[bytearray], bytes | bytearray]) -> None:
    data = bytearray(gzip.decompress((folder / name).read_bytes()))
    (folder / name).write_bytes(gzip.compress(bytes(edit(data)), mtime=0))


def write(folder: Path, data: bytes) -> None:
    (folder / TEST_LABELS).write_bytes(data)


def patch(at: int, value: bytes) -> Callable[[bytearray], bytearray]:
    def edit(data: bytearray) -> bytearray:
        data[at : at + len(value)] = value
        return data

    return edit


def swap(folder: Path, one: str, other: str) -> None:
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)


def truncate(folder: Path) -> None:
    path = folder / TEST_IMAGES
    path.write_bytes(path.read_bytes()[:-100])


HOSTILE: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "truncated": (truncate, TEST_IMAGES, "truncated"),
    "no gzip": (
        lambda f: write(f, b"<html>not found</html>"),
        TEST_LABELS,
        "not readable as gzip",
    ),
    "damaged": (
        lambda f: write(f, b"\x1f\x8b\x08" + bytes(60)),
        TEST_LABELS,
        "gzip|truncated|gives",
    ),
    "empty": (lambda f: write(f, b""), TEST_LABELS, "holds no IDX data"),
    "bomb": (
        lambda f: change(f, TEST_IMAGES, lambda d: d + bytes(50_000_000)),
        TEST_IMAGES,
        "unpacks to more than the 15,696 bytes",
    ),
    "lying count": (
        lambda f: change(f, TEST_IMAGES, patch(4, b"\0\0\0\x15")),
        TEST_IMAGES,
        "its header says 21 x 28 x 28; expected 20",
    ),
    "short": (
        lambda f: change(f, TEST_IMAGES, lambda d: d[:-784]),
        TEST_IMAGES,
        "promises 15,696 bytes; 14,912 are there",
    ),
    "label 10": (
        lambda f: change(f, TEST_LABELS, patch(12, b"\x0a")),
        TEST_LABELS,
        "holds the label 10; labels run from 0 to 9",
    ),
    "label moved": (
        lambda f: change(f, TEST_LABELS, patch(12, b"\x09")),
        TEST_LABELS,
        "differs from the published data",
    ),
    "a pixel": (
        lambda f: change(f, TRAIN_IMAGES, patch(500, b"\x07\x08\x09")),
        TRAIN_IMAGES,
        "differs from the published data",
    ),
    "images as labels": (lambda f: swap(f, TEST_IMAGES, TEST_LABELS), TEST_IMAGES, "holds the contents of t10k-labels"),
    "test as train": (lambda f: swap(f, TEST_IMAGES, TRAIN_IMAGES), TRAIN_IMAGES, "holds the contents of t10k-images"),
    "missing": (
        lambda f: (f / TRAIN_LABELS).unlink(),
        TRAIN_LABELS,
        "missing; --data-dir names a folder with",
    ),
}


@pytest.mark.parametrize("harm", HOSTILE)
def test_a_damaged_file_is_refused_by_name_with_what_to_do(harm: str, packed: Path, family: Family) -> None:
    spoil, name, reason = HOSTILE[harm]
    spoil(packed)

    with pytest.raises(DatasetError, match=rf"{name}: .*({reason})") as refused:
        fashion_mnist.load(packed, family)

    assert "fmnist-audit data fetch" in str(refused.value)


def test_good_files_are_read_as_they_are(packed: Path, family: Family) -> None:
    dataset = fashion_mnist.load(packed, family)

    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 40, "test": 20}
    assert dataset.splits["test"].images.shape == (20, 1, 28, 28)
    assert dataset.splits["test"].labels.tolist() == [i % 10 for i in range(20)]


def test_unpacked_files_are_read_too(packed: Path, family: Family) -> None:
    for path in list(packed.glob("*.gz")):
        path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
        path.unlink()

    assert len(fashion_mnist.load(packed, family).splits["train"]) == 40


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 400), what=st.binary(min_size=1, max_size=40), cut=st.integers(0, 500))
def test_no_damage_is_read_and_none_is_a_crash(packed: Path, family: Family, where: int, what: bytes, cut: int) -> None:
    path = packed / TEST_LABELS
    whole = path.read_bytes()
    spoilt = whole[:where] + what + whole[where + len(what) :][: len(whole) - cut]
    path.write_bytes(spoilt)
    try:
        labels = fashion_mnist.load(packed, family).splits["test"].labels
    except DatasetError as err:
        assert TEST_LABELS in str(err)  # noqa: PT017 - either outcome is right, a wrong one is not
    else:
        assert labels.tolist() == [i % 10 for i in range(20)]
    finally:
        path.write_bytes(whole)


def test_a_bomb_is_not_unpacked(packed: Path, family: Family) -> None:
    with gzip.open(packed / TEST_IMAGES, "wb", compresslevel=1) as file:
        for _ in range(64):
            file.write(bytes(16 * 1024 * 1024))

    with pytest.raises(DatasetError, match="unpacks to more than"):
        fashion_mnist.load(packed, family)


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fashion_mnist, "DEBIAN", tmp_path / "debian")
    return tmp_path


def test_sources_are_tried_in_order_and_each_reason_is_kept(
    nowhere: Path, packed: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_: Path) -> Path:
        msg = "no route to host"
        raise DatasetError(msg)

    def serves(scratch: Path) -> Path:
        for path in packed.glob("*.gz"):
            (scratch / path.name).write_bytes(path.read_bytes())
        return scratch

    monkeypatch.setattr(fashion_mnist, "FILES", family)
    monkeypatch.setattr(fashion_mnist, "DOWNLOADS", {"first": refuses, "second": serves})

    found = fashion_mnist.fetch()

    assert (found.source, found.path) == ("second", nowhere / "cache" / "fmnist-audit" / "fashion-mnist")
    assert [attempt.split(":")[0] for attempt in found.attempts] == [
        "the user's cache",
        "Debian's folder of data sets",
        "first",
    ]
    assert "no route to host" in found.attempts[2]
    assert fashion_mnist.fetch().source == "the user's cache"


def test_a_download_that_is_not_the_data_leaves_nothing_behind(
    nowhere: Path, packed: Path, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap(packed, TEST_IMAGES, TRAIN_IMAGES)
    monkeypatch.setattr(fashion_mnist, "FILES", family)
    monkeypatch.setattr(fashion_mnist, "DOWNLOADS", {"a mirror": lambda _: packed})

    with pytest.raises(DatasetError, match=r"a mirror: .*holds the contents of"):
        fashion_mnist.fetch()

    assert list((nowhere / "cache" / "fmnist-audit").iterdir()) == []


def test_torchvision_that_cannot_be_imported_is_a_reason_not_a_crash(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)

    with pytest.raises(DatasetError, match=r"torchvision cannot be imported beside this build of torch"):
        fashion_mnist.DOWNLOADS["torchvision's mirrors"](nowhere)


def test_a_system_without_apt_is_a_reason_not_a_crash(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(nowhere))

    with pytest.raises(DatasetError, match="no apt-get"):
        debian.unpack(nowhere / "scratch")


def test_an_error_of_apt_is_told_in_its_own_words(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = nowhere / "tools"
    tools.mkdir()
    for name in ("apt-get", "dpkg-deb"):
        (tools / name).write_text("#!/bin/sh\necho 'W: slow' >&2\necho 'E: Unable to locate package' >&2\nexit 100\n")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")

    with pytest.raises(DatasetError, match=r"apt-get: E: Unable to locate package"):
        debian.unpack(nowhere / "scratch")


@pytest.mark.network
def test_the_debian_package_holds_the_published_files(nowhere: Path) -> None:
    folder = debian.unpack(nowhere / "scratch")

    assert fashion_mnist.problems(folder) == []
    counts = np.bincount(fashion_mnist.load(folder).splits["test"].labels)
    assert counts.tolist() == [1000] * 10


@pytest.mark.network
def test_the_package_can_be_had_without_root() -> None:
    with tempfile.TemporaryDirectory() as parent:
        Path(parent).chmod(0o777)
        code = (
            f"import sys, pathlib; sys.path[:0] = {sys.path!r}\n"
            "from fmnist_governance.data import debian\n"
            f"print(sorted(p.name for p in debian.unpack(pathlib.Path({parent!r}) / 'scratch').iterdir()))"
        )
        nobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        done = subprocess.run(
            [*nobody, "/usr/bin/python3", "-c", code], capture_output=True, text=True, check=False, cwd="/"
        )

    assert "t10k-images-idx3-ubyte.gz" in done.stdout, done.stderr
