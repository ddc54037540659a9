"""The letters A to J in the fonts that matplotlib ships: pictures of another kind, offline.

After notMNIST (Bulatov 2011), which shows the same letters in fonts from the web.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fmnist_governance.errors import DatasetError

LETTERS = "ABCDEFGHIJ"
FONTS = (
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "BolIta", "Italic")),
    *("cmb10", "cmr10", "cmss10", "cmti10", "cmtt10", "cmmi10"),
)
SIZES_PX = (18, 22, 26)
SIDE = 28
_WHITE = 255


def glyphs() -> NDArray[np.uint8]:
    """Return every letter in every font and size, white on black, its ink in the middle.

    Returns:
        (N, 1, 28, 28) uint8, by font, size and letter.

    Raises:
        DatasetError: A font is not where matplotlib keeps its fonts.
    """
    folder = _fonts()
    return np.stack([_glyph(folder / f"{font}.ttf", size, letter) for font, size, letter in _each()])[:, None]


def _each() -> list[tuple[str, int, str]]:
    return [(font, size, letter) for font in FONTS for size in SIZES_PX for letter in LETTERS]


def _fonts() -> Path:
    """Return matplotlib's fonts; importing it would take longer than to draw all letters."""
    found = importlib.util.find_spec("matplotlib")
    for place in (found.submodule_search_locations or ()) if found else ():
        if (folder := Path(place) / "mpl-data" / "fonts" / "ttf").is_dir():
            return folder
    msg = "matplotlib's package has no folder mpl-data/fonts/ttf; installing matplotlib again would mend it"
    raise DatasetError(msg)


def _glyph(font: Path, size_px: int, letter: str) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw, ImageFont

    try:
        face = ImageFont.truetype(str(font), size_px, layout_engine=ImageFont.Layout.BASIC)
    except OSError as err:
        msg = f"{font.name}: not a font that matplotlib ships; installing matplotlib again would mend it"
        raise DatasetError(msg) from err
    canvas = Image.new("L", (SIDE, SIDE))
    left, top, right, bottom = face.getbbox(letter)
    place = (round((SIDE - left - right) / 2), round((SIDE - top - bottom) / 2))
    ImageDraw.Draw(canvas).text(place, letter, fill=_WHITE, font=face)
    return np.asarray(canvas, dtype=np.uint8)
