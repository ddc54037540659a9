"""Subjects for the tests of checks."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.answering import Images, own_subject
from fmnist_governance.audit.package import Answers, Package
from fmnist_governance.audit.subject import Examples, Need, Subject, slugs
from fmnist_governance.data import sample
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.model.fmnist_classifier import Network

CLASSES = ("Bag", "T-shirt/top", "Ankle boot", "Coat")

Answered = Callable[[Tensor, Tensor], Subject]


def subject_of(labels: Tensor, logits: Tensor, classes: tuple[str, ...] = CLASSES, seed: int = 0) -> Subject:
    generator = torch.Generator().manual_seed(7)
    images = torch.randint(0, 256, (len(labels), 1, 28, 28), generator=generator, dtype=torch.uint8)
    test = Examples(images, labels, logits, torch.arange(len(labels)))
    return Subject(
        classes=classes,
        slugs=slugs(classes),
        test=test,
        validation=None,
        network=None,
        answer=lambda batch: logits[: len(batch)],
        has=frozenset({Need.LOGITS}),
        seed=seed,
        device=torch.device("cpu"),
    )


def answers(labels: Tensor, predicted: Tensor, classes: int = len(CLASSES)) -> Tensor:
    """Logits whose argmax is the given answer."""
    noise = torch.rand(len(labels), classes, generator=torch.Generator().manual_seed(3))
    return noise + 4.0 * torch.nn.functional.one_hot(predicted, classes)


@pytest.fixture
def answered() -> Answered:
    """Build a subject from (N,) labels and (N,) answers."""
    return lambda labels, predicted: subject_of(labels, answers(labels, predicted))


@pytest.fixture
def subject() -> Subject:
    """400 images, four classes, about four in five answered rightly."""
    generator = torch.Generator().manual_seed(11)
    labels = torch.arange(400) % len(CLASSES)
    random = torch.randint(0, len(CLASSES), (400,), generator=generator)
    predicted = torch.where(torch.rand(400, generator=generator) < 0.75, labels, random)
    return subject_of(labels, answers(labels, predicted))


@pytest.fixture
def perfect() -> Subject:
    labels = torch.arange(400) % len(CLASSES)
    return subject_of(labels, answers(labels, labels))


@pytest.fixture
def constant() -> Subject:
    labels = torch.arange(400) % len(CLASSES)
    return subject_of(labels, answers(labels, torch.zeros(400, dtype=torch.int64)))


class Quadrants(nn.Module):
    """Sees how bright each patch of 4 x 4 pixels is, and answers with weights for the four quadrants of the image."""

    GRAD_CAM_LAYER = "patches"

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        sight = nn.Conv2d(1, 2, 4, stride=4, bias=False)
        self.patches = nn.Sequential(sight, nn.ReLU())
        self.head = nn.Linear(8, len(weights))
        with torch.no_grad():
            sight.weight.copy_(torch.tensor([1.0, 0.5]).view(2, 1, 1, 1) / 16)
            self.head.weight.copy_(weights)
            self.head.bias.copy_(torch.linspace(0.03, 0.0, len(weights)))

    def forward(self, images: Tensor) -> Tensor:
        found = self.patches(images)
        quadrants = nn.functional.adaptive_avg_pool2d(found, 2)
        logits: Tensor = self.head(quadrants.flatten(1))
        return logits


def seeing(quadrants: Tensor, size: int = 80) -> Subject:
    """A subject with a real network, 4 classes: class k is brighter in quadrant k, by chance more or less so."""
    generator = torch.Generator().manual_seed(19)
    labels = torch.arange(size) % len(CLASSES)
    images = torch.randint(0, 120, (size, 1, 28, 28), generator=generator, dtype=torch.uint8)
    for label, brighter in zip(labels, images, strict=True):
        down, right = divmod(int(label), 2)
        brighter[:, 14 * down : 14 * down + 14, 14 * right : 14 * right + 14] += 30
    network = Quadrants(quadrants).eval().requires_grad_(requires_grad=False)
    index = torch.arange(size).numpy()
    half = Images(images.flip(0).numpy(), labels.flip(0).numpy(), index)
    subject = own_subject(
        network,
        CLASSES,
        {"test": Images(images.numpy(), labels.numpy(), index), "validation": half, "train": half},
        seed=0,
        device=torch.device("cpu"),
        memory_format=torch.contiguous_format,
    )
    return with_package(subject, package_of(network, CLASSES))


def package_of(network: nn.Module, classes: tuple[str, ...]) -> Package:
    """A package that asks a network and names the classes, as this product's does."""

    @torch.inference_mode()
    def ask(images: Tensor) -> Answers:
        unit = images.float() / 255 if images.dtype == torch.uint8 else images
        probabilities = network(unit).double().softmax(dim=1).clone()
        names = tuple(classes[k] for k in probabilities.argmax(dim=1).tolist())
        return Answers(probabilities, names, names)

    return Package(ask=ask, size=1000, takes_bytes=True, left_training=())


