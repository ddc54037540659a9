"""Take a registered model in hand, without running code that it brings along."""

from __future__ import annotations

from fmnist_governance.evidence.record import SubjectFacts
from fmnist_governance.model.fmnist_classifier import INPUT, Description, Network
from fmnist_governance.model.weights import read, subject_digest, weights_digest
from fmnist_governance.pipeline.auditing import Model
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.store import Store
from fmnist_governance.tracking.training_run import training_facts


def taken_in_hand(store: Store, resolved: ResolvedModel) -> Model:
    """Read an own model's weights, and what its training run says.

    Raises:
        TrackingError: It is no model of this product.
        ModelError: Its files are damaged.
    """
    network, description = read(resolved.folder)
    training = training_facts(store, description.training_run)
    return Model(network, description.classes, facts_of(resolved, network, description), training)


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
