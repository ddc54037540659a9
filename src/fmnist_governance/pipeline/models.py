"""Take a registered model in hand: an own one without running code that it brings along, another one if trusted."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from fmnist_governance.audit.package import Answers, Package
from fmnist_governance.audit.subject import Need
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import ConfigError, TrackingError
from fmnist_governance.evidence.record import SubjectFacts, TrainingFacts
from fmnist_governance.model.fmnist_classifier import INPUT, Description, Network
from fmnist_governance.model.outputs import given
from fmnist_governance.model.weights import package_bytes, read, subject_digest, weights_digest
from fmnist_governance.pipeline.auditing import Model
from fmnist_governance.pipeline.foreign import Fed, taken_as_fed
from fmnist_governance.tracking.packaged import packaged
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.running import Predict, load_pyfunc
from fmnist_governance.tracking.store import Store
from fmnist_governance.tracking.training_run import training_facts

TRUST = "--trust-model-code"
UNKNOWN_CODE = f"its packaged code is not the code that this version ships, and runs only with {TRUST}"


def demand_trust(resolved: ResolvedModel, *, trust: bool) -> None:
    """Refuse a model that can only be read by running its code, unless the user says that it may run.

    Raises:
        TrackingError: It is no model of this product and not trusted; the message names what would run.
    """
    if resolved.own or trust:
        return
    msg = (
        f"{resolved.uri}: not a model of fmnist-audit; reading it would run its own code"
        f" ({packaged(resolved.package, resolved.uri).runs()}); {TRUST} lets that run here, with your rights"
    )
    raise TrackingError(msg)


def taken_in_hand(store: Store, resolved: ResolvedModel, dataset: Dataset, fed: Fed, *, trust: bool) -> Model:
    """Read an own model's weights, or load another one.

    Args:
        store: Where its training run may be.
        resolved: The model.
        dataset: What it is to be audited on; another's model is tried on some of its images.
        fed: How to feed another's model.
        trust: Whether code that this package does not ship may run.

    Raises:
        TrackingError: It is not trusted, or its package cannot be read.
        ConfigError: An own model is to be fed otherwise than it says itself.
        ModelError: Its files are damaged, its code fails, or it cannot be fed with these images.
    """
    demand_trust(resolved, trust=trust)
    if not resolved.own:
        return taken_as_fed(resolved, dataset, fed)
    if fed != Fed():
        msg = f"--input-scale, --class-names, --layer: for models that others made; {resolved.uri} says these itself"
        raise ConfigError(msg)
    network, description = read(resolved.folder)
    return own_model(resolved, network, description, training_facts(store, description.training_run), trust=trust)


def own_model(
    resolved: ResolvedModel,
    network: Network,
    description: Description,
    training: TrainingFacts | None,
    *,
    trust: bool = False,
) -> Model:
    """Return a model of this product with its package, which is asked only where its code is known or trusted."""
    model = packaged(resolved.package, resolved.uri)
    runs = trust or model.runs_known_code_only()
    loaded: list[Predict] = []

    def ask(images: Tensor) -> Answers:
        if not loaded:
            loaded.append(load_pyfunc(model, resolved.uri, pickle=trust))
        found = given(loaded[0](np.ascontiguousarray(images.numpy())), len(images))
        likeliest = tuple(found.names[k] for k in found.rows.argmax(dim=1).tolist()) if found.names else None
        return Answers(found.rows, found.said, likeliest)

    size = package_bytes(resolved.package)
    package = Package(ask=ask if runs else None, size=size, takes_bytes=True, left_training=())
    facts = facts_of(resolved, network, description)
    lacks = {} if runs else {Need.PACKAGE: UNKNOWN_CODE}
    return Model(network, description.classes, facts, training, package, lacks=lacks)


def facts_of(resolved: ResolvedModel, network: Network, description: Description) -> SubjectFacts:
    """Return what holds a model: where it is, the digests of its package and its weights, its size."""
    arguments = ", ".join(f"{name} {value}" for name, value in description.arguments.items())
    return SubjectFacts(
        uri=resolved.uri,
        kind="own",
        digest=subject_digest(resolved.package),
        weights=weights_digest(resolved.folder),
        parameters=sum(tensor.numel() for tensor in network.parameters()),
        architecture=f"{description.architecture} ({arguments})",
        input_shape=tuple(INPUT["shape"]),
    )