def with_package(subject: Subject, package: Package) -> Subject:
    """The same subject, packaged."""
    return dataclasses.replace(subject, package=package, has=subject.has | {Need.PACKAGE})


def quadrant_weights() -> Tensor:
    """(4, 8) weights by which class k is quadrant k."""
    return torch.eye(4).repeat(1, 2)


@pytest.fixture(scope="session")
def seeing_subject() -> Subject:
    """It is right about most images: noise of the weights hides the rest from it."""
    noise = torch.randn(4, 8, generator=torch.Generator().manual_seed(2))
    return seeing(quadrant_weights() + 0.08 * noise)


@pytest.fixture(scope="session")
def perfect_network() -> Subject:
    return seeing(quadrant_weights())


@pytest.fixture(scope="session")
def constant_network() -> Subject:
    return seeing(torch.zeros(4, 8))


def fitted(images: Tensor, labels: Tensor, epochs: int = 10) -> nn.Module:
    """Train one small network: (N, 1, 28, 28) uint8 images, (N,) labels of ten classes."""
    network, generator = _untrained(), torch.Generator().manual_seed(0)
    scaled, steps = images.float() / 255, epochs * (len(images) // _STEP)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-2, total_steps=steps)
    for _ in range(epochs):
        order = torch.randperm(len(images), generator=generator)
        for rows in order[: len(images) // _STEP * _STEP].split(_STEP):
            loss = nn.functional.cross_entropy(network(scaled[rows]), labels[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval().requires_grad_(requires_grad=False)


def _untrained() -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Network(classes=10, layers="12/2 24/2 32")


_STEP = 50


@pytest.fixture(scope="session")
def sample_data() -> Dataset:
    """The shipped real images."""
    return sample.load()


@pytest.fixture(scope="session")
def trained(sample_data: Dataset) -> nn.Module:
    """A small network fitted on the shipped training images; it is right about four of five test images."""
    train = sample_data.splits["train"]
    return fitted(torch.from_numpy(train.images), torch.from_numpy(train.labels))


@pytest.fixture(scope="session")
def fit() -> Callable[[Tensor, Tensor], nn.Module]:
    """Train such a network on other images."""
    return fitted


Audited = Callable[[nn.Module], Subject]


@pytest.fixture(scope="session")
def audited(sample_data: Dataset) -> Audited:
    """Build a subject from a network and the shipped test images."""
    test = sample_data.splits["test"]

    def build(network: nn.Module) -> Subject:
        images = Images(test.images, test.labels, torch.arange(len(test.labels)).numpy())
        return own_subject(
            network.eval(),
            sample_data.classes,
            {"test": images},
            seed=0,
            device=torch.device("cpu"),
            memory_format=torch.channels_last,
        )

    return build


Boxed = Callable[..., Subject]


@pytest.fixture(scope="session")
def boxed() -> Boxed:
    """Package a subject: by default with its own network and classes; any part of the package may be another."""

    def box(subject: Subject, network: nn.Module | None = None, **changed: object) -> Subject:
        classes = changed.pop("classes", subject.classes)
        package = package_of(network or subject.network, classes)  # type: ignore[arg-type] # of a network at hand
        return with_package(subject, dataclasses.replace(package, **changed))  # type: ignore[arg-type] # its fields

    return box
