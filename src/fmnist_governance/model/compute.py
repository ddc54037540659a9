"""How a network computes fast: threads, allocator, memory format, and batch norm folded into convolutions.

Nothing here changes what a network answers, but for rounding in the last digits.
"""

from __future__ import annotations

import copy
import ctypes
import platform

import torch
from torch import Tensor, nn

from fmnist_governance.errors import ModelError
from fmnist_governance.model.fmnist_classifier import Layer, Network

_M_TRIM_THRESHOLD = -1
_M_TOP_PAD = -2
_M_MMAP_THRESHOLD = -3
_KEPT_BYTES = 1 << 30
_GROWN_BYTES = 1 << 26
_DEVICES = ("auto", "cpu", "cuda", "mps")


def chosen_device(name: str) -> torch.device:
    """Return the device of that name; `auto` takes an accelerator where there is one.

    Raises:
        ModelError: It is no name of a device, or this machine has none of that kind.
    """
    if name not in _DEVICES:
        msg = f"device {name!r} is not known; known are {', '.join(_DEVICES)}"
        raise ModelError(msg)
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if name == "auto":
        name = next(kind for kind in ("cuda", "mps", "cpu") if there[kind])
    if not there[name]:
        msg = f"device {name!r} is not there; this machine has {', '.join(kind for kind in there if there[kind])}"
        raise ModelError(msg)
    return torch.device(name)


def prepare_process(threads: int | None = None) -> None:
    """Set the process up to compute: threads, allocator, and kernels that repeat to the last bit.

    Args:
        threads: How many a tensor operation may use; None leaves torch's own choice.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    torch.backends.cudnn.deterministic = True
    tune_allocator()


def tune_allocator() -> bool:
    """Let glibc keep freed memory instead of handing each large tensor back to the system and asking anew.

    A training step frees and takes the same large blocks again and again; without this each of them is mapped, and
    cleared by the kernel, page by page.

    Returns:
        Whether the allocator took it; elsewhere than on glibc there is nothing to tune.
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    settings = {_M_MMAP_THRESHOLD: _KEPT_BYTES, _M_TRIM_THRESHOLD: _KEPT_BYTES, _M_TOP_PAD: _GROWN_BYTES}
    return all([mallopt(name, value) == 1 for name, value in settings.items()])  # noqa: C419 - set each of them


def memory_format(device: torch.device) -> torch.memory_format:
    """Return how images and weights lie in memory: channels last wherever convolutions are the faster for it."""
    return torch.contiguous_format if device.type == "mps" else torch.channels_last


def folded(network: Network) -> Network:
    """Return a copy that answers alike in fewer steps: batch norm is part of the convolutions.

    Args:
        network: On any device; it is left as it is.

    Returns:
        The copy, in evaluation mode with frozen parameters. It cannot be trained, and its weights have other names.
    """
    copied = copy.deepcopy(network).eval().requires_grad_(requires_grad=False)
    for layer in copied.modules():
        if isinstance(layer, Layer):
            _fold(layer)
    return copied


def _fold(layer: Layer) -> None:
    """Move a layer's batch norm into its convolution.

    Where a maximum lies between the two and a channel's scale is negative, the largest value before is the smallest
    after: there the batch norm stays where it is.
    """
    scale, shift = _scale_and_shift(layer.norm)
    pooled = not isinstance(layer.pool, nn.Identity)
    if pooled and bool((scale < 0).any()):
        return
    layer.conv.weight.mul_(scale[:, None, None, None])
    layer.conv.bias = nn.Parameter(shift, requires_grad=False)
    layer.register_module("norm", nn.Identity())


def _scale_and_shift(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return (C,) scale and (C,) shift of a batch norm in evaluation mode."""
    if norm.running_mean is None or norm.running_var is None:
        msg = "a batch norm without running statistics cannot be folded"
        raise ValueError(msg)
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return scale, norm.bias - norm.running_mean * scale
