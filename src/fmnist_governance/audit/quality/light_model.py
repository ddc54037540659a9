"""Probabilities for training images, from a light model that did not see them."""

from __future__ import annotations

import torch
from torch import Tensor

FOLDS = 3
SHRINKAGE = 0.01
"""How far the covariance of the pixels is drawn towards that of noise, so that it can be inverted."""


def out_of_fold(images: Tensor, labels: Tensor, classes: int, generator: torch.Generator) -> Tensor:
    """Let a linear discriminant on pixels answer each image after it was fitted on two thirds of the others.

    The cost is one product of the pixels with themselves, and a small system of equations a fold.

    Args:
        images: (N, C, H, W) uint8.
        labels: (N,) int64.
        classes: K.
        generator: Draws the folds.

    Returns:
        (N, K) float64, rows sum to 1; a class without images in the other folds has probability 0.

    References:
        Hastie, Tibshirani and Friedman (2009), The Elements of Statistical Learning, section 4.3.
    """
    fold = torch.randperm(len(labels), generator=generator) % FOLDS
    parts = [_moments(images[fold == k].flatten(1).float() / 255, labels[fold == k], classes) for k in range(FOLDS)]
    found = torch.zeros(len(labels), classes, dtype=torch.float64)
    for k in range(FOLDS):
        others = [part for place, part in enumerate(parts) if place != k]
        products, sums, counts = (torch.stack(kind).sum(dim=0) for kind in zip(*others, strict=True))
        weights, bias = discriminant(products, sums, counts)
        own = images[fold == k].flatten(1).float() / 255
        found[fold == k] = (own.double() @ weights + bias).softmax(dim=1)
    return found


def _moments(pixels: Tensor, labels: Tensor, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return (D, D) products of pixels, (K, D) sums of each class, (K,) counts, in float64."""
    own = torch.nn.functional.one_hot(labels, classes).float()
    return (pixels.T @ pixels).double(), (own.T @ pixels).double(), own.sum(dim=0).double()


def discriminant(products: Tensor, sums: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
    """Return the (D, K) weights and (K,) biases of the linear discriminant.

    Args:
        products: (D, D) float64, sum over images of pixel times pixel.
        sums: (K, D) float64, sum of the pixels of each class.
        counts: (K,) float64, images of each class.
    """
    n, means = counts.sum(), sums / counts.clamp_min(1)[:, None]
    covariance = (products - means.T @ sums) / n
    noise = covariance.diagonal().mean() * torch.eye(len(products), dtype=torch.float64)
    weights = torch.linalg.solve((1 - SHRINKAGE) * covariance + SHRINKAGE * noise, means.T)
    return weights, (counts / n).log() - (means.T * weights).sum(dim=0) / 2
