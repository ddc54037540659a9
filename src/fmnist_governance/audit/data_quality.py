"""Can the data be trusted: is it balanced, without copies, rightly labelled, and is the test like the training?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch

from fmnist_governance.audit.check import Check, CheckResult, Table
from fmnist_governance.audit.quality import contents, exact, labels, near, pictures, shift, within
from fmnist_governance.audit.quality.light_model import out_of_fold
from fmnist_governance.audit.quality.near import Near
from fmnist_governance.audit.quality.neighbours import nearest
from fmnist_governance.audit.quality.numbers import NO_TRAINING, share
from fmnist_governance.audit.quality.pictures import Shown
from fmnist_governance.audit.quality.settings import DataQualityParams
from fmnist_governance.audit.quality.sides import Sides, drawn, sides
from fmnist_governance.audit.quality.within import Within
from fmnist_governance.audit.subject import Labelled, Subject
from fmnist_governance.audit.uncertainty.held_out import in_order
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

LIMITS = (
    "A candidate for a wrong label is a label that a model doubts; whether it is wrong, a person has to see.",
    "Likeness is the correlation of the pixels: it misses a copy that was moved or turned, and finds a paler one.",
    "Two different things of one plain shape may be as like as copies; such pairs are counted as near copies.",
    "Near copies are more frequent in some classes; the difference within classes is the fairer one.",
    "Training labels are doubted by a far weaker model than the audited one; it doubts more than it should.",
    "Balance over the classes says nothing about how well the images stand for those of the world.",
)


def measure(subject: Subject, params: DataQualityParams) -> CheckResult:
    """Look for copies, doubtful labels, outliers and shift in the data that the model is audited on.

    Raises:
        CheckError: There are no test images.
    """
    if not len(subject.test):
        msg = "data_quality: there is no test image"
        raise CheckError(msg)
    both = sides(subject)
    parts = [_alone(subject, params, both), _within(subject, params, both)]
    if both.train is not None:
        parts += [_near(subject, params, both.train), _shift(subject, params, both, both.train)]
        parts += [_training_labels(subject, params, both.train)] if params.training_labels else []
    measurements = tuple(m for part in parts for m in part.measurements)
    held = {m.id for m in measurements}
    return CheckResult(
        measurements=measurements,
        limits=LIMITS,
        tables=tuple(t for part in parts for t in part.tables),
        pictures=tuple(p for part in parts for p in part.pictures),
        absent={id_: _why(both, id_) for name in _owed(params) if (id_ := f"data_quality.{name}") not in held},
    )


def _owed(params: DataQualityParams) -> Iterator[str]:
    yield from contents.owed()
    yield from exact.owed()
    yield from labels.owed(training=params.training_labels)
    yield from near.owed()
    yield from within.owed("test")
    yield from within.owed("train") if params.near_training else ()
    yield from shift.owed()


def _why(both: Sides, id_: str) -> str:
    if id_.endswith(".ratio") and (both.train is not None or ".test." in id_):
        return "a class has no image"
    if ".within_test." in id_:
        return "there is one test image only"
    if both.train is None:
        return NO_TRAINING
    return "every test image, or none, has a near copy in training; or there are too few images to compare"


def _alone(subject: Subject, params: DataQualityParams, both: Sides) -> CheckResult:
    """Return what needs no comparison of the sides, or one of digests only."""
    test = both.test
    probabilities = test.probabilities
    found = labels.candidates(test.labels, probabilities)
    measurements: tuple[Measurement, ...] = (
        *contents.measured(both, subject.classes),
        *exact.measured(both),
        *labels.measured("test", found),
    )
    shown = pictures.doubted(
        "label_issues", "Test images", test, probabilities, found, subject.classes, params.examples
    )
    return _part(measurements, (contents.table(both, subject.classes),), shown)


def _part(measurements: Iterable[Measurement], tables: tuple[Table, ...], shown: Iterable[Shown]) -> CheckResult:
    pairs = tuple(shown)
    tables = (*tables, *(item.table for item in pairs))
    return CheckResult(tuple(measurements), (), tables=tables, pictures=tuple(item.picture for item in pairs))


def _near(subject: Subject, params: DataQualityParams, train: Labelled) -> CheckResult:
    examples = in_order(subject.subset(params.near_images))
    found = nearest(examples.images, train.images, subject.device)
    near_ones = Near(examples, found, train.labels[found.row])
    shown = (
        *pictures.pairs(near_ones, train, subject.classes, params.examples),
        pictures.outliers(near_ones, subject.classes, params.examples),
    )
    return _part(near.measured(near_ones), (near.table(near_ones),), shown)


def _within(subject: Subject, params: DataQualityParams, both: Sides) -> CheckResult:
    found = []
    if len(both.test) > 1:
        few = in_order(subject.subset(params.near_images))
        itself = torch.searchsorted(both.test.index, few.index)
        found.append(Within("test", nearest(few.images, both.test.images, subject.device, itself).likeness))
    if params.near_training and both.train is not None and len(both.train) > 1:
        train = both.train.images
        found.append(Within("train", nearest(train, train, subject.device, torch.arange(len(train))).likeness))
    measurements = tuple(m for side in found for m in within.measured(side))
    return CheckResult(measurements, (), tables=(within.table(tuple(found)),) if found else ())


def _shift(subject: Subject, params: DataQualityParams, both: Sides, train: Labelled) -> CheckResult:
    test = Labelled(both.test.images, both.test.labels, both.test.index)
    first, second = (
        drawn(side, params.shift_images, subject.generator("data_quality", "shift", name)).images
        for name, side in (("test", test), ("train", train))
    )
    if min(len(first), len(second)) < 4:  # noqa: PLR2004 - two of each to fit on, two to score
        return CheckResult((), ())
    generator = subject.generator("data_quality", "shift", "shuffles")
    told = shift.told_apart(shift.pooled(first), shift.pooled(second), params.permutations, generator)
    found = shift.statistics(first, second)
    sizes = len(first), len(second)
    return CheckResult(tuple(shift.measured(told, found, *sizes)), (), tables=(shift.table(found, *sizes),))


def _training_labels(subject: Subject, params: DataQualityParams, train: Labelled) -> CheckResult:
    generator = subject.generator("data_quality", "folds")
    probabilities = out_of_fold(train.images, train.labels, len(subject.classes), generator)
    found = labels.candidates(train.labels, probabilities)
    shown = pictures.doubted(
        "training_label_issues", "Training images", train, probabilities, found, subject.classes, params.examples
    )
    right = int((probabilities.argmax(dim=1) == train.labels).sum())
    title = "Accuracy of the light model that doubts the training labels, on images that it did not see"
    trust = share("label_issue.train.model_accuracy", title, right, len(train), better="higher")
    return _part((*labels.measured("train", found), trust), (), shown)


DATA_QUALITY = Check(name="data_quality", version=1, needs=frozenset(), params=DataQualityParams, measure=measure)
