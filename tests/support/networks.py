"""Networks as others write them: other layers, other names, other habits than this product's."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class TwoConvolutions(nn.Module):
    """The network of many a tutorial: 28 x 28 grey images, ten classes, logits."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1)
        self.dropout = nn.Dropout(0.25)
        self.fc = nn.Linear(16 * 7 * 7, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
        x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
        x = self.dropout(x)
        found: Tensor = self.fc(x.view(x.size(0), -1))
        return found


class Block(nn.Module):
    """Two convolutions around which the input goes as well."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        y = self.relu(self.bn1(self.conv1(x)))
        found: Tensor = self.relu(self.bn2(self.conv2(y)) + x)
        return found


class SmallResidual(nn.Module):
    """A residual network that gives probabilities."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 12, 3, stride=2, padding=1), nn.BatchNorm2d(12), nn.ReLU())
        self.blocks = nn.Sequential(Block(12), Block(12))
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(12, 10)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.head(self.pool(self.blocks(self.stem(x))).flatten(1))
        return found.softmax(dim=1)


class Forgetful(nn.Module):
    """A network whose author wrote dropout as a function, and forgot that it drops unless told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 5, stride=3)
        self.fc = nn.Linear(8 * 8 * 8, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.relu(self.conv(x)).flatten(1)
        found: Tensor = self.fc(functional.dropout(x, 0.5))
        return found


def taught(network: nn.Module, images: Tensor, labels: Tensor, *, epochs: int = 1) -> nn.Module:
    """Fit a network: (N, C, H, W) float32 as it takes them, (N,) int64."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        optimizer = torch.optim.AdamW(network.train().parameters(), lr=3e-3)
        for _ in range(epochs):
            for rows in torch.randperm(len(images)).split(50):
                answers = network(images[rows])
                gives_probabilities = bool((answers.detach().sum(dim=1) - 1).abs().max() < 1e-3)
                logits = answers.clamp_min(1e-9).log() if gives_probabilities else answers
                loss = functional.cross_entropy(logits, labels[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
    return network.eval()
