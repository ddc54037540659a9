"""The same network, computed in every way that should make no difference."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from fmnist_governance.audit.sameness.likeness import Likeness, likeness
from fmnist_governance.audit.sameness.packaged import SIZES
from fmnist_governance.audit.subject import Examples, Subject
from fmnist_governance.model.foreign import Fed

THREADS = (1, 2)
LAYOUTS = {"contiguous": torch.contiguous_format, "channels last": torch.channels_last}
_PLAIN = max(SIZES)


def recomputed(subject: Subject, network: nn.Module, some: Examples, few: int) -> tuple[Likeness, ...]:
    """Compute the logits of images again: in other batches, threads and layouts, and without folding.

    Args:
        subject: Where it computes, and the network as it was read.
        network: Of the subject.
        some: The images with the audited logits.
        few: How many of them are computed one by one.

    Returns:
        Each way; none of `LAYOUTS` where the network is another's, which is computed in one alone.
    """
    every, first = torch.arange(len(some)), torch.arange(min(len(some), few))
    found = []
    for size in SIZES:
        rows = first if size == 1 else every
        found.append(_beside(f"batches of {size}", some, rows, _logits(subject, network, some, rows, size=size)))
    for threads in THREADS:
        with _threads(threads):
            again = _logits(subject, network, some, every)
        found.append(_beside(f"{threads} thread{'s' if threads > 1 else ''}", some, every, again))
    if not isinstance(network, Fed):  # What others wrote may take contiguous images only, and gets no others.
        for name, layout in LAYOUTS.items():
            again = _logits(subject, copy.deepcopy(network).to(memory_format=layout), some, every, layout=layout)
            found.append(_beside(name, some, every, again))
    if subject.original is not None:
        again = _logits(subject, subject.original, some, every)
        found.append(_beside("batch norm not folded into convolutions", some, every, again))
    return tuple(found)


def _beside(way: str, some: Examples, rows: Tensor, other: Tensor) -> Likeness:
    return likeness(way, rows, some.logits[rows], other)


@torch.inference_mode()
def _logits(  # noqa: PLR0913 - what is asked, and in which way
    subject: Subject,
    network: nn.Module,
    some: Examples,
    rows: Tensor,
    *,
    size: int = _PLAIN,
    layout: torch.memory_format = torch.contiguous_format,
) -> Tensor:
    found = []
    for batch in some.images[rows].split(size):
        scaled = (batch.float() / 255).to(subject.device).clone(memory_format=layout)
        found.append(network(scaled).float().cpu())
    return torch.cat(found).clone()


@contextmanager
def _threads(count: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
