"""How long does a pass take, again and again?"""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

_WARM_UP = 3


def timed(once: Callable[[], object], device: torch.device, *, repeats: int, seconds: float) -> list[float]:
    """Time something again and again, after a few times that do not count.

    Args:
        once: What is timed.
        device: Where it computes; an accelerator is waited for.
        repeats: How often.
        seconds: After so long no further one is begun.

    Returns:
        The seconds of each, at least one.
    """
    wait = _waiting(device)
    for _ in range(_WARM_UP):
        once()
    wait()
    found: list[float] = []
    begun = time.perf_counter()
    while len(found) < repeats and (not found or time.perf_counter() - begun < seconds):
        start = time.perf_counter()
        once()
        wait()
        found.append(time.perf_counter() - start)
    return found


def _waiting(device: torch.device) -> Callable[[], object]:
    """Return what waits for a device to be done: a processor always is."""
    if device.type == "cuda":
        return lambda: torch.cuda.synchronize(device)
    return torch.mps.synchronize if device.type == "mps" else lambda: None
