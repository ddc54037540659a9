from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fmnist_governance.data import digits, glyphs
from fmnist_governance.errors import DatasetError


def test_the_digits_are_those_that_scikit_learn_reads() -> None:
    from sklearn.datasets import load_digits

    expected, found = load_digits(), digits.every()

    assert np.array_equal(found.images, digits.enlarged(expected.images / 16))
    assert np.array_equal(found.labels, expected.target)


@pytest.mark.parametrize(
    ("text", "why"), [(None, "cannot be read"), ("1,2\n3,x\n", "cannot be read"), ("1,2\n", "table of")]
)
def test_damaged_digits_are_refused(
    text: str | None, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "digits.csv"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(digits, "_file", lambda: file)

    with pytest.raises(DatasetError, match=why):
        digits.every()


def test_the_letters_are_all_there_differ_and_are_whole() -> None:
    found = glyphs.glyphs()

    assert found.shape == (len(glyphs.FONTS) * len(glyphs.SIZES_PX) * len(glyphs.LETTERS), 1, 28, 28)
    assert len(np.unique(found.reshape(len(found), -1), axis=0)) == len(found)
    assert found.max(axis=(1, 2, 3)).min() > 200
    assert found[:, :, 0].max() == 0, "no letter is cut off above"


def test_letters_without_their_fonts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "_fonts", lambda: tmp_path)
    with pytest.raises(DatasetError, match="not a font that matplotlib ships"):
        glyphs.glyphs()
    monkeypatch.undo()
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)

    with pytest.raises(DatasetError, match="matplotlib's package has no folder"):
        glyphs.glyphs()
