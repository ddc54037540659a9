"""A baseline that every network should beat: multinomial logistic regression on the pixels of Fashion-MNIST.

ImageNet-C measures a network's errors against AlexNet's. There is no such common baseline for 28 x 28 garments, so one
is shipped: 7,850 weights, fitted by `fitted` to the 55,000 images of the split `train` and verified by digest.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from safetensors.torch import load, save
from torch import Tensor
from torch.nn import functional

from fmnist_governance.errors import ModelError

NAME = "logistic-pixels"
CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)
"""What its answers mean; it is of no use for other classes."""
FILE = Path(__file__).with_name("logistic_pixels.safetensors")
DIGEST = "sha256:94026c8498417244ea380d8357d19dea471d5babcfdaad1044cf0cc773344bab"
TEST_ACCURACY = 0.8452
"""Measured on the 10,000 test images."""
_PENALTY = 1e-4
_STEPS = 300


def logistic_pixels() -> Tensor:
    """Read the shipped weights.

    Returns:
        (10, 785) float32: for each class a weight a pixel, in [0, 1] and row by row, and a constant.

    Raises:
        ModelError: The file is not the one that was shipped.
    """
    try:
        data = FILE.read_bytes()
    except OSError as err:
        msg = f"{FILE.name}: {err.strerror}; install the package again"
        raise ModelError(msg) from err
    found = f"sha256:{hashlib.sha256(data).hexdigest()}"
    if found != DIGEST:
        msg = f"{FILE.name}: {found} is not the baseline that was shipped ({DIGEST}); install the package again"
        raise ModelError(msg)
    return load(data)["weights"]


def logits(weights: Tensor, images: Tensor) -> Tensor:
    """Answer (N, 1, H, W) float images in [0, 1] by (K, H * W + 1) weights; the result is (N, K)."""
    held = weights.to(images)
    return functional.linear(images.flatten(1), held[:, :-1], held[:, -1])


def fitted(images: Tensor, labels: Tensor, classes: int = len(CLASSES), steps: int = _STEPS) -> Tensor:
    """Fit a multinomial logistic regression with a small quadratic penalty on the weights, not on the constants.

    The loss has a single minimum, and L-BFGS in double precision starts from zero: nothing is drawn.

    Args:
        images: (N, 1, H, W) uint8.
        labels: (N,) int64.
        classes: K, how many there are.
        steps: Most iterations; it stops before that at the minimum.

    Returns:
        (K, H * W + 1) float32.
    """
    pixels = images.flatten(1).double() / 255
    weights = torch.zeros(classes, pixels.shape[1] + 1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS(
        [weights],
        max_iter=steps,
        history_size=20,
        tolerance_grad=1e-7,
        tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        answers = functional.linear(pixels, weights[:, :-1], weights[:, -1])
        found = functional.cross_entropy(answers, labels) + _PENALTY / 2 * weights[:, :-1].square().sum()
        found.backward()
        return found

    optimiser.step(loss)
    return weights.detach().float()


def write(weights: Tensor, file: Path = FILE) -> None:
    """Store weights as the file that is shipped; its digest belongs into `DIGEST`."""
    file.write_bytes(save({"weights": weights.contiguous()}))
