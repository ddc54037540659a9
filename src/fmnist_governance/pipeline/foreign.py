"""Take a model that others made in hand: a network where it holds one, else a black box that gives answers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.export import ExportedProgram

from fmnist_governance.audit.answering import BATCH
from fmnist_governance.audit.package import Answers, Package
from fmnist_governance.audit.subject import Need
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import ModelError
from fmnist_governance.evidence.record import SubjectFacts
from fmnist_governance.model import foreign
from fmnist_governance.model.feeding import Feeding, Scale, are_probabilities, as_log_probabilities
from fmnist_governance.model.foreign import Exported, Mapped, Meaning, left_training
from fmnist_governance.model.last_map import named_map, traced
from fmnist_governance.model.outputs import Given, given, places
from fmnist_governance.model.weights import package_bytes, subject_digest
from fmnist_governance.pipeline.auditing import Model
from fmnist_governance.tracking.packaged import Packaged, packaged
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.running import (
    Predict,
    failing,
    load_pyfunc,
    load_torch,
    shape_taken,
    takes_rows,
)

logger = logging.getLogger(__name__)
_TRIED = 64
"""Images that a model is tried on before it is audited."""
NO_NETWORK = "it gives answers alone, no network"
NO_MAP = "no layer of it convolves; --layer names one that gives a map"
ONE_SIZE = "it was exported for one number of images a call; export it with an example of two or more"


@dataclass(frozen=True, slots=True)
class Fed:
    """What a user says of how a model that others made is fed."""

    scale: Scale = field(default_factory=Scale)
    class_names: tuple[str, ...] | None = None
    """What its outputs mean, in their order; None where the model says so itself, or has the data's order."""
    layer: str | None = None
    """Of which the map is explained; None where it is to be found."""

    def described(self, layer: str | None = None) -> dict[str, object]:
        """Return it as it is recorded, with the layer that was found where one was."""
        names = None if self.class_names is None else list(self.class_names)
        scale = {"mean": self.scale.mean, "spread": self.scale.spread}
        return {"input_scale": scale, "class_names": names, "layer": layer}


def taken_as_fed(resolved: ResolvedModel, dataset: Dataset, fed: Fed) -> Model:
    """Load a trusted model and try it on a few test images.

    Raises:
        ModelError: Its code fails, or it cannot be fed with these images.
    """
    digest = subject_digest(resolved.package)  # Before anything of it runs.
    model = packaged(resolved.package, resolved.uri)
    return (
        _network(resolved, model, digest, dataset, fed)
        if model.is_torch
        else _black_box(resolved, model, digest, dataset, fed)
    )


def _tried(dataset: Dataset) -> Tensor:
    return torch.from_numpy(dataset.splits["test"].images[:_TRIED].copy()).float() / 255


def _network(resolved: ResolvedModel, model: Packaged, digest: str, dataset: Dataset, fed: Fed) -> Model:
    loaded, images = load_torch(model, resolved.uri), _tried(dataset)
    network: nn.Module = Exported(loaded) if isinstance(loaded, ExportedProgram) else loaded
    left = left_training(network)
    feeding = Feeding(fed.scale, shape_taken(model))
    plain = foreign.Fed(network, feeding, Meaning(range(len(dataset.classes)), probabilities=False))
    with torch.no_grad(), failing(f"{resolved.uri}: its network failed on images of {tuple(images.shape)}"):
        raw = plain.raw(images)
        calls = traced(network, feeding.apply(images)) if plain.most is None else ()
    meaning = _meaning(resolved.uri, Given(raw), dataset, fed)
    layer = named_map(calls, fed.layer)
    lacks = {} if layer else dict.fromkeys((Need.LAYER, Need.FEATURES), NO_MAP if plain.most is None else ONE_SIZE)
    if plain.most is not None:
        images_a_call = f"{plain.most} image{'s' if plain.most > 1 else ''} a call"
        logger.warning("%s: takes %s, so answers are slow; %s", resolved.uri, images_a_call, ONE_SIZE)
    if meaning.probabilities:
        lacks[Need.LOGITS] = "it gives probabilities"
    wrapped = Mapped(network, feeding, meaning, layer) if layer else foreign.Fed(network, feeding, meaning)
    facts = SubjectFacts(
        uri=resolved.uri,
        kind="torch",
        digest=digest,
        weights=None,
        parameters=sum(tensor.numel() for tensor in network.parameters()),
        architecture=type(network.graph if isinstance(network, Exported) else network).__name__,
        input_shape=shape_taken(model) or tuple(images.shape[1:]),
    )
    ask = _asking(
        _Asked(resolved.uri, load_pyfunc(model, resolved.uri, pickle=True), feeding, _kind(model)), meaning, fed
    )
    package = Package(
        ask=ask,
        size=package_bytes(resolved.package),
        takes_bytes=False,
        left_training=left,
        fewest=plain.most or 1,
        most=plain.most,
    )
    return Model(wrapped, dataset.classes, facts, None, package, lacks=lacks, fed=fed.described(layer))


