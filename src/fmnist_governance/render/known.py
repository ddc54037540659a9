"""The facts of a record, as a page prints them."""

from __future__ import annotations

from fmnist_governance.evidence import facts
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.render import shown
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.view import Fact

_MOST_CLASSES = 20
"""Classes that are named among the facts; the tables by class have all."""
_FRAMEWORKS = ("torch", "torchvision", "mlflow", "captum", "scikit-learn", "numpy")


def identity(report: Report) -> tuple[Fact, ...]:
    """Return what identifies run, model and data."""
    record = report.record
    return (
        Fact("Model", record.subject.uri, is_code=True),
        Fact("Model digest", record.subject.digest, is_code=True),
        Fact("Data set", record.dataset.name),
        Fact("Data digest", record.dataset.digest, is_code=True),
        Fact("Audited", record.audit.started),
        Fact("Audit run", report.run, is_code=True),
        Fact("Suite of checks", record.audit.suite.name),
        Fact("Seal of the evidence", report.seal, is_code=True),
        Fact("Assessed", report.assessment.as_of),
        Fact("Digest of the declarations", report.assessment.declarations_digest, is_code=True),
    )


def judge(report: Report) -> str:
    """Return the command that judges the run; DIR is the folder with declarations, claims and policy."""
    return f"fmnist-audit gate {report.run} --config DIR"


def model(record: EvidenceRecord) -> tuple[Fact, ...]:
    """Return what the record knows of the model."""
    subject, training = record.subject, record.training
    parameters = None if subject.parameters is None else f"{subject.parameters:,}"
    return (
        Fact("Registered as", subject.uri, is_code=True),
        Fact("Date of training", training.finished if training else None),
        Fact("Type", subject.architecture),
        Fact("Trainable numbers in it", parameters),
        Fact("How its file was read", subject.kind),
        Fact("Frameworks", frameworks(record)),
        Fact("Digest of the weights", subject.weights, is_code=True),
    )


def frameworks(record: EvidenceRecord) -> str | None:
    """Return the packages that a reader asks for, with versions; None where none was recorded."""
    named = [
        f"{name} {record.environment.packages[name]}" for name in _FRAMEWORKS if name in record.environment.packages
    ]
    return ", ".join(named) or None


def data(record: EvidenceRecord) -> tuple[Fact, ...]:
    """Return what the record knows of the data."""
    dataset = record.dataset
    splits = (
        Fact(f"Images in split {name}", f"{split.n:,} ({split.digest})")
        for name, split in sorted(dataset.splits.items())
    )
    return (
        Fact("Data set", dataset.name),
        Fact("Classes", classes(record)),
        Fact("Source", dataset.source),
        Fact("Licence of the data", dataset.licence),
        Fact("Data digest", dataset.digest, is_code=True),
        *splits,
    )


def training_data(record: EvidenceRecord) -> tuple[Fact, ...]:
    """Return what the model was trained on, nothing where the record does not know."""
    known, dataset = record.training, record.dataset
    if known is None:
        return ()
    same = known.dataset_digest == dataset.digest
    return (
        Fact("Digest of the training data", known.dataset_digest, is_code=True),
        Fact("Is it the data of the audit?", f"yes, {dataset.name}" if same else f"no, that is {dataset.name}"),
        *(
            Fact(f"Images in split {name}", f"{split.n:,}")
            for name, split in sorted(dataset.splits.items())
            if same and name != "test"
        ),
    )


def classes(record: EvidenceRecord) -> str:
    """Return the names of the classes, of very many the first ones."""
    names = record.dataset.classes
    left = len(names) - _MOST_CLASSES
    return ", ".join(names[:_MOST_CLASSES]) + (f", and {left:,} more" if left > 0 else "")


def training(record: EvidenceRecord) -> tuple[Fact, ...]:
    """Return how the model was trained, nothing where the record does not know."""
    known = record.training
    if known is None:
        return ()
    return (
        Fact("Recipe", known.recipe),
        Fact("Training run", known.run, is_code=True),
        Fact("Seed", f"{known.seed}"),
        Fact("Epochs", f"{known.epochs:,}"),
        Fact("Duration", shown.amount(known.seconds, "seconds")),
        Fact("Finished", known.finished),
        Fact("Started from", known.parent or "random weights"),
        Fact("Temperature of the answers", _temperature(known.temperature)),
        *([Fact("Commit of the program", known.commit, is_code=True)] if known.commit else []),
    )


def _temperature(value: float | None) -> str:
    if value is None:
        return "not set after training"
    return f"{shown.amount(value, 'score')}, fitted on the validation images and part of the weights"


def audit(record: EvidenceRecord) -> tuple[Fact, ...]:
    """Return how, where and with what the audit ran."""
    tool, run, machine = record.tool, record.audit, record.environment
    packages = ", ".join(f"{name} {version}" for name, version in sorted(machine.packages.items()))
    changed = {True: "yes", False: "no", None: None}[tool.dirty]
    return (
        Fact("Program", f"{tool.name} {tool.version}"),
        Fact("Commit of the program", tool.commit, is_code=True),
        Fact("Changes that no commit holds", changed),
        Fact("Started", run.started),
        Fact("Duration", facts.fact(record, "audit.seconds")),
        Fact("Seed", f"{run.seed}"),
        Fact("Device and threads", f"{run.device}, {run.threads}"),
        Fact("Suite", f"{run.suite.name} ({run.suite.digest})"),
        Fact("Python and platform", f"{machine.python}, {machine.platform}"),
        Fact("Processor", machine.processor),
        Fact("Packages", packages or None),
    )


def environment(record: EvidenceRecord) -> tuple[Fact, ...]:
    """Return what is known of the resources that training and audit took."""
    names = (
        "training.seconds", "training.processor", "training.energy",
        "audit.seconds", "audit.device", "environment.processor",
    )  # fmt: skip
    return (*(Fact(facts.title(name), facts.fact(record, name)) for name in names), Fact("Emissions", None))
