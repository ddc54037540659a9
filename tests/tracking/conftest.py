"""One trained and registered model, and an audit of it for each test to tamper with."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.manifest import digest
from fmnist_governance.evidence.record import (
    Audit,
    DatasetFacts,
    Environment,
    EvidenceRecord,
    Interval,
    Measurement,
    SplitFacts,
    SubjectFacts,
    SuiteName,
    Tool,
    TrainingFacts,
)
from fmnist_governance.model.fmnist_classifier import Description
from fmnist_governance.model.weights import subject_digest
from fmnist_governance.tracking.audit_run import write_audit
from fmnist_governance.tracking.registry import ResolvedModel
from fmnist_governance.tracking.run_files import RECORD, RunFiles
from fmnist_governance.tracking.store import Store, open_store
from fmnist_governance.tracking.training_run import Point, log_model, log_training, training_run

NAME = "FashionMNIST_PyTorch"
CLASSES = tuple(f"class {index}" for index in range(10))


def some_digest(text: str) -> str:
    return digest(text.encode())


DATASET = DatasetFacts(
    name="synthetic",
    digest=some_digest("data"),
    classes=CLASSES,
    splits={name: SplitFacts(n=100, digest=some_digest(name)) for name in ("train", "validation", "test")},
    source="drawn",
    licence=None,
)


@dataclass(frozen=True, slots=True)
class Logged:
    """A model that was trained and logged, and where."""

    store: Store
    model: ResolvedModel
    run_id: str
    facts: TrainingFacts


def trained_facts(run_id: str) -> TrainingFacts:
    return TrainingFacts(
        run=run_id,
        recipe="quick",
        seed=3,
        epochs=2,
        seconds=1.5,
        finished="2026-11-22T21:00:00Z",
        dataset_digest=DATASET.digest,
        parent=None,
    )


@pytest.fixture(scope="session")
def logged(migrated_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logged]:
    """Train nothing, and log it as a training would be. Shared: add runs to its store, change none that is there."""
    folder = tmp_path_factory.mktemp("tracking")
    shutil.copy(migrated_database, folder / "mlflow.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "")
        store = open_store(f"sqlite:///{folder / 'mlflow.db'}", "fmnist-audit")
        with training_run(store, "train quick", {"git.commit": "9f2c41d"}) as run_id:
            facts = trained_facts(run_id)
            points = [Point("loss.train", 0.5 / epoch, epoch) for epoch in (1, 2)]
            params = {"recipe": "quick", "seed": 3}
            log_training(store, run_id, params=params, points=points, dataset=DATASET, facts=facts)
            torch.manual_seed(0)
            description = Description(classes=CLASSES, arguments={}, training_run=run_id)
            model = log_model(store, run_id, description.build().eval(), description, NAME)
        yield Logged(store, model, run_id, facts)


def measured(id_: str, value: float, *, headline: bool, interval: bool = True) -> Measurement:
    return Measurement(
        id=id_,
        title=id_,
        value=value,
        unit="fraction",
        better="higher",
        n=100,
        interval=Interval(low=value - 0.05, high=value + 0.05, method="wilson") if interval else None,
        headline=headline,
    )


def record_of(model: ResolvedModel, accuracy: float = 0.9312, started: str = "2026-11-22T21:00:00Z") -> EvidenceRecord:
    return EvidenceRecord(
        tool=Tool(name="fmnist-governance", version="0", commit=None, dirty=None),
        audit=Audit(
            started=started,
            seconds=1.0,
            seed=0,
            device="cpu",
            threads=1,
            suite=SuiteName(name="quick", digest=some_digest("suite")),
        ),
        subject=SubjectFacts(
            uri=model.uri,
            kind="own",
            digest=subject_digest(model.package),
            weights=None,
            parameters=None,
            architecture=None,
            input_shape=(1, 28, 28),
        ),
        dataset=DATASET,
        training=None,
        environment=Environment(python="3.11", platform="linux", processor="any", packages={}),
        checks=(),
        measurements=(
            measured("performance.accuracy", accuracy, headline=True),
            measured("performance.errors", 0.1, headline=True, interval=False),
            measured("performance.class.bag.recall", 0.5, headline=False),
        ),
        tables=(),
        pictures=(),
    )


def files_of(record: EvidenceRecord) -> dict[str, bytes]:
    return {
        RECORD: encode(record),
        "evidence/predictions/test.csv": b"index,image,label,predicted\n0,aa,1,1\n",
        "inputs/audit.yaml": b"suite: quick\n",
    }


CHARTS = {"charts/confusion.svg": b"<svg/>"}

AuditOf = Callable[[EvidenceRecord], RunFiles]


@pytest.fixture
def audit_of(logged: Logged) -> AuditOf:
    """Write an audit with that record, and files as small as can be."""
    return lambda record: write_audit(logged.store, logged.model, record, files_of(record), CHARTS)


@pytest.fixture
def audited(logged: Logged, audit_of: AuditOf) -> RunFiles:
    """Return an audit run of the test's own."""
    return audit_of(record_of(logged.model))
