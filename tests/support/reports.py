"""Builders of records, assessments and reports such as real audits write."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from fmnist_governance.claims.claims_file import ClaimsFile
from fmnist_governance.claims.judge import judge_claims
from fmnist_governance.evidence.answers import RiskAnswers
from fmnist_governance.evidence.assessment import Assessment, Finding, Outcome, PolicyFacts, Severity, Verdict
from fmnist_governance.evidence.claimed import Claim
from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.evidence.manifest import canonical, digest
from fmnist_governance.evidence.record import (
    Audit,
    CheckEntry,
    Cost,
    DatasetFacts,
    Environment,
    EvidenceRecord,
    Interval,
    Measurement,
    PictureFile,
    SplitFacts,
    SubjectFacts,
    SuiteName,
    TableFile,
    Tool,
    TrainingFacts,
)
from fmnist_governance.law.catalogue import law
from fmnist_governance.law.requirements import requirements
from fmnist_governance.law.risk import classify
from fmnist_governance.render.renderer import Report

GARMENTS = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"
)  # fmt: skip
_RECALLS = (0.893, 0.989, 0.91, 0.936, 0.908, 0.986, 0.788, 0.981, 0.992, 0.967)
CORRECT = 9312

MATRIX, CLASSES, PAIRS = (
    "evidence/confusion/matrix.json", "evidence/performance/classes.json", "evidence/confusion/pairs.json"
)  # fmt: skip
PICTURE = "evidence/confusion/pairs.png"


HOSTILE = (
    "<script>alert(1)</script>", "a | b", "x\n\n# y\n- z", "`c`", "```", "[l](javascript:x)", "![p](http://evil/p.png)",
    "\u202eright", "\x1b[31mred", "--><b>", '" onload="x', "**Measured**", "{{ 1 }}", "&lt;b&gt;", "| --- |", "a\\",
)  # fmt: skip
"""Texts that mean something in HTML, Markdown, SVG or a terminal."""


def named(word: str) -> str:
    return digest(word.encode())


def slug(place: int, name: str) -> str:
    plain = "_".join("".join(c if c.isascii() and c.isalnum() else " " for c in name.lower()).split())
    return plain or f"class_{place}"


def fraction(  # noqa: PLR0913 - the fields of a measurement
    id_: str, title: str, value: float, n: int, *, headline: bool = True, family: int = 1
) -> Measurement:
    interval = Interval(
        low=max(0.0, value - 0.012), high=min(1.0, value + 0.011), method="wilson", family=family, level=0.95
    )
    return Measurement(
        id=id_, title=title, value=value, unit="fraction", better="higher", n=n, interval=interval, headline=headline
    )


def measurements(classes: tuple[str, ...]) -> tuple[Measurement, ...]:
    each = [
        fraction(
            f"performance.class.{slug(k, name)}.{rate}",
            f"{name}: {rate}",
            _RECALLS[k % 10] - 0.003 * j,
            1000,
            family=10,
        )
        for k, name in enumerate(classes)
        for j, rate in enumerate(("recall", "precision", "f1"))
    ]
    return (
        fraction("performance.accuracy", "Accuracy on the test images", CORRECT / 10_000, 10_000),
        fraction("performance.top2_accuracy", "Label among the two most probable answers", 0.9851, 10_000),
        fraction("performance.balanced_accuracy", "Balanced accuracy: the mean of the classes' recall", 0.9312, 10_000),
        fraction("performance.macro_precision", "Macro precision: the mean of the classes' precision", 0.9309, 10_000),
        fraction("performance.macro_recall", "Macro recall: the mean of the classes' recall", 0.9312, 10_000),
        fraction("performance.macro_f1", "Macro F1: the mean of the classes' F1", 0.931, 10_000),
        *each,
        fraction(
            "performance.worst_class.recall",
            f"Recall of the worst class, {classes[min(6, len(classes) - 1)]}",
            0.788,
            1000,
            family=10,
        ),
        fraction("confusion.worst_pair.rate", f"Most frequent mix-up: {classes[0]} taken for {classes[1]}", 0.09, 1000),
    )


def tables(classes: tuple[str, ...]) -> dict[str, bytes]:
    size = len(classes)
    matrix = [[900 if i == j else (7 * i + 3 * j) % 23 for j in range(size)] for i in range(size)]
    rates = [f"{rate}{end}" for rate in ("precision", "recall", "f1") for end in ("", "_low", "_high")]
    rows = [
        [
            name,
            1000,
            *(v for _ in range(3) for v in (_RECALLS[k % 10], _RECALLS[k % 10] - 0.012, _RECALLS[k % 10] + 0.008)),
        ]
        for k, name in enumerate(classes)
    ]
    return {
        MATRIX: stored(
            [("class", None), *((name, "count") for name in classes)],
            [[name, *row] for name, row in zip(classes, matrix, strict=True)],
        ),
        CLASSES: stored([("class", None), ("n", "count"), *((name, "fraction") for name in rates)], rows),
        PAIRS: stored(
            [("class", None), ("answer", None), ("images", "count"), ("of", "count")],
            [[classes[0], classes[1], 90, 1000]],
        ),
    }


def stored(columns: list[tuple[str, str | None]], rows: list[Any]) -> bytes:
    return canonical({"columns": [{"name": name, "unit": unit} for name, unit in columns], "rows": rows})


def png() -> bytes:
    out = io.BytesIO()
    Image.new("L", (28 * 8, 28 * 5), 128).save(out, "PNG")
    return out.getvalue()


def entry(name: str, promised: tuple[str, ...], **changes: object) -> CheckEntry:
    made = CheckEntry(
        name=name,
        version=1,
        status="measured",
        reason=None,
        params={"resamples": 2000},
        promised=promised,
        limits=("Says nothing about images from another source than the test split.",),
        cost=Cost(passes=1.0, seconds=1.9, floor_seconds=1.8),
    )
    return made.model_copy(update=changes)


def make_record(classes: tuple[str, ...] = GARMENTS, **changes: object) -> EvidenceRecord:
    """A record such as a real audit writes; `changes` replaces whole fields."""
    found = measurements(classes)
    ids = {check: tuple(m.id for m in found if m.id.startswith(check)) for check in ("performance", "confusion")}
    files = tables(classes)
    record = EvidenceRecord(
        tool=Tool(name="fmnist-governance", version="0.2.0", commit="9f2c41d", dirty=False),
        audit=Audit(
            started="2026-11-22T21:00:00Z",
            seconds=131.4,
            seed=0,
            device="cpu",
            threads=2,
            suite=SuiteName(name="standard", digest=named("suite")),
        ),
        subject=SubjectFacts(
            uri="models:/FashionMNIST_PyTorch/1",
            kind="own",
            digest=named("model"),
            weights=named("weights"),
            parameters=208330,
            architecture="fmnist_classifier.Network",
            input_shape=(1, 28, 28),
        ),
        dataset=DatasetFacts(
            name="fashion-mnist",
            digest=named("data"),
            classes=classes,
            splits={"test": SplitFacts(n=10_000, digest=named("test"))},
            source="Fashion-MNIST, IDX files",
            licence="MIT",
        ),
        training=TrainingFacts(
            run="4f56d1c2a7b94e0f9d0a3b5c6e7f8091",
            recipe="standard",
            seed=0,
            epochs=18,
            seconds=412.3,
            finished="2026-11-22T20:48:11Z",
            dataset_digest=named("data"),
            parent=None,
        ),
        environment=Environment(
            python="3.11.7", platform="Linux", processor="x86_64", packages={"torch": "2.14.1", "mlflow": "3.17.2"}
        ),
        checks=(entry("performance", ids["performance"]), entry("confusion", ids["confusion"])),
        measurements=found,
        tables=(
            TableFile(id="performance.classes", path=CLASSES, digest=digest(files[CLASSES]), caption="Each class"),
            TableFile(id="confusion.matrix", path=MATRIX, digest=digest(files[MATRIX]), caption="Class and answer"),
            TableFile(id="confusion.pairs", path=PAIRS, digest=digest(files[PAIRS]), caption="Most often mixed up"),
        ),
        pictures=(
            PictureFile(
                id="confusion.pairs",
                path=PICTURE,
                digest=digest(png()),
                caption="The surest mistakes of each pair, one pair a row",
                alternative="A grid of test images, five rows",
            ),
        ),
    )
    return record.model_copy(update=changes)


def make_declarations(**changes: object) -> Declarations:
    made: dict[str, object] = {
        "models": ["FashionMNIST_PyTorch"],
        "by": "the maintainers",
        "on": "2026-11-22",
        "system_name": "FashionMNIST_PyTorch_Classifier",
        "overview": "Sorts grey pictures of garments into ten kinds.",
        "intended_users": ["Students.", "Auditors."],
        "risk_category": "Not classified as high-risk by its provider.",
        "contact": {"text": "Write to the maintainers.", "by": "Kim", "on": "2026-01-02", "source": "README"},
    } | changes
    return Declarations.model_validate_json(canonical(made))


def make_verdict(passed: bool = False) -> Verdict:  # noqa: FBT001, FBT002 - a builder
    outcomes = (Outcome.PASSED, Outcome.PASSED if passed else Outcome.FAILED)
    findings = tuple(
        Finding(
            clause=f"clause_{place}",
            title=f"Clause number {place}",
            because="Below it a user is better off without the model.",
            severity=Severity.BLOCK,
            outcome=outcome,
            message="performance.accuracy is 93.12 %; floor 90 %",
            measurements=("performance.accuracy",),
            line=place + 3,
        )
        for place, outcome in enumerate(outcomes)
    )
    return Verdict(passed=passed, policy=PolicyFacts(name="default", digest=named("policy")), findings=findings)


def make_claims(record: EvidenceRecord) -> tuple[Claim, ...]:
    entries = [
        {"id": "accuracy", "text": "It is right on more than 90 %.", "predicate": "performance.accuracy > 0.90"},
        {"id": "pairs", "text": "No mix-up is frequent.", "predicate": "confusion.worst_pair.rate < 0.05"},
        {"id": "robust", "text": "It is robust.", "predicate": "corruption.mean.accuracy > 0.5"},
        {"id": "near", "text": "It is right on more than 93 %.", "predicate": "performance.accuracy > 0.93"},
    ]
    file = {"models": ["FashionMNIST_PyTorch"], "by": "the maintainers", "on": "2026-11-22", "claims": entries}
    return judge_claims(ClaimsFile.model_validate_json(canonical(file)), record)


def make_assessment(
    declarations: Declarations | None = None, verdict: Verdict | None = None, record: EvidenceRecord | None = None
) -> Assessment:
    risk = classify(declarations.risk if declarations else RiskAnswers())
    record = record or make_record()
    return Assessment(
        seal=named("seal"),
        as_of="2026-11-22T21:05:00Z",
        declarations=declarations,
        declarations_digest=named("declarations") if declarations else None,
        verdict=verdict,
        claims=make_claims(record) if declarations else (),
        requirements=requirements(record, declarations, risk),
        risk=risk,
        law=law(),
    )


def make_report(
    record: EvidenceRecord | None = None,
    assessment: Assessment | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Report:
    """A report over a record; tables and pictures fit the record's classes."""
    record = record or make_record()
    held = tables(record.dataset.classes) | {PICTURE: png()} | dict(files or {})
    return Report(
        record=record,
        assessment=assessment or make_assessment(make_declarations(), make_verdict()),
        read=held.__getitem__,
        run="0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        seal=named("seal"),
    )


