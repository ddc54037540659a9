from __future__ import annotations

import contextlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sklearn.datasets import load_digits

from fmnist_governance.data import catalog, digits, sample
from fmnist_governance.data.dataset import Dataset, Split, dataset_digest, held_out, split_digest
from fmnist_governance.data.describe import describe
from fmnist_governance.errors import ConfigError, DatasetError
from fmnist_governance.evidence.manifest import digest

OFFLINE = ("digits", "synthetic", "fashion-mnist-sample")


@pytest.mark.parametrize("name", OFFLINE)
def test_every_offline_data_set_has_its_splits_and_repeats(name: str) -> None:
    first, second = catalog.load(name), catalog.load(name)

    assert set(first.splits) == {"train", "validation", "test"}
    assert all(split.images.shape[1:] == (1, 28, 28) for split in first.splits.values())
    for split in first.splits:
        assert split_digest(first.splits[split], first.classes) == split_digest(second.splits[split], second.classes)


def test_loading_the_catalog_imports_no_library_that_it_may_not_need() -> None:
    code = (
        "import sys; import fmnist_governance.data.catalog; "
        "print([m for m in ('torch', 'torchvision', 'sklearn', 'PIL', 'mlflow') if m in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("spec", "hint"),
    [("digit", "did you mean digits?"), ("npz", "npz:PATH"), ("digits:x", "is not one of"), ("", "is not one of")],
)
def test_an_unknown_data_set_is_refused_with_those_that_exist(spec: str, hint: str) -> None:
    with pytest.raises(ConfigError, match=r"--dataset: .*" + hint.replace("?", r"\?")):
        catalog.load(spec)


def test_a_sample_is_shipped_of_fashion_mnist_only() -> None:
    assert catalog.load("fashion-mnist", sample=True).name == "fashion-mnist-sample"
    with pytest.raises(ConfigError, match="--data-dir: holds the files of fashion-mnist, and digits reads none"):
        catalog.load("digits", Path())
    with pytest.raises(ConfigError, match="not of digits"):
        catalog.load("digits", sample=True)


def test_the_sample_is_stratified_and_what_was_pinned() -> None:
    dataset = sample.load()

    assert np.bincount(dataset.splits["test"].labels).tolist() == [100] * 10
    assert np.bincount(dataset.splits["train"].labels).tolist() == [184] * 10
    assert sum(path.stat().st_size for path in sample.FOLDER.iterdir()) < 1_500_000


@pytest.mark.network
def test_the_sample_is_drawn_from_the_published_images() -> None:
    from fmnist_governance.data import fashion_mnist

    folder = fashion_mnist.fetch().path
    drawn, whole = sample.drawn(folder), fashion_mnist.load(folder)
    seen = {image.tobytes() for image in whole.splits["train"].images}

    assert not seen & {image.tobytes() for image in sample.load().splits["validation"].images}
    assert {name: digest(data) for name, data in drawn.items()} == {file.name: file.digest for file in sample.FILES}


def test_digits_are_those_of_scikit_learn_enlarged() -> None:
    dataset = digits.load()
    raw = load_digits().images[:50] / 16
    pillow = [np.asarray(Image.fromarray((x * 255).astype(np.float32)).resize((28, 28), Image.Resampling.BILINEAR))
              for x in raw]  # fmt: skip

    ours = digits.enlarged(raw)[:, 0].astype(float)

    assert sum(map(len, dataset.splits.values())) == 1797
    assert np.abs(ours - np.stack(pillow)).max() <= 0.51


def test_the_validation_split_is_a_twelfth_of_each_class_and_never_changes() -> None:
    labels = np.arange(1200, dtype=np.int64) % 4

    stay, out = held_out(labels)

    assert np.bincount(labels[out]).tolist() == [25] * 4
    assert sorted([*stay, *out]) == list(range(1200))
    assert digest(out.tobytes()) == "sha256:d1306a5c62bf4322a2b969c7d139d2c97afae6ee7f9298c1e2124018927800a1"


def test_a_digest_covers_every_pixel_label_and_class_name() -> None:
    base = catalog.load("synthetic").splits["test"]
    pixels, labels = base.images.copy(), base.labels.copy()
    pixels[77, 0, 5, 5] ^= 1
    labels[77] = (labels[77] + 1) % 10
    names = tuple("abcdefghij")

    digests = [
        split_digest(base, names),
        split_digest(Split(pixels, base.labels), names),
        split_digest(Split(base.images, labels), names),
        split_digest(base, names[::-1]),
        split_digest(Split(base.images.reshape(500, 1, 14, 56), base.labels), names),
    ]

    assert len(set(digests)) == 5
    assert dataset_digest({"a": digests[0]}) != dataset_digest({"b": digests[0]})


