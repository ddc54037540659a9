"""Audit a model: let it answer once, run every check of the suite, and gather the record with its files."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from fmnist_governance.audit.answering import Images, black_box, own_subject
from fmnist_governance.audit.catalog import CHECKS
from fmnist_governance.audit.package import Package
from fmnist_governance.audit.predictions import predictions_csv
from fmnist_governance.audit.runner import Found, Planned, plan, run
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.config.suite import Suite, suite_name
from fmnist_governance.data.cache import user_cache
from fmnist_governance.data.dataset import Dataset, Split, dataset_digest, split_digest
from fmnist_governance.errors import DatasetError, ModelError
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.record import (
    Audit,
    DatasetFacts,
    EvidenceRecord,
    SplitFacts,
    SubjectFacts,
    TrainingFacts,
)
from fmnist_governance.model.compute import folded, memory_format
from fmnist_governance.model.fmnist_classifier import SIDE, Network
from fmnist_governance.pipeline import environment
from fmnist_governance.pipeline.kept_checks import Shelf

RECORD = "evidence/record.json"
ASKED = "inputs/audit.yaml"


@dataclass(frozen=True, slots=True)
class Model:
    """A model at hand, and the facts that hold it."""

    network: nn.Module | None
    """In evaluation mode, parameters frozen; takes (N, C, H, W) float32 in [0, 1]. None for a black box."""
    classes: tuple[str, ...]
    facts: SubjectFacts
    training: TrainingFacts | None
    package: Package | None = None
    """The model as its users load it."""
    answer: Callable[[Tensor], Tensor] | None = None
    """Answers in place of a network: (N, C, H, W), float32 in [0, 1] or uint8, to (N, K) float32, in batches."""
    lacks: Mapping[Need, str] = field(default_factory=dict)
    """What it does not offer, and why."""
    fed: Mapping[str, object] = field(default_factory=dict)
    """How a model that others made is fed: it decides every number, and is recorded with what was asked for."""


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit leaves behind: the record, and every file that is to be sealed with it."""

    record: EvidenceRecord
    files: Mapping[str, bytes]


def audit(  # noqa: PLR0913 - what an audit is made of
    model: Model,
    dataset: Dataset,
    suite: Suite,
    *,
    seed: int,
    device: torch.device,
    fresh: bool,
    report: Callable[[str, int, int], None],
) -> Audited:
    """Run every check of a suite on a model, but for those that an earlier, equal audit had finished.

    Args:
        model: What is audited.
        dataset: What it is audited on.
        suite: Which checks, with which settings.
        seed: Seed of all that is drawn.
        device: Where the network computes.
        fresh: Whether every check is measured anew.
        report: Called with the name of what is under way, how much is done, and of how much.

    Raises:
        DatasetError: Its images are too small.
        ModelError: The model's classes are not those of the data set, or it does not answer as it should.
        ConfigError: The suite asks for what does not exist.
    """
    planned = plan(CHECKS, suite.checks)
    _same_classes(model, dataset)
    _demand_room(dataset)
    started, start = environment.now(), time.perf_counter()
    report("answers", 0, len(planned) + 1)
    data = dataset_facts(dataset)
    used = _left_out(model, dataset, data)
    subject, pass_seconds = _subject(model, used, seed, device)
    shelf = _shelf(model, data, tuple(used.splits), seed, device)
    found: list[Found] = []
    for done, item in enumerate(planned, start=1):
        report(item.check.name, done, len(planned) + 1)
        kept = None if fresh else shelf.take(item)
        found += [kept] if kept else run(subject, (item,), time.perf_counter, pass_seconds)
        shelf.keep(item, found[-1])
    report("done", len(planned) + 1, len(planned) + 1)
    asked = Audit(
        started=started,
        seconds=round(time.perf_counter() - start, 3),
        seed=seed,
        device=str(device),
        threads=torch.get_num_threads(),
        suite=suite_name(suite),
    )
    record = _record(model, data, asked, found)
    files = {path: data for item in found if item.files for path, data in item.files.items()}
    files["evidence/predictions/test.csv"] = predictions_csv(subject, subject.test)
    if subject.validation is not None:
        files["evidence/predictions/validation.csv"] = predictions_csv(subject, subject.validation)
    files[ASKED] = _asked(record, planned, model.fed)
    files[RECORD] = encode(record)
    return Audited(record, files)


def _same_classes(model: Model, dataset: Dataset) -> None:
    if model.classes != dataset.classes:
        msg = (
            f"{model.facts.uri}: its classes are {', '.join(model.classes)}; those of {dataset.name} are "
            f"{', '.join(dataset.classes)}: audit it on the data that it was made for (--dataset)"
        )
        raise ModelError(msg)


