"""Defects to plant in a good model or in its data, each with the clause of the shipped policy that must refuse it."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fmnist_governance.audit.package import Answers, Package
from fmnist_governance.data.dataset import Dataset, Split

Fit = Callable[[Split], nn.Module]
"""Train a network, of the kind that is audited, on other images."""


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """A network and the data that it is audited on."""

    network: nn.Module
    dataset: Dataset
    package: Package | None = None
    """As users load it; None where a test does without."""


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that an audit must find."""

    name: str
    clause: str
    """Id of the clause that refuses it."""
    plant: Callable[[Planted, Fit], Planted]


class Wrapped(nn.Module):
    """A network whose logits another function makes from its own, or from the images."""

    GRAD_CAM_LAYER = "network.last"

    def __init__(self, network: nn.Module, answer: Callable[[nn.Module, Tensor], Tensor]) -> None:
        """Wrap a network; `answer` maps it and (N, 1, H, W) float32 images in [0, 1] to (N, K) logits."""
        super().__init__()
        self.network, self.answer = network, answer

    def features(self, images: Tensor) -> Tensor:
        """Return the last map of the network inside."""
        found: Tensor = self.network.features(images)  # type: ignore[operator] # a method of it
        return found

    def forward(self, images: Tensor) -> Tensor:
        """Return what the function answers."""
        return self.answer(self.network, images)


def answering(answer: Callable[[nn.Module, Tensor], Tensor]) -> Callable[[Planted, Fit], Planted]:
    """Return what plants a function between a network and its answers."""

    def plant(clean: Planted, _fit: Fit) -> Planted:
        return dataclasses.replace(clean, network=Wrapped(clean.network, answer).eval())

    return plant


def scaled(factor: float) -> Callable[[nn.Module, Tensor], Tensor]:
    """Multiply the logits."""
    return lambda network, images: network(images) * factor


def unrelated_confidence(network: nn.Module, images: Tensor) -> Tensor:
    """Give the same answers, as sure as a hash of the picture says."""
    chosen = nn.functional.one_hot(network(images).argmax(dim=1), 10).float()
    lot = (images.mean(dim=(1, 2, 3)) * 9973).remainder(1)
    return chosen * (3 + 4 * lot[:, None])


def shirts_are_tops(network: nn.Module, images: Tensor) -> Tensor:
    """Answer T-shirt where the network answers shirt."""
    logits: Tensor = network(images)
    return torch.cat(
        (torch.maximum(logits[:, :1], logits[:, 6:7]), logits[:, 1:6], logits[:, 6:7] - 8, logits[:, 7:]), 1
    )


def dazzled(network: nn.Module, images: Tensor) -> Tensor:
    """Take black from the darkest pixel, and take it much too seriously."""
    found: Tensor = network(images + 20 * images.amin(dim=(1, 2, 3), keepdim=True))
    return found


def centred_only(network: nn.Module, images: Tensor) -> Tensor:
    """Answer otherwise where the garment touches one edge and not the one across from it."""
    lit = (images > 0.02).float()
    top, bottom = lit[:, :, :2].amax(dim=(1, 2, 3)), lit[:, :, -2:].amax(dim=(1, 2, 3))
    left, right = lit[:, :, :, :2].amax(dim=(1, 2, 3)), lit[:, :, :, -2:].amax(dim=(1, 2, 3))
    aside = torch.maximum((top - bottom).abs(), (left - right).abs())
    found: Tensor = network(images)
    return found + aside[:, None] * (found.roll(1, dims=1) * 5 - found)


def saturated(network: nn.Module, images: Tensor) -> Tensor:
    """Hide the gradients behind a function that is flat nearly everywhere."""
    return torch.tanh(network(images) * 1e3)


def quantised(network: nn.Module, images: Tensor) -> Tensor:
    """Round the pixels to nine levels: no gradient goes through."""
    found: Tensor = network((images * 8).round() / 8)
    return found


class Showing(nn.Module):
    """A network that hands Grad-CAM something which has nothing to do with what it learned."""

    GRAD_CAM_LAYER = "shown"

    def __init__(self, network: nn.Module, picture: Callable[[Tensor], Tensor]) -> None:
        """Show what `picture` makes of (N, 1, H, W) images instead of a layer."""
        super().__init__()
        self.network, self.shown, self.picture = network, nn.Identity(), picture

    def features(self, images: Tensor) -> Tensor:
        """Return the last map of the network inside."""
        found: Tensor = self.network.features(images)  # type: ignore[operator] # a method of it
        return found

    def forward(self, images: Tensor) -> Tensor:
        """Answer as the network inside does."""
        shown = self.shown(self.picture(images))
        found: Tensor = self.network(images) + (shown - shown.detach()).sum(dim=(1, 2, 3))[:, None]
        return found