def npz(path: Path, **arrays: object) -> Path:
    whole = {
        "x_test": np.zeros((6, 28, 28), dtype=np.uint8),
        "y_test": np.arange(6) % 3,
        "classes": np.array(["a", "b", "c"]),
    }
    kept = {name: value for name, value in (whole | arrays).items() if value is not None}
    np.savez(path, **kept)  # type: ignore[arg-type]  # hostile values are the point
    return path


def test_an_npz_file_is_read_with_its_splits(tmp_path: Path) -> None:
    train = {"x_train": np.ones((48, 28, 28), dtype=np.uint8), "y_train": np.arange(48) % 3}

    dataset = catalog.load(f"npz:{npz(tmp_path / 'set.npz', **train)}")

    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 45, "validation": 3, "test": 6}
    assert dataset.classes == ("a", "b", "c")


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"x_test": None, "y_test": None}, "no split 'test'"),
        ({"x_test": None}, "x_test is missing"),
        ({"y_test": None}, "y_test is missing"),
        ({"classes": None}, "classes is missing"),
        ({"classes": np.array(["a", "a", "b"])}, "a name stands twice"),
        ({"classes": np.array([1, 2, 3])}, r"classes is int64\(3,\)"),
        ({"x_test": np.zeros((6, 28, 28))}, r"x_test is float64\(6, 28, 28\)"),
        ({"x_test": np.zeros((6, 784), dtype=np.uint8)}, r"x_test is uint8\(6, 784\)"),
        ({"y_test": np.arange(5)}, "6 images, but the labels are"),
        ({"y_test": np.array([0, 1, 2, 3, 0, 0])}, "labels run from 0 to 3; there are 3 classes"),
        ({"y_test": np.array([0, -1, 2, 0, 0, 0])}, "labels run from -1 to 2"),
        ({"y_test": np.zeros(6)}, r"y_test is float64\(6,\)"),
        ({"x_test": np.zeros((0, 28, 28), dtype=np.uint8), "y_test": np.arange(0)}, "no images"),
        ({"x_test": np.array([object()] * 6)}, "without running code"),
        ({"x_test": np.zeros((6, 28, 28, 3), dtype=np.uint8)}, r"with C 1 \(grey\) or 3 \(colour\)"),
        ({"x_train": np.zeros((6, 20, 20), dtype=np.uint8), "y_train": np.arange(6) % 3}, "of different sizes"),
        ({"classes": np.array(["a", " ", "c"])}, "class 1 is called ' '"),
        ({"classes": np.array(["a"]), "y_test": np.zeros(6, dtype=np.int64)}, "1 class; a classifier tells two"),
        ({"classes": np.array(["a", "b", "c\x1b[31m"])}, "class 2 is called"),
        ({"classes": np.array(["a", "b\n", "c"])}, "class 1 is called"),
        ({"classes": np.array(["a", "b\u202e", "c"])}, "class 1 is called"),
        ({"classes": np.array(["a", "b", "c" * 101])}, "up to 100 visible characters"),
        ({"x_val": np.zeros((6, 28, 28), dtype=np.uint8)}, "x_val would not be read: splits are called train, valid"),
    ],
)
def test_an_npz_file_that_is_no_data_set_is_refused(tmp_path: Path, arrays: dict[str, object], reason: str) -> None:
    path = npz(tmp_path / "set.npz", **arrays)

    with pytest.raises(DatasetError, match=reason):
        catalog.load(f"npz:{path}")


def test_a_file_that_is_no_npz_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(b"PK\x03\x04 nothing")
    with zipfile.ZipFile(tmp_path / "y.npz", "w") as archive:
        archive.writestr("x_test.npy", b"\x93NUMPY\x01\x00garbage")

    with zipfile.ZipFile(tmp_path / "empty.npz", "w"):
        pass

    for name, reason in (
        ("x.npz", "not readable"),
        ("y.npz", "not readable"),
        ("z.npz", "no such file"),
        ("empty.npz", "classes is missing"),
    ):
        with pytest.raises(DatasetError, match=reason):
            catalog.load(f"npz:{tmp_path / name}")


def test_an_array_that_promises_more_than_there_is_memory_is_refused(tmp_path: Path) -> None:
    header = b"\x93NUMPY\x01\x00" + (118).to_bytes(2, "little")
    shape = b"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000000,), }"
    with zipfile.ZipFile(tmp_path / "x.npz", "w") as archive:
        archive.writestr("x_test.npy", header + shape.ljust(117) + b"\n")

    with pytest.raises(DatasetError, match="unpacks to 1,000,000,000,000,000 bytes"):
        catalog.load(f"npz:{tmp_path / 'x.npz'}")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(where=st.integers(0, 2000), what=st.integers(0, 255))
