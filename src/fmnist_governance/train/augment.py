"""Change training images at random, a whole batch at once."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from fmnist_governance.config.recipe import Augmentation

_BLUR_REACH = 3
"""Pixels that a blur looks to each side."""


def augmented(images: Tensor, how: Augmentation, generator: torch.Generator) -> Tensor:
    """Change each image of a batch in its own way.

    Args:
        images: (N, 1, H, W) uint8, on any device; they are left as they are.
        how: What is done, how strongly and how often.
        generator: On the CPU, so that every device gets the same numbers.

    Returns:
        (N, 1, H, W) float32 in [0, 1], on the device of the images.
    """
    found = moved(images, how.flip, how.shift_px, generator).float() / 255
    found = blurred(found, how.blur_px, how.disturbed, generator)
    found = relit(found, how.contrast, how.brightness, how.disturbed, generator)
    found = noisy(found, how.noise, how.disturbed, generator)
    return cut(found, how.cutout_px, how.cutout_share, generator)


def moved(images: Tensor, flip: float, shift_px: int, generator: torch.Generator) -> Tensor:
    """Mirror some images and shift all of them by whole pixels.

    Args:
        images: (N, 1, H, W) of any type.
        flip: Share that is mirrored left to right.
        shift_px: Largest shift in each direction; zeros come in from the edge.
        generator: On the CPU.

    Returns:
        (N, 1, H, W) of the same type.
    """
    if flip == 0 and shift_px == 0:
        return images
    count, _, height, width = images.shape
    down, right = torch.randint(0, 2 * shift_px + 1, (2, count, 1), generator=generator)
    mirror = torch.rand(count, 1, generator=generator) < flip
    rows, columns = torch.arange(height) + down, torch.arange(width) + right
    columns = torch.where(mirror, columns.flip(1), columns)
    padded = functional.pad(images, (shift_px, shift_px, shift_px, shift_px))
    source = rows[:, :, None] * padded.shape[3] + columns[:, None, :]
    return padded.flatten(1).gather(1, source.flatten(1).to(images.device)).view_as(images)


def blurred(images: Tensor, blur_px: float, share: float, generator: torch.Generator) -> Tensor:
    """Blur a share of (N, 1, H, W) float images, each by a Gaussian of its own width up to `blur_px`."""
    if blur_px == 0 or share == 0:
        return images
    sigma = _strengths(len(images), share, generator) * blur_px
    reach = torch.arange(-_BLUR_REACH, _BLUR_REACH + 1)
    kernel = torch.exp(-reach.square() / (2 * sigma.clamp(min=1e-3).square()))
    kernel = (kernel / kernel.sum(dim=1, keepdim=True)).to(images.device)
    row = functional.pad(images, (_BLUR_REACH,) * 4, mode="replicate").transpose(0, 1)
    row = functional.conv2d(row, kernel[:, None, None, :], groups=len(images))
    return functional.conv2d(row, kernel[:, None, :, None], groups=len(images)).transpose(0, 1).contiguous()


def relit(images: Tensor, contrast: float, brightness: float, share: float, generator: torch.Generator) -> Tensor:
    """Change contrast and brightness of a share of (N, 1, H, W) images in [0, 1], each in its own way.

    Args:
        images: (N, 1, H, W) float in [0, 1].
        contrast: Distances from the image's mean are multiplied by 1 - contrast up to 1 / (1 - contrast).
        brightness: Most that is added or taken away.
        share: Share of the images whose contrast changes, and of those whose brightness does.
        generator: On the CPU.

    Returns:
        (N, 1, H, W) float in [0, 1].
    """
    if (contrast == 0 and brightness == 0) or share == 0:
        return images
    exponent = _signed(len(images), share, generator)
    factor = torch.pow(torch.tensor(1 - contrast), exponent)[:, :, None, None].to(images.device)
    added = (brightness * _signed(len(images), share, generator))[:, :, None, None].to(images.device)
    mean = images.mean(dim=(2, 3), keepdim=True)
    return ((images - mean) * factor + mean + added).clamp_(0, 1)


def noisy(images: Tensor, noise: float, share: float, generator: torch.Generator) -> Tensor:
    """Add Gaussian noise to a share of (N, 1, H, W) images in [0, 1], each with its own deviation up to `noise`."""
    if noise == 0 or share == 0:
        return images
    deviation = (noise * _strengths(len(images), share, generator))[:, :, None, None]
    drawn = torch.randn(images.shape, generator=generator).mul_(deviation)
    return (images + drawn.to(images.device)).clamp_(0, 1)


def cut(images: Tensor, cutout_px: int, share: float, generator: torch.Generator) -> Tensor:
    """Paint a black square into a share of (N, 1, H, W) images; its centre may lie anywhere in the image."""
    if cutout_px == 0 or share == 0:
        return images
    count, _, height, width = images.shape
    top = torch.randint(0, height, (count, 1), generator=generator) - cutout_px // 2
    left = torch.randint(0, width, (count, 1), generator=generator) - cutout_px // 2
    chosen = torch.rand(count, 1, generator=generator) < share
    rows = (torch.arange(height) >= top) & (torch.arange(height) < top + cutout_px) & chosen
    columns = (torch.arange(width) >= left) & (torch.arange(width) < left + cutout_px)
    square = rows[:, None, :, None] & columns[:, None, None, :]
    return images.masked_fill(square.to(images.device), 0)


def _strengths(count: int, share: float, generator: torch.Generator) -> Tensor:
    """Draw (N, 1) numbers, uniform in [0, 1] for a share of the images and 0 for the others."""
    drawn = torch.rand(2, count, 1, generator=generator)
    return torch.where(drawn[0] < share, drawn[1], 0.0)


def _signed(count: int, share: float, generator: torch.Generator) -> Tensor:
    """Draw (N, 1) numbers, uniform in [-1, 1] for a share of the images and 0 for the others."""
    drawn = torch.rand(2, count, 1, generator=generator)
    return torch.where(drawn[0] < share, 2 * drawn[1] - 1, 0.0)
