from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fmnist_governance.data.image_files import read_image_file
from fmnist_governance.errors import DatasetError

PIXELS = np.arange(784, dtype=np.uint16).reshape(28, 28)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_pictures_of_eight_bits_are_read_as_grey(tmp_path: Path, mode: str) -> None:
    picture = Image.fromarray((PIXELS // 4).astype(np.uint8)).convert(mode)
    picture.save(tmp_path / "x.png")

    found = read_image_file(tmp_path / "x.png")

    assert found.dtype == np.uint8
    assert np.array_equal(found, np.asarray(picture.convert("L")))


@pytest.mark.parametrize("mode", ["I;16", "RGBA", "LA", "see-through"])
def test_pictures_that_eight_bits_of_grey_cannot_hold_are_refused(tmp_path: Path, mode: str) -> None:
    if mode == "I;16":
        Image.fromarray(PIXELS * 80).save(tmp_path / "x.png")
    elif mode == "see-through":
        Image.new("L", (28, 28)).save(tmp_path / "x.png", transparency=0)
    else:
        Image.new(mode, (28, 28)).save(tmp_path / "x.png")

    with pytest.raises(DatasetError, match=r"x\.png: its pixels are of mode .*; expected 8-bit grey or colour"):
        read_image_file(tmp_path / "x.png")
