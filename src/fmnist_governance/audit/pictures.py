"""Sheets of small images as PNG."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from PIL.Image import Image

GAP = 2
APART = 8
"""Pixels between groups of images that belong together."""
PAPER = 255
_GREYS = 12
"""Levels of grey in a sheet: tiny images look the same, and take less than half the bytes of a page."""


def sheet(rows: list[Tensor], columns: int, group: int = 1) -> bytes:
    """Lay images out in a grid, at one pixel a pixel.

    Args:
        rows: Each (M, C, H, W) uint8 with M from 0 to `columns`; C is 1 or 3, H and W are the same for all.
        columns: Places in each row; those without an image stay blank.
        group: How many neighbours in a row belong together and stand apart from the next.

    Returns:
        The bytes of a PNG, grey ones in few levels; the same images give the same bytes.

    Raises:
        ValueError: There is no image.
    """
    shapes = {tuple(row.shape[1:]) for row in rows if len(row)}
    if len(shapes) != 1:
        msg = f"a sheet needs images of one shape, not {sorted(shapes)}"
        raise ValueError(msg)
    channels, height, width = shapes.pop()
    between = 0 if group == 1 else APART - GAP
    across = columns * (width + GAP) - GAP + (columns - 1) // group * between
    canvas = torch.full((channels, len(rows) * (height + GAP) - GAP, across), PAPER, dtype=torch.uint8)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            top, left = r * (height + GAP), c * (width + GAP) + c // group * between
            canvas[:, top : top + height, left : left + width] = image
    out = io.BytesIO()
    (_grey(canvas[0]) if channels == 1 else _coloured(canvas)).save(out, format="PNG", optimize=True)
    return out.getvalue()


def _grey(canvas: Tensor) -> Image:
    """Return (H, W) uint8 as a picture of few levels of grey."""
    from PIL.Image import frombytes

    levels = (canvas.to(torch.int16) * (_GREYS - 1) + PAPER // 2) // PAPER
    picture = frombytes("P", (canvas.shape[1], canvas.shape[0]), levels.to(torch.uint8).numpy().tobytes())
    picture.putpalette([round(PAPER * level / (_GREYS - 1)) for level in range(_GREYS) for _ in range(3)])
    return picture


def _coloured(canvas: Tensor) -> Image:
    from PIL.Image import fromarray

    return fromarray(canvas.permute(1, 2, 0).contiguous().numpy())
