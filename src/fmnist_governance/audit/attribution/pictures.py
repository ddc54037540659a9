"""Maps laid over images."""

from __future__ import annotations

import io
import itertools

import numpy as np
import torch
from torch import Tensor

from fmnist_governance.audit.check import Picture
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.audit.subject import Examples

GREYS, COLOURS = 6, 10
"""Of a picture, for the images as they are and for what is laid over them; with so few it is a fifth as large."""
_TINGED = 24
"""Apart by as many levels in its channels, a pixel has a colour."""
_WARM = ((0.0, (0.0, 0.0, 0.0)), (0.35, (0.75, 0.1, 0.1)), (0.7, (1.0, 0.6, 0.0)), (1.0, (1.0, 1.0, 0.55)))
_VEIL, _DIMMED = 0.85, 0.7


def overlay(images: Tensor, maps: Tensor) -> Tensor:
    """Lay maps over images, from clear over red and orange to pale yellow at each map's maximum.

    Args:
        images: (N, C, H, W) float32 in [0, 1]; their mean channel is shown.
        maps: (N, H, W) float32, not negative; each is scaled by its own maximum.

    Returns:
        (N, 3, H, W) uint8.
    """
    heat = maps / maps.flatten(1).amax(dim=1).clamp_min(torch.finfo(maps.dtype).tiny).view(-1, 1, 1)
    grey = images.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)
    veil = (_VEIL * heat.square()).unsqueeze(1)
    return (255 * (_DIMMED * grey * (1 - veil) + _warm(heat) * veil)).round().to(torch.uint8)


def _warm(heat: Tensor) -> Tensor:
    found = torch.zeros(len(heat), 3, *heat.shape[1:])
    for (low, before), (high, after) in itertools.pairwise(_WARM):
        share = ((heat - low) / (high - low)).clamp(0, 1).unsqueeze(1)
        colour = torch.tensor(before).view(1, 3, 1, 1) * (1 - share) + torch.tensor(after).view(1, 3, 1, 1) * share
        found = torch.where((heat >= low).unsqueeze(1), colour, found)
    return found


def grey(images: Tensor) -> Tensor:
    """Return (N, 3, H, W) uint8 of (N, C, H, W) float32 images in [0, 1]."""
    return (255 * images.mean(dim=1, keepdim=True).expand(-1, 3, -1, -1)).round().to(torch.uint8)


def few_colours(png: bytes) -> bytes:
    """Return a picture in a palette in which grey stays grey: a tint would be taken for attribution."""
    from PIL import Image

    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    tinged = np.ptp(pixels, axis=2) > _TINGED
    places = np.rint(pixels.mean(axis=2) * (GREYS - 1) / 255).astype(np.uint8)
    palette = [round(255 * level / (GREYS - 1)) for level in range(GREYS) for _ in "rgb"]
    if tinged.any():
        tints = Image.fromarray(pixels[tinged][None]).quantize(COLOURS, dither=Image.Dither.NONE)
        places[tinged] = GREYS + np.asarray(tints)[0]
        palette += (tints.getpalette() or [])[: 3 * COLOURS]
    found, out = Image.fromarray(places, mode="P"), io.BytesIO()
    found.putpalette(palette)
    found.save(out, format="PNG", optimize=True)
    return out.getvalue()


def mean_maps(examples: Examples, maps: Tensor, classes: tuple[str, ...]) -> Picture:
    """Show the mean image of each class, and beneath it the mean map."""
    images, means, veiled = examples.images.float() / 255, [], []
    shown = [label for label in range(len(classes)) if bool((examples.labels == label).any())]
    for label in shown:
        own = examples.labels == label
        mean = images[own].mean(dim=0, keepdim=True)
        means.append(grey(mean))
        veiled.append(overlay(mean, maps[own].mean(dim=0, keepdim=True)))
    names = ", ".join(classes[label] for label in shown)
    return Picture(
        name="classes",
        caption="Above, the mean image of each class; below, with the mean of its maps laid over it, bright where the"
        " network looked most. From left to right: " + names,
        alternative="Two rows: the mean image of each class, and the mean Grad-CAM map over it. Classes: " + names,
        png=few_colours(sheet([torch.cat(means), torch.cat(veiled)], len(shown))),
    )


def grid(examples: Examples, maps: Tensor, classes: tuple[str, ...], each: int) -> Picture:
    """Show of each class images that were answered rightly and, the surest first, wrongly, each beside its map.

    Args:
        examples: In index order.
        maps: (N, H, W) float32, of the predicted class.
        classes: Their names.
        each: How many right and how many wrong ones are shown of a class.
    """
    confidence = examples.probabilities.max(dim=1).values
    size = examples.images.shape[2:]
    rows, names = [], []
    for label, name in enumerate(classes):
        own = examples.labels == label
        if not bool(own.any()):
            continue
        tiles = [
            _pairs(examples, maps, (own & group).nonzero()[:, 0], confidence, each, size)
            for group in (examples.correct, ~examples.correct)
        ]
        rows.append(torch.cat((tiles[0], torch.full((1, 3, *size), 255, dtype=torch.uint8), tiles[1])))
        names.append(name)
    listed = ", ".join(names)
    return Picture(
        name="examples",
        caption=f"A row for each class: left, {each} images answered rightly, right, {each} answered wrongly, the"
        " surest of each; beside every image its map of the given answer. From above: " + listed,
        alternative="A grid of test images with Grad-CAM maps, one class a row, right answers left and confident wrong"
        " answers right. From above: " + listed,
        png=few_colours(sheet(rows, 4 * each + 1)),
    )


def _pairs(  # noqa: PLR0913, PLR0917 - a part of a row
    examples: Examples, maps: Tensor, rows: Tensor, confidence: Tensor, each: int, size: torch.Size
) -> Tensor:
    chosen = rows[confidence[rows].argsort(descending=True, stable=True)[:each]]
    images = examples.images[chosen].float() / 255
    pairs = torch.stack((grey(images), overlay(images, maps[chosen])), dim=1).flatten(0, 1)
    blank = torch.full((2 * (each - len(chosen)), 3, *size), 255, dtype=torch.uint8)
    return torch.cat((pairs, blank))