def _black_box(resolved: ResolvedModel, model: Packaged, digest: str, dataset: Dataset, fed: Fed) -> Model:
    images = _tried(dataset)
    if fed.layer is not None:
        msg = f"--layer: {resolved.uri} has none to name; {NO_NETWORK}"
        raise ModelError(msg)
    shape = (images[0].numel(),) if takes_rows(model) else shape_taken(model)
    asked = _Asked(resolved.uri, load_pyfunc(model, resolved.uri, pickle=True), Feeding(fed.scale, shape), _kind(model))
    if np.issubdtype(np.dtype(asked.kind), np.integer) and fed.scale != Scale.read("0-255"):
        msg = f"{resolved.uri}: takes {asked.kind}, whole numbers: --input-scale 0-255 says how pixels become such"
        raise ModelError(msg)
    meaning = _meaning(resolved.uri, asked.raw(images), dataset, fed)
    facts = SubjectFacts(
        uri=resolved.uri,
        kind="pyfunc",
        digest=digest,
        weights=None,
        parameters=None,
        architecture=model.loader or None,
        input_shape=shape_taken(model) or tuple(images.shape[1:]),
    )
    package = Package(
        ask=_asking(asked, meaning, fed), size=package_bytes(resolved.package), takes_bytes=False, left_training=None
    )
    lacks = dict.fromkeys((Need.GRADIENTS, Need.LAYER, Need.FEATURES), NO_NETWORK)
    if meaning.probabilities:
        lacks[Need.LOGITS] = "it gives probabilities"
    return Model(None, dataset.classes, facts, None, package, _answering(asked, meaning), lacks, fed.described())


@dataclass(frozen=True, slots=True)
class _Asked:
    """A packaged model, asked in the scale, shape and kind that it takes."""

    uri: str
    predict: Predict
    feeding: Feeding
    kind: str
    """Of the numbers, as numpy names it."""

    def raw(self, images: Tensor) -> Given:
        """Ask about (N, C, H, W), float32 in [0, 1] or uint8, in one call."""
        unit = images.float() / 255 if images.dtype == torch.uint8 else images
        with failing(f"{self.uri}: its answers cannot be read"):
            try:
                fed = self.feeding.apply(unit).numpy()
                whole = np.issubdtype(np.dtype(self.kind), np.integer)
                # A copy has plain strides, whatever those of the images are.
                array = np.array(np.rint(fed) if whole else fed, dtype=self.kind, order="C", copy=True)
                return given(self.predict(array), len(images))
            except ModelError as err:
                msg = str(err) if str(err).startswith(self.uri) else f"{self.uri}: {err}"
                raise ModelError(msg) from err


def _kind(model: Packaged) -> str:
    return model.wanted.kind or "float32"


def _meaning(uri: str, raw: Given, dataset: Dataset, fed: Fed) -> Meaning:
    """Say which output is which class of the data, and whether outputs are probabilities."""
    count, classes = raw.rows.shape[1], dataset.classes
    if count != len(classes) or (fed.class_names is not None and len(fed.class_names) != count):
        named = f"; --class-names gives {len(fed.class_names)}" if fed.class_names else ""
        msg = f"{uri}: it answers with {count} classes; {dataset.name} has {len(classes)}{named}"
        raise ModelError(msg)
    try:
        order = places(fed.class_names or _names(raw, classes) or classes, classes)
    except ModelError as err:
        msg = f"{uri}: {err}"
        raise ModelError(msg) from err
    return Meaning(order, are_probabilities(raw.rows))


def _names(raw: Given, classes: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the model's own names of its outputs; those of a table's columns only where they are classes."""
    return raw.names if raw.said is not None or set(raw.names or ()) == set(classes) else None


def _answering(asked: _Asked, meaning: Meaning) -> Callable[[Tensor], Tensor]:
    def answer(images: Tensor) -> Tensor:
        rows = torch.cat([asked.raw(batch).rows for batch in images.split(BATCH)])[:, list(meaning.places)]
        return as_log_probabilities(rows) if meaning.probabilities else rows.float()

    return answer


def _asking(asked: _Asked, meaning: Meaning, fed: Fed) -> Callable[[Tensor], Answers]:
    def ask(images: Tensor) -> Answers:
        found = asked.raw(images)
        rows = found.rows if meaning.probabilities else found.rows.softmax(dim=1)
        if found.said is None or found.names is None:
            return Answers(rows[:, list(meaning.places)])
        meant = dict(zip(found.names, fed.class_names or found.names, strict=True))
        likeliest = tuple(meant[found.names[k]] for k in rows.argmax(dim=1).tolist())
        return Answers(rows[:, list(meaning.places)], tuple(meant.get(name, name) for name in found.said), likeliest)

    return ask
