from __future__ import annotations

import hashlib
import os
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
import torch

from fmnist_governance.errors import EvidenceError
from fmnist_governance.model.prediction_log import Entry, append, find, input_digests

MODEL = "sha256:" + "a" * 64
IMAGE = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
OTHER = IMAGE[::-1]


def entry(image: object, predicted: str = "left", time: str = "2026-11-22T21:00:00Z") -> Entry:
    return Entry(
        time=time,
        model=MODEL,
        input=input_digests(image)[0],
        predicted_class=predicted,
        class_probabilities={"left": 0.75, "right": 0.25},
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "predictions.jsonl"


@pytest.mark.parametrize(
    "form",
    [
        IMAGE[None],
        IMAGE.tolist(),
        IMAGE.astype(np.int64),
        IMAGE / 255,
        torch.from_numpy(IMAGE).float() / 255,
        (torch.from_numpy(IMAGE).double() / 255).reshape(1, 1, 28, 28),
    ],
)
def test_the_same_pixels_have_the_same_digest_in_every_form(form: object) -> None:
    assert input_digests(form) == ("sha256:" + hashlib.sha256(IMAGE.tobytes()).hexdigest(),)


def test_an_image_between_grey_levels_has_a_digest_of_its_own() -> None:
    between = (IMAGE / 255 * 0.999).astype(np.float32)

    assert input_digests(between) == ("sha256:" + hashlib.sha256(between.tobytes()).hexdigest(),)


def test_minus_zero_is_zero() -> None:
    zero = np.full((28, 28), 0.3)
    zero[0] = 0.0
    minus = zero.copy()
    minus[0] = -0.0

    assert input_digests(minus) == input_digests(zero)


def test_an_entry_is_found_again_by_its_image_alone(log: Path) -> None:
    append(log, [entry(IMAGE), entry(OTHER)])
    append(log, [entry(IMAGE, "right", "2026-11-22T21:00:01Z")])

    found = find(log, IMAGE / 255)

    assert [item.predicted_class for item in found.entries] == ["left", "right"]
    assert found.unreadable == ()
    assert find(log, np.zeros((28, 28))).entries == ()


def test_an_entry_is_one_line(log: Path) -> None:
    append(log, [entry(IMAGE, "two\nlines \u2028")])

    assert log.read_bytes().count(b"\n") == 1
    assert find(log, IMAGE).entries[0].predicted_class == "two\nlines \u2028"


def test_a_corrupt_line_is_named_and_the_others_are_found(log: Path) -> None:
    append(log, [entry(IMAGE)])
    with log.open("ab") as file:
        file.write(b'{"time": 3}\n\xff\n')
    append(log, [entry(IMAGE)])

    found = find(log, IMAGE)

    assert len(found.entries) == 2
    assert found.unreadable == ("predictions.jsonl:2: not an entry", "predictions.jsonl:3: not an entry")


def test_a_line_that_another_program_left_half_written_takes_no_other_with_it(log: Path) -> None:
    append(log, [entry(OTHER)])
    log.write_bytes(log.read_bytes()[:-20])
    append(log, [entry(IMAGE)])

    found = find(log, IMAGE)

    assert len(found.entries) == 1
    assert found.unreadable == ("predictions.jsonl:1: not an entry",)


def test_a_write_that_stops_halfway_leaves_the_log_as_it_was(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append(log, [entry(OTHER)])
    before = log.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:10]))

    with pytest.raises(EvidenceError, match=r"cannot log the prediction \(no space left\)"):
        append(log, [entry(IMAGE)])

    assert log.read_bytes() == before


def many(log: Path, name: str) -> None:
    for _ in range(50):
        append(log, [entry(IMAGE, name)])


def test_two_processes_lose_nothing(log: Path) -> None:
    context = get_context("fork")
    workers = [context.Process(target=many, args=(log, name)) for name in ("left", "right")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    found = find(log, IMAGE)

    assert sorted(item.predicted_class for item in found.entries) == ["left"] * 50 + ["right"] * 50
    assert found.unreadable == ()


def test_two_images_cannot_be_looked_for_at_once(log: Path) -> None:
    with pytest.raises(ValueError, match="got 2 images"):
        find(log, np.stack([IMAGE, OTHER]))


def test_a_log_that_is_not_there_is_one_line(log: Path) -> None:
    with pytest.raises(EvidenceError, match=r"predictions.jsonl: cannot be read \(No such file or directory\)"):
        find(log, IMAGE)


def test_a_log_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="cannot log the prediction"):
        append(tmp_path, [entry(IMAGE)])
