"""Sheets of small images as PNG."""

from __future__ import annotations

import io

import torch
from torch import Tensor

GAP = 2
PAPER = 255


def sheet(rows: list[Tensor], columns: int) -> bytes:
    """Lay images out in a grid, at one pixel a pixel.

    Args:
        rows: Each (M, C, H, W) uint8 with M from 0 to `columns`; C is 1 or 3, H and W are the same for all.
        columns: Places in each row; those without an image stay blank.

    Returns:
        The bytes of a PNG; the same images give the same bytes.

    Raises:
        ValueError: There is no image.
    """
    from PIL import Image

    shapes = {tuple(row.shape[1:]) for row in rows if len(row)}
    if len(shapes) != 1:
        msg = f"a sheet needs images of one shape, not {sorted(shapes)}"
        raise ValueError(msg)
    channels, height, width = shapes.pop()
    canvas = torch.full(
        (channels, len(rows) * (height + GAP) - GAP, columns * (width + GAP) - GAP), PAPER, dtype=torch.uint8
    )
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            top, left = r * (height + GAP), c * (width + GAP)
            canvas[:, top : top + height, left : left + width] = image
    array = canvas[0].numpy() if channels == 1 else canvas.permute(1, 2, 0).contiguous().numpy()
    out = io.BytesIO()
    Image.fromarray(array).save(out, format="PNG", optimize=True)
    return out.getvalue()
