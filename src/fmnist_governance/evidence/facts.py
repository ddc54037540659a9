"""Facts that the program wrote into the record, by name, as text; None where it knew nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fmnist_governance.evidence.record import EvidenceRecord, TrainingFacts

_Get = Callable[[EvidenceRecord], str | None]


def _of_training(get: Callable[[TrainingFacts], str]) -> _Get:
    return lambda record: get(record.training) if record.training else None


def _duration(record: EvidenceRecord) -> str:
    """Return how long the audit took, and the earlier ones whose checks it kept."""
    kept = [check.cost.seconds for check in record.checks if check.cost and check.cost.kept]
    taken = f"{record.audit.seconds:,.1f} s"
    if not kept:
        return taken
    checks = f"{len(kept)} check{'s' if len(kept) > 1 else ''} of an earlier audit"
    return f"{taken}, and {sum(kept):,.1f} s for {checks} that {'were' if len(kept) > 1 else 'was'} kept"


FACTS: Mapping[str, tuple[str, _Get]] = {
    "subject.uri": ("Model", lambda r: r.subject.uri),
    "subject.digest": ("Model digest", lambda r: r.subject.digest),
    "subject.weights": ("Digest of the weights", lambda r: r.subject.weights),
    "subject.architecture": ("Architecture", lambda r: r.subject.architecture),
    "subject.parameters": (
        "Trainable numbers", lambda r: None if r.subject.parameters is None else f"{r.subject.parameters:,}",
    ),
    "subject.input_shape": ("Shape of one image", lambda r: " x ".join(f"{side}" for side in r.subject.input_shape)),
    "dataset.name": ("Data set", lambda r: r.dataset.name),
    "dataset.digest": ("Data digest", lambda r: r.dataset.digest),
    "dataset.classes": ("Classes", lambda r: ", ".join(r.dataset.classes)),
    "dataset.source": ("Source of the data", lambda r: r.dataset.source),
    "dataset.licence": ("Licence of the data", lambda r: r.dataset.licence),
    "dataset.splits": (
        "Images in each split", lambda r: ", ".join(f"{name}: {s.n:,}" for name, s in sorted(r.dataset.splits.items())),
    ),
    "training.run": ("Training run", _of_training(lambda t: t.run)),
    "training.recipe": ("Recipe", _of_training(lambda t: f"{t.recipe}, seed {t.seed}, {t.epochs:,} epochs")),
    "training.seconds": ("Duration of the training", _of_training(lambda t: f"{t.seconds:,.1f} s")),
    "training.processor": ("Processor of the training", lambda r: r.training.processor if r.training else None),
    "training.energy": (
        "Energy of the training, as the processor counts it for the whole machine",
        lambda r: None if r.training is None or r.training.joules is None else f"{r.training.joules:,.0f} J",
    ),
    "training.finished": ("End of the training", _of_training(lambda t: t.finished)),
    "training.commit": (
        "Commit of the program that trained it", lambda r: r.training.commit if r.training else None,
    ),
    "training.data": ("Digest of the training data", _of_training(lambda t: t.dataset_digest)),
    "training.parent": ("Started from", _of_training(lambda t: t.parent or "random weights")),
    "audit.started": ("Audited", lambda r: r.audit.started),
    "audit.seconds": ("Duration of the audit", _duration),
    "audit.device": ("Device and threads of the audit", lambda r: f"{r.audit.device}, {r.audit.threads}"),
    "audit.suite": ("Suite of checks", lambda r: f"{r.audit.suite.name} ({r.audit.suite.digest})"),
    "tool.version": ("Program", lambda r: f"{r.tool.name} {r.tool.version}"),
    "tool.commit": ("Commit of the program that audited it", lambda r: r.tool.commit),
    "environment.python": ("Python and platform", lambda r: f"{r.environment.python}, {r.environment.platform}"),
    "environment.processor": ("Processor of the audit", lambda r: r.environment.processor or None),
    "environment.packages": (
        "Packages", lambda r: ", ".join(f"{name} {v}" for name, v in sorted(r.environment.packages.items())) or None,
    ),
}  # fmt: skip
"""Name to title and value."""


def fact(record: EvidenceRecord, name: str) -> str | None:
    """Return a fact as text; None where the program did not know it.

    Raises:
        KeyError: There is no such fact.
    """
    return FACTS[name][1](record) or None


def title(name: str) -> str:
    """Return what a fact is called.

    Raises:
        KeyError: There is no such fact.
    """
    return FACTS[name][0]