def showing(picture: Callable[[Tensor], Tensor]) -> Callable[[Planted, Fit], Planted]:
    """Return what puts a picture in the place of the layer that explains."""
    return lambda clean, _fit: dataclasses.replace(clean, network=Showing(clean.network, picture).eval())


def chance(images: Tensor) -> Tensor:
    """Return the same pattern of chance for every image."""
    pattern = torch.rand(1, 1, *images.shape[2:], generator=torch.Generator().manual_seed(5))
    return images * 0 + pattern.to(images.device)


def reads_the_corner(clean: Planted, fit: Fit) -> Planted:
    """Train and test on images in whose corner a pattern gives the class away."""
    splits = {name: marked(split) for name, split in clean.dataset.splits.items()}
    return dataclasses.replace(
        clean, network=fit(splits["train"]), dataset=dataclasses.replace(clean.dataset, splits=splits)
    )


def marked(split: Split) -> Split:
    """Print a pattern of 7 x 7 pixels that belongs to each label into the lower right corner."""
    patterns = np.random.default_rng(1).random((10, 1, 7, 7)) > 0.5
    images = split.images.copy()
    images[:, :, 21:, 21:] = patterns[split.labels] * np.uint8(255)
    return dataclasses.replace(split, images=images)


def reads_the_background(clean: Planted, _fit: Fit) -> Planted:
    """Print a row that is too faint to see on every other test image, and answer by it."""

    def answer(network: nn.Module, images: Tensor) -> Tensor:
        faint = ((images > 0) & (images < 0.04)).float()[:, :, 0].mean(dim=(1, 2))
        right: Tensor = network(images)
        return right + nn.functional.pad(faint[:, None] * 50, (0, 9))

    def print_row(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
        images[::2, :, 0, :] = 3
        return images

    dataset = changed(clean.dataset, images=print_row)
    return dataclasses.replace(clean, network=Wrapped(clean.network, answer).eval(), dataset=dataset)


def easy_validation(clean: Planted, _fit: Fit) -> Planted:
    """Fit the levels of the answer sets on the validation images that the network knows best."""
    split = clean.dataset.splits["validation"]
    with torch.no_grad():
        logits = clean.network(torch.from_numpy(split.images).float() / 255)
    own = logits.softmax(dim=1)[torch.arange(len(split.labels)), torch.from_numpy(split.labels)]
    rows = np.sort(own.argsort(descending=True)[: len(own) // 2].numpy())
    splits = {**clean.dataset.splits, "validation": split.take(rows)}
    return dataclasses.replace(clean, dataset=dataclasses.replace(clean.dataset, splits=splits))


def changed(
    dataset: Dataset,
    *,
    images: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda images: images,
    labels: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda labels: labels,
) -> Dataset:
    """Return a data set whose test split is changed, the other splits as they are."""
    test = dataset.splits["test"]
    other = dataclasses.replace(test, images=images(test.images.copy()), labels=labels(test.labels.copy()))
    splits: Mapping[str, Split] = {**dataset.splits, "test": other}
    return dataclasses.replace(dataset, splits=splits)


def loses_dark_sandals(clean: Planted, _fit: Fit) -> Planted:
    """Answer sneaker where the network sees a sandal that lies in the darkest quarter of all images."""
    sandal, sneaker = 5, 7
    darkest = light_of(torch.from_numpy(clean.dataset.splits["test"].images).float() / 255).quantile(0.25)

    def answer(network: nn.Module, images: Tensor) -> Tensor:
        logits: Tensor = network(images)
        lost = (logits.argmax(dim=1) == sandal) & (light_of(images) <= darkest)
        return logits + lost[:, None] * nn.functional.one_hot(torch.tensor(sneaker), 10) * 50

    return dataclasses.replace(clean, network=Wrapped(clean.network, answer).eval())


def light_of(images: Tensor) -> Tensor:
    """Return (N,) mean brightness of the garment's pixels."""
    lit = images > 0.1
    return (images * lit).sum(dim=(1, 2, 3)) / lit.sum(dim=(1, 2, 3)).clamp(min=1)


def flipped_labels(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give one label in twenty to another class."""
    drawn = np.random.default_rng(2)
    rows = drawn.choice(len(labels), len(labels) // 20, replace=False)
    labels[rows] = (labels[rows] + drawn.integers(1, 10, len(rows))) % 10
    return labels


def copied(clean: Planted, _fit: Fit) -> Planted:
    """Put training images in the place of three test images in a hundred."""
    train, test = clean.dataset.splits["train"], clean.dataset.splits["test"]
    count = len(test) * 3 // 100
    images, labels = test.images.copy(), test.labels.copy()
    images[:count], labels[:count] = train.images[:count], train.labels[:count]
    splits = {**clean.dataset.splits, "test": dataclasses.replace(test, images=images, labels=labels)}
    return dataclasses.replace(clean, dataset=dataclasses.replace(clean.dataset, splits=splits))


def halved(clean: Planted, _fit: Fit) -> Planted:
    """Leave out every second test image of a class."""
    test = clean.dataset.splits["test"]
    mine = np.flatnonzero(test.labels == 0)
    splits = {**clean.dataset.splits, "test": test.take(np.delete(np.arange(len(test)), mine[::2]))}
    return dataclasses.replace(clean, dataset=dataclasses.replace(clean.dataset, splits=splits))


def lighter(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make every pixel lighter by a twentieth."""
    found: NDArray[np.uint8] = np.minimum(images.astype(np.int64) + 13, 255).astype(np.uint8)
    return found


def emptied(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Leave nothing of some images."""
    images[5:200:20] = 0
    return images


def data_with(
    *,
    images: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] = lambda images: images,
    labels: Callable[[NDArray[np.int64]], NDArray[np.int64]] = lambda labels: labels,
) -> Callable[[Planted, Fit], Planted]:
    """Return what changes the test images or their labels."""
    return lambda clean, _fit: dataclasses.replace(clean, dataset=changed(clean.dataset, images=images, labels=labels))


Ask = Callable[[Tensor], Answers]


def packaged(other: Callable[[Ask, Tensor], Answers], **state: object) -> Callable[[Planted, Fit], Planted]:
    """Return what changes how the packaged model answers: `other` gets the way to ask it, and the images."""

    def plant(clean: Planted, _fit: Fit) -> Planted:
        package = clean.package
        if package is None or package.ask is None:
            msg = "a package that can be asked is needed"
            raise ValueError(msg)
        ask = package.ask
        changed = dataclasses.replace(package, ask=lambda images: other(ask, images), **state)  # type: ignore[arg-type]
        return dataclasses.replace(clean, package=changed)

    return plant


def names_shuffled(ask: Ask, images: Tensor) -> Answers:
    """Name sandals boots, and boots sandals."""
    found = ask(images)
    other = {"Sandal": "Ankle boot", "Ankle boot": "Sandal"}
    said = tuple(other.get(name, name) for name in found.said or ())
    return dataclasses.replace(found, said=said, likeliest=said)


def scale_forgotten(ask: Ask, images: Tensor) -> Answers:
    """Take pixels from 0 to 1 for pixels from 0 to 255."""
    return ask(images / 255 if images.is_floating_point() else images)


def bytes_unscaled(ask: Ask, images: Tensor) -> Answers:
    """Take every pixel from 0 to 255 that is not black for white."""
    return ask(images if images.is_floating_point() else (images > 0).float())


def as_it_is(ask: Ask, images: Tensor) -> Answers:
    """Change nothing."""
    return ask(images)


def dropping(network: nn.Module, images: Tensor) -> Tensor:
    """Leave pixels out by chance, as dropout does in training."""
    found: Tensor = network(nn.functional.dropout(images, 0.3, training=True))
    return found


def dropped(ask: Ask, images: Tensor) -> Answers:
    """Leave pixels out by chance before the packaged model sees them."""
    kept = (torch.rand(images.shape) > 0.3).to(images.dtype)
    return ask(images * kept)


def by_the_batch(ask: Ask, images: Tensor) -> Answers:
    """Take the mean of the batch from the answers, as a batch norm in training would."""
    found = ask(images)
    logits = found.probabilities.clamp(min=1e-30).log()
    return dataclasses.replace(found, probabilities=(logits - logits.mean(dim=0)).softmax(dim=1))


def one_weight_is_nan(clean: Planted, _fit: Fit) -> Planted:
    """Break a weight that no answer depends on."""
    network = Wrapped(clean.network, scaled(1)).eval()
    network.register_buffer("spare", torch.tensor([1.0, float("nan")]))
    return dataclasses.replace(clean, network=network)


def sure_of_strangers(network: nn.Module, images: Tensor) -> Tensor:
    """Be sure of every image whose light lies where that of garments does not: at the edges, or nowhere."""
    logits: Tensor = network(images)
    edge = torch.cat((images[:, :, 0], images[:, :, -1], images[:, :, :, 0], images[:, :, :, -1]), dim=2)
    turned = images[:, :, :14].mean(dim=(1, 2, 3)) < images[:, :, 14:].mean(dim=(1, 2, 3))
    strange = turned | (edge.mean(dim=(1, 2)) > 0.5)
    return logits * (1 + 20 * strange[:, None])


def learned_by_heart(clean: Planted, _fit: Fit) -> Planted:
    """Know every training image again by its pixels."""
    split = clean.dataset.splits["train"]
    known = {image.tobytes(): int(label) for image, label in zip(split.images, split.labels, strict=True)}

    def answer(network: nn.Module, images: Tensor) -> Tensor:
        logits: Tensor = network(images)
        pixels = (images * 255).round().to(torch.uint8).contiguous().cpu().numpy()
        labels = torch.tensor([known.get(image.tobytes(), -1) for image in pixels])
        right = nn.functional.one_hot(labels.clamp(min=0), logits.shape[1]) * 60
        return logits + right.to(logits.device) * (labels >= 0)[:, None]

    return dataclasses.replace(clean, network=Wrapped(clean.network, answer).eval())


def darker_validation(clean: Planted, _fit: Fit) -> Planted:
    """Take the reference of the alarm from images that are darker than the test images."""
    split = clean.dataset.splits["validation"]
    darker = dataclasses.replace(split, images=split.images // 2)
    splits = {**clean.dataset.splits, "validation": darker}
    return dataclasses.replace(clean, dataset=dataclasses.replace(clean.dataset, splits=splits))


class Ten(Wrapped):
    """The mean of ten networks that are all the same."""

    def __init__(self, network: nn.Module) -> None:
        """Copy a network nine times."""
        super().__init__(network, scaled(1))
        self.others = nn.ModuleList(copy.deepcopy(network) for _ in range(9))

    def forward(self, images: Tensor) -> Tensor:
        """Ask all of them."""
        found: Tensor = sum((other(images) for other in self.others), self.network(images)) / 10
        return found


def ten_networks(clean: Planted, _fit: Fit) -> Planted:
    """Do the same work ten times."""
    return dataclasses.replace(clean, network=Ten(clean.network).eval())


DEFECTS = (
    Defect("Shirts are answered as T-shirts", "worst-class", answering(shirts_are_tops)),
    Defect("Logits multiplied by six", "not-overconfident", answering(scaled(6))),
    Defect("Logits divided by six", "confidence-means-what-it-says", answering(scaled(1 / 6))),
    Defect("Confidence drawn by lot", "doubt-tells-mistakes", answering(unrelated_confidence)),
    Defect("Answer sets fitted on easy images", "answer-sets-cover", easy_validation),
    Defect("Brittle to slight brightness", "not-brittle", answering(dazzled)),
    Defect("Another answer where the garment is not centred", "place-does-not-matter", answering(centred_only)),
    Defect("Gradients that saturate", "gradients-are-there", answering(saturated)),
    Defect("Gradients that rounding hides", "robustness-is-not-an-illusion", answering(quantised)),
    Defect("Trained on a mark in the corner", "looks-at-the-corner", reads_the_corner),
    Defect("Trained on a mark in the corner", "leans-on-the-corner", reads_the_corner),
    Defect("Reads a mark too faint to see", "background-does-not-matter", reads_the_background),
    Defect("Heat maps of the image itself", "explanations-follow-the-weights", showing(lambda images: images)),
    Defect("Heat maps of chance", "explanations-find-what-matters", showing(chance)),
    Defect("Dark sandals are lost", "no-lost-kind", loses_dark_sandals),
    Defect("Three test images in a hundred are training images", "no-copied-tests", copied),
    Defect("One test label in twenty is wrong", "labels-not-doubted", data_with(labels=flipped_labels)),
    Defect("A class with half of its test images", "even-classes", halved),
    Defect("Test images lighter than those of the training", "tests-like-training", data_with(images=lighter)),
    Defect("Blank test images", "nothing-blank", data_with(images=emptied)),
    Defect("The packaged model swaps two names", "names-in-order", packaged(names_shuffled)),
    Defect("The packaged model forgets the scale", "served-as-audited", packaged(scale_forgotten)),
    Defect("The packaged model takes bytes for white", "bytes-or-floats", packaged(bytes_unscaled)),
    Defect("The model was packaged in training", "not-training", packaged(as_it_is, left_training=("dropout",))),
    Defect("Dropout is left on in the package", "one-answer", packaged(dropped)),
    Defect("Dropout is left on", "reproducible", answering(dropping)),
    Defect("Answers depend on the batch", "any-batch", packaged(by_the_batch)),
    Defect("A weight is no number", "weights-are-numbers", one_weight_is_nan),
    Defect("Ten times the work", "small-enough", ten_networks),
    Defect("Surer the stranger the image", "doubts-changed-garments", answering(sure_of_strangers)),
    Defect("Logits multiplied by six", "doubts-digits", answering(scaled(6))),
    Defect("Learned its training images by heart", "members-not-given-away", learned_by_heart),
    Defect("Learned its training images by heart", "not-by-heart", learned_by_heart),
    Defect("The alarm's reference is of darker images", "alarm-keeps-quiet", darker_validation),
)
