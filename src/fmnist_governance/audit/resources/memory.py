"""How much memory does a pass take beside the weights?"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

HOW = "the tensors alive at once, counted operation by operation; the libraries' own scratch space is not seen"


class Counting(TorchDispatchMode):
    """Counts the bytes of the tensors that are made while it is active, and of those alive at once."""

    def __init__(self) -> None:
        """Start with nothing."""
        super().__init__()  # type: ignore[no-untyped-call] # torch gives it no types
        self.alive: dict[int, int] = {}
        """Bytes by storage, of those made here and not yet freed."""
        self.peak = 0

    def __torch_dispatch__(
        self, func: Callable[..., Any], _types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:  # noqa: ANN401 - whatever the operation gives
        """Do one operation, then count the storages that it made."""
        given = {_storage(tensor) for tensor in tree_leaves((args, kwargs)) if isinstance(tensor, Tensor)}
        result = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor) and _storage(tensor) not in given:
                self._made(tensor)
        self.peak = max(self.peak, sum(self.alive.values()))
        return result

    def _made(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key = _storage(tensor)
        if key not in self.alive:
            self.alive[key] = storage.nbytes()
            weakref.finalize(storage, self.alive.pop, key, None)


def _storage(tensor: Tensor) -> int:
    return int(tensor.untyped_storage()._cdata)  # noqa: SLF001 - the one identity that a storage has


def peak_bytes(once: Callable[[], object]) -> int:
    """Return the bytes that the tensors made on the way take at the worst moment, without those that were there before.

    Args:
        once: A pass.
    """
    counting = Counting()
    with torch.no_grad(), counting:
        once()
    return counting.peak