def _left_out(model: Model, dataset: Dataset, data: DatasetFacts) -> Dataset:
    """Return the data with a validation split only if the model's training is known to have left it out."""
    own, training = model.facts.kind == "own", model.training
    if "validation" not in dataset.splits or (own and (training is None or training.dataset_digest == data.digest)):
        return dataset
    splits = dict(dataset.splits)
    parts = [splits.pop(name) for name in ("train", "validation") if name in splits]
    splits["train"] = Split(*(np.concatenate([getattr(p, kind) for p in parts]) for kind in ("images", "labels")))
    return replace(dataset, splits=splits)


def _subject(model: Model, dataset: Dataset, seed: int, device: torch.device) -> tuple[Subject, float]:
    """Return the subject, and the seconds that one bare pass over the test split took."""
    splits = {
        name: Images(split.images, split.labels, np.arange(len(split), dtype=np.int64))
        for name, split in dataset.splits.items()
        if name in {"test", "validation", "train"}
    }
    start = time.perf_counter()
    subject = _without(_answering(model, splits, seed, device), model)
    images = sum(len(split.labels) for name, split in splits.items() if name != "train")
    return subject, (time.perf_counter() - start) * len(dataset.splits["test"]) / images


def _demand_room(dataset: Dataset) -> None:
    height, width = dataset.splits["test"].images.shape[2:]
    if min(height, width) < SIDE:
        msg = (
            f"{dataset.name}: its images are {height} x {width} pixels; blur, corners and shifts need {SIDE} x {SIDE}:"
            " enlarge them, and another's model gets them in its own size again"
        )
        raise DatasetError(msg)


def _answering(model: Model, splits: Mapping[str, Images], seed: int, device: torch.device) -> Subject:
    """Let the model answer: a network of this product in fewer steps, another as it is, a black box by its answers."""
    if model.network is None:
        if model.answer is None:
            msg = f"{model.facts.uri}: neither a network nor answers"
            raise ValueError(msg)
        return black_box(model.answer, model.classes, splits, seed=seed)
    own = isinstance(model.network, Network)
    form = memory_format(device) if own else torch.contiguous_format  # What others wrote may rely on it.
    network = folded(model.network) if isinstance(model.network, Network) else model.network
    subject = own_subject(
        network.to(device).to(memory_format=form),
        model.classes,
        splits,
        seed=seed,
        device=device,
        memory_format=form,
    )
    original = copy.deepcopy(model.network).to(device) if own else None
    return replace(subject, original=original)


def _without(subject: Subject, model: Model) -> Subject:
    """Take from a subject what the model does not offer, and add the package where it may be asked."""
    runs = {Need.PACKAGE} if model.package is not None and model.package.ask is not None else set()
    return replace(subject, package=model.package, has=(subject.has | runs) - set(model.lacks), lacks=dict(model.lacks))


def dataset_facts(dataset: Dataset) -> DatasetFacts:
    """Return a data set's name, classes and digests."""
    digests = {name: split_digest(split, dataset.classes) for name, split in dataset.splits.items()}
    return DatasetFacts(
        name=dataset.name,
        digest=dataset_digest(digests),
        classes=dataset.classes,
        splits={name: SplitFacts(n=len(split), digest=digests[name]) for name, split in dataset.splits.items()},
        source=dataset.source,
        licence=dataset.licence,
    )


def _shelf(model: Model, data: DatasetFacts, splits: tuple[str, ...], seed: int, device: torch.device) -> Shelf:
    packages = environment.environment().packages
    facts = {"subject": model.facts.digest, "dataset": data.digest, "seed": seed, "device": str(device)}
    facts |= {"fed": dict(model.fed), "splits": splits}
    return Shelf(user_cache() / "checks", {**facts, "packages": packages})


def _record(model: Model, data: DatasetFacts, asked: Audit, found: list[Found]) -> EvidenceRecord:
    return EvidenceRecord(
        tool=environment.tool(),
        audit=asked,
        subject=model.facts,
        dataset=data,
        training=model.training,
        environment=environment.environment(),
        checks=tuple(item.entry for item in found),
        measurements=tuple(m for item in found for m in item.measurements),
        tables=tuple(t for item in found for t in item.tables),
        pictures=tuple(p for item in found for p in item.pictures),
    )


def _asked(record: EvidenceRecord, planned: tuple[Planned, ...], fed: Mapping[str, object]) -> bytes:
    """Return what was asked for, as YAML: the subject, the data, and the suite with every parameter."""
    how = {"fed": dict(fed)} if fed else {}
    value = {
        "subject": {"uri": record.subject.uri, "digest": record.subject.digest, **how},
        "dataset": {"name": record.dataset.name, "digest": record.dataset.digest},
        "suite": {"name": record.audit.suite.name, "digest": record.audit.suite.digest},
        "seed": record.audit.seed,
        "device": record.audit.device,
        "checks": {item.check.name: item.params.model_dump(mode="json") for item in planned},
    }
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True)
    return text.encode()
