"""Which images are there twice, byte for byte, as they are or mirrored?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from fmnist_governance.audit.quality.numbers import exact, share
from fmnist_governance.audit.quality.sides import Sides
from fmnist_governance.evidence.record import Measurement

BYTES = 16


@dataclass(frozen=True, slots=True)
class Digests:
    """Of each image, as it is and mirrored left to right."""

    plain: tuple[bytes, ...]
    mirrored: tuple[bytes, ...]


def digests(images: Tensor) -> Digests:
    """Return 128-bit digests of (N, C, H, W) uint8 images; equal ones have equal pixels."""
    plain, mirrored = (_each(turned) for turned in (images, images.flip(3)))
    return Digests(plain, mirrored)


def _each(images: Tensor) -> tuple[bytes, ...]:
    whole, size = images.contiguous().numpy().tobytes(), images[0].numel() if len(images) else 0
    return tuple(
        hashlib.blake2b(whole[k * size : (k + 1) * size], digest_size=BYTES).digest() for k in range(len(images))
    )


def repeated(found: Digests) -> int:
    """Return how many images are copies of an earlier one."""
    return len(found.plain) - len(set(found.plain))


def mirrored(found: Digests, among: Digests) -> int:
    """Return how many images have their mirror image among others; one that is its own does not count."""
    known = set(among.plain)
    return sum(turned != own and turned in known for own, turned in zip(found.plain, found.mirrored, strict=True))


def copied(found: Digests, among: Digests) -> int:
    """Return how many images are among others."""
    known = set(among.plain)
    return sum(own in known for own in found.plain)


def measured(sides: Sides) -> Iterator[Measurement]:
    """Count copies and mirror images within each side, and of test images on the training side."""
    known = {name: digests(side.images) for name, side in sides.named() if side is not None}
    for name, found in known.items():
        words = {"test": "Test", "train": "Training"}[name]
        yield exact(f"exact_duplicate.{name}.count", f"{words} images that repeat an earlier one", repeated(found))
        title = f"{words} images whose mirror image is another of them"
        yield exact(f"mirrored_duplicate.{name}.count", title, mirrored(found, found))
    if "train" in known:
        test, train = known["test"], known["train"]
        hits, n = copied(test, train), len(sides.test)
        yield exact("exact_duplicate.test_in_train.count", "Test images that are training images too", hits)
        yield share("exact_duplicate.test_in_train.rate", "Share of the test images that are training images", hits, n)
        title = "Test images whose mirror image is a training image"
        yield exact("mirrored_duplicate.test_in_train.count", title, mirrored(test, train))


def owed() -> tuple[str, ...]:
    """Return the names of what is measured."""
    kinds = ("exact_duplicate", "mirrored_duplicate")
    counts = (f"{kind}.{side}.count" for kind in kinds for side in ("test", "train", "test_in_train"))
    return (*counts, "exact_duplicate.test_in_train.rate")