def test_no_damaged_npz_file_is_a_crash(tmp_path: Path, where: int, what: int) -> None:
    path = npz(tmp_path / "set.npz", x_test=np.zeros((3, 4, 4), dtype=np.uint8), y_test=np.arange(3))
    data = bytearray(path.read_bytes())
    data[where % len(data)] = what
    path.write_bytes(data)

    with contextlib.suppress(DatasetError):
        assert len(catalog.load(f"npz:{path}").splits["test"]) == 3


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    for split in ("train", "test"):
        for name in ("boot", "coat"):
            folder = tmp_path / "set" / split / name
            folder.mkdir(parents=True)
            for index in range(12):
                pixels = generator.integers(0, 256, (28, 28), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{index:02}.png")
    return tmp_path / "set"


def test_a_folder_of_pictures_is_read_in_order(tree: Path) -> None:
    (tree / "test" / "boot" / "11.png").rename(tree / "test" / "boot" / "11.PNG")
    (tree / "test" / "boot" / ".DS_Store").write_bytes(b"left by a file manager")
    dataset = catalog.load(f"folder:{tree}")
    first = np.asarray(Image.open(tree / "test" / "boot" / "00.png"))

    assert dataset.classes == ("boot", "coat")
    assert np.array_equal(dataset.splits["test"].images[0, 0], first)
    assert {name: len(split) for name, split in dataset.splits.items()} == {"train": 22, "validation": 2, "test": 24}


def _rgb(tree: Path) -> None:
    Image.new("RGB", (28, 28)).save(tree / "test" / "coat" / "rgb.png")


def _large(tree: Path) -> None:
    Image.new("L", (29, 28)).save(tree / "test" / "coat" / "large.png")


def _text(tree: Path) -> None:
    (tree / "test" / "boot" / "00.png").write_text("no picture")


def _cut(tree: Path) -> None:
    path = tree / "test" / "boot" / "00.png"
    path.write_bytes(path.read_bytes()[:200])


def _link(tree: Path) -> None:
    (tree / "test" / "boot" / "link.png").symlink_to("/etc/hostname")


def _linked_split(tree: Path) -> None:
    (tree / "test").rename(tree.parent / "elsewhere")
    (tree / "test").symlink_to(tree.parent / "elsewhere")


def _deep(tree: Path) -> None:
    Image.fromarray(np.full((28, 28), 300, dtype=np.uint16)).save(tree / "test" / "boot" / "deep.png")


def _jpeg(tree: Path) -> None:
    Image.new("L", (28, 28)).save(tree / "test" / "boot" / "photo.jpg")


def _shadow(tree: Path) -> None:
    (tree / "test" / "boot" / "more").mkdir()


def _class(tree: Path) -> None:
    (tree / "train" / "extra").mkdir()


def _misnamed(tree: Path) -> None:
    (tree / "val").mkdir()


def _renamed(tree: Path) -> None:
    (tree / "test").rename(tree / "exam")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_rgb, r"rgb\.png: \(C, H, W\) is \(3, 28, 28\)"),
        (_large, r"large\.png: \(C, H, W\) is \(1, 28, 29\)"),
        (_text, r"00\.png: not readable as PNG"),
        (_cut, r"00\.png: not readable as PNG"),
        (_link, r"link\.png: a link"),
        (_linked_split, "test: a link"),
        (_deep, "deep.png: its pixels are of mode I;16"),
        (_jpeg, r"photo\.jpg: not a PNG file"),
        (_shadow, "more: not a PNG file"),
        (_class, "its classes are boot, coat, extra; those of test are boot, coat"),
        (_renamed, "no such folder"),
        (_misnamed, "val: would not be read: splits are called train, validation, test"),
    ],
)
def test_a_folder_that_is_no_data_set_is_refused_by_file(tree: Path, spoil: object, reason: str) -> None:
    assert callable(spoil)
    spoil(tree)

    with pytest.raises(DatasetError, match=reason):
        catalog.load(f"folder:{tree}")


def test_planted_duplicates_and_conflicts_are_counted() -> None:
    generator = np.random.default_rng(0)
    train, test = (
        Split(generator.integers(0, 256, (n, 1, 28, 28), dtype=np.uint8), np.arange(n) % 2) for n in (20, 10)
    )
    train.images[5] = train.images[3]
    train.images[8] = train.images[3]
    test.images[0], test.images[1] = train.images[2], train.images[2]

    sheet = describe(Dataset("x", ("a", "b"), {"train": train, "test": test}, "here", None))

    assert (sheet.splits["train"].duplicates, sheet.splits["train"].conflicts) == (2, 1)
    assert (sheet.splits["test"].duplicates, sheet.splits["test"].conflicts) == (1, 1)
    assert (sheet.shared[0].images, sheet.shared[0].conflicts) == (2, 1)


def test_pixel_statistics_are_those_of_numpy() -> None:
    dataset = sample.load()
    pixels = dataset.splits["test"].images / 255

    found = describe(dataset).splits["test"].pixels

    expected = (pixels.mean(), pixels.std(), (pixels == 0).mean(), (pixels == 1).mean())
    assert (found.mean, found.sd, found.zero, found.full) == pytest.approx(expected)