def bare_report() -> Report:
    """Nothing declared, no training, no verdict, and a check that could not run."""
    stopped = entry("calibration", ("calibration.ece",), status="not_run", reason="no logits", limits=(), cost=None)
    record = make_record(training=None, checks=(stopped,), measurements=(), tables=(), pictures=())
    return make_report(record, make_assessment())


def odd_report(word: str) -> Report:
    """A report whose every free text is one word."""
    record = make_record(tuple(f"{word} {place}" for place in range(10)))
    record = record.model_copy(
        update={
            "subject": record.subject.model_copy(update={"uri": word, "architecture": word}),
            "dataset": record.dataset.model_copy(update={"name": word, "source": word, "licence": word}),
            "training": record.training and record.training.model_copy(update={"recipe": word}),
            "environment": record.environment.model_copy(update={"processor": word, "packages": {word: word}}),
            "measurements": tuple(m.model_copy(update={"title": word}) for m in record.measurements),
            "pictures": tuple(p.model_copy(update={"caption": word, "alternative": word}) for p in record.pictures),
            "tables": tuple(t.model_copy(update={"caption": word}) for t in record.tables),
            "checks": tuple(c.model_copy(update={"limits": (word,), "params": {"key": word}}) for c in record.checks),
        }
    )
    said = {"text": f"{word} and more", "by": f"{word} and Kim", "source": f"{word} and the handbook"}
    verdict = make_verdict()
    findings = tuple(f.model_copy(update={"title": word, "because": word, "message": word}) for f in verdict.findings)
    declarations = make_declarations(
        by=f"{word} and Kim",
        system_name=said,
        overview=said,
        contact=said,
        out_of_scope=[said, said],
        risk={"ai_system": {"answer": "yes", "because": word, "by": word}},
    )
    assessed = make_assessment(declarations, verdict.model_copy(update={"findings": findings}))
    claims = tuple(c.model_copy(update={"text": word, "by": word, "message": word}) for c in assessed.claims)
    points = tuple(p.model_copy(update={"title": f"{p.title} {word}", "asks": word}) for p in assessed.requirements)
    return make_report(record, assessed.model_copy(update={"claims": claims, "requirements": points}))
