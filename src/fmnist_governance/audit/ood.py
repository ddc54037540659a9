"""What does the model make of images that show none of its classes, and can its scores tell them apart?"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field

from fmnist_governance.audit.check import Check, CheckResult, Params
from fmnist_governance.audit.outsiders import shown
from fmnist_governance.audit.outsiders.catalog import OUTSIDERS
from fmnist_governance.audit.outsiders.scores import TITLES, Known, known, lacking
from fmnist_governance.audit.outsiders.tried import CONFIDENT, Told, Tried, fitting, inside, sizes, told, tried
from fmnist_governance.audit.separation import Rate
from fmnist_governance.audit.subject import Subject
from fmnist_governance.audit.uncertainty.held_out import in_order
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

LIMITS = (
    "The sets are formulas, changed test images, digits and letters: what comes up in use may be harder.",
    "Near sets are changed test images: that the model knows them less well is wished for, not promised by anyone.",
    "A threshold on a score is no part of the model: unless somebody sets one, it answers everything.",
)
GROUPS: Mapping[str, str] = {"far": "the worst of the sets of other images", "near": "the worst of the changed images"}

HEADLINES = frozenset({("far", "msp"), ("far", "knn"), ("near", "msp")})
"""Groups and scores whose AUROC is kept as a metric of the run."""


class OodParams(Params):
    """Settings of the ood check."""

    images: Annotated[int, Field(ge=10)] = 1000
    """How many images of each set at most."""
    known_images: Annotated[int, Field(ge=10)] = 2000
    """How many known images distances are measured to, and of how many test images they are measured."""
    nearest: Annotated[int, Field(ge=1)] = 50
    """To which of the nearest known images the distance counts."""


Numbers = Mapping[tuple[str, str], Told]
"""Set and score to how well the one is told by the other."""


def measure(subject: Subject, params: OodParams) -> CheckResult:
    """Show the model images of no class, and compare its scores with those of the test images.

    Raises:
        CheckError: There are no test images.
    """
    if not len(subject.test):
        msg = "ood: there are no test images to compare with"
        raise CheckError(msg)
    subject = dataclasses.replace(subject, test=in_order(subject.test))
    found = known(subject, params.known_images, params.nearest)
    bank = found if isinstance(found, Known) else None
    scored = inside(subject, params.known_images, bank)
    sets = [tried(subject, outsider, params.images, bank) for outsider in fitting(subject)]
    family = sizes(tuple(item.outsider for item in sets))
    numbers = {
        (item.outsider.name, score): told(scored[score], item.scores[score], family[item.outsider.group])
        for item in sets
        for score in item.scores
    }
    measurements = (*_worst(subject, sets, numbers), *_each(subject, sets, numbers))
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, *([f"Distances are measured to {bank.source}."] if bank else [])),
        passes=_passes(subject, params, sets, bank),
        tables=(shown.table(subject, sets, numbers),),
        pictures=shown.pictures(subject, sets),
        absent=_absent(subject, found, {measurement.id for measurement in measurements}),
    )


def _passes(subject: Subject, params: OodParams, sets: list[Tried], bank: Known | None) -> float:
    shown_images = sum(len(item) for item in sets)
    again = shown_images + len(bank.bank) + min(params.known_images, len(subject.test)) if bank else 0
    return (shown_images + again) / len(subject.test)


def _each(subject: Subject, sets: list[Tried], numbers: Numbers) -> Iterator[Measurement]:
    family = sizes(tuple(item.outsider for item in sets))
    for item in sets:
        name, n = item.outsider.name, len(item)
        for score in item.scores:
            found = numbers[name, score]
            of = f"{TITLES[score]}, for {item.outsider.title}"
            yield _auroc(f"{name}.{score}.auroc", of, found)
            yield _fpr(f"{name}.{score}.fpr95", of, found.fpr95, n)
        yield _confident(name, item.outsider.title, item.confident(family[item.outsider.group]), n)
        most, rate = item.absorbed(family[item.outsider.group])
        title = f"Share of {item.outsider.title} that is taken for {subject.classes[most]}, the class that takes most"
        yield _absorbed(name, title, rate, n)


def _worst(subject: Subject, sets: list[Tried], numbers: Numbers) -> Iterator[Measurement]:
    """Return what is worst in each group; the intervals of its sets hold at once, so that one may be picked."""
    for group, words in GROUPS.items():
        items = [item for item in sets if item.outsider.group == group]
        for score in items[0].scores:
            least = min(items, key=lambda item: numbers[item.outsider.name, score].auroc.value)
            most = max(items, key=lambda item: numbers[item.outsider.name, score].fpr95.value)
            of = f"{TITLES[score]}, {words}"
            found, of_least = numbers[least.outsider.name, score], f"{of}: {least.outsider.title}"
            yield _auroc(f"{group}.{score}.auroc", of_least, found, headline=(group, score) in HEADLINES)
            found, of_most = numbers[most.outsider.name, score], f"{of}: {most.outsider.title}"
            yield _fpr(f"{group}.{score}.fpr95", of_most, found.fpr95, len(most))
        surest = max(items, key=lambda item: item.confident(1).value)
        title = f"{surest.outsider.title}, {words}"
        yield _confident(group, title, surest.confident(len(items)), len(surest), headline=True)
        taken = max(items, key=lambda item: item.absorbed(1)[1].value)
        place, rate = taken.absorbed(len(items))
        title = f"Share of {taken.outsider.title} that is taken for {subject.classes[place]}, {words}"
        yield _absorbed(group, title, rate, len(taken))


def _auroc(name: str, of: str, found: Told, *, headline: bool = False) -> Measurement:
    title = f"How often a test image scores above one of no class (AUROC), by {of}"
    return _fraction(name, title, found.auroc, found.pairs, headline=headline).model_copy(update={"better": "higher"})


def _fpr(name: str, of: str, rate: Rate, n: int) -> Measurement:
    title = f"Images of no class let through where 95 % of the test images are, by {of}"
    return _fraction(name, title, rate, n, headline=False)


def _confident(name: str, of: str, rate: Rate, n: int, *, headline: bool = False) -> Measurement:
    title = f"Answered with more than {CONFIDENT:.0%} confidence: {of}".replace("%", " %")
    return _fraction(f"{name}.confident_rate", title, rate, n, headline=headline)


def _absorbed(name: str, title: str, rate: Rate, n: int) -> Measurement:
    found = _fraction(f"{name}.absorbed_rate", title, rate, n, headline=False)
    return found.model_copy(update={"better": None})


def _fraction(name: str, title: str, rate: Rate, n: int, *, headline: bool) -> Measurement:
    return Measurement(
        id=f"ood.{name}",
        title=title,
        value=rate.value,
        unit="fraction",
        better="lower",
        n=n,
        interval=rate.interval,
        headline=headline,
    )


def _absent(subject: Subject, found: Known | str, there: set[str]) -> dict[str, str]:
    reasons: dict[str, str] = {}
    missing = lacking(subject, found)
    for outsider in OUTSIDERS:
        lack = outsider.lacks(subject)
        for score in TITLES:
            for number in ("auroc", "fpr95"):
                reasons[f"ood.{outsider.name}.{score}.{number}"] = lack or missing.get(score, "")
        for number in ("confident_rate", "absorbed_rate"):
            reasons[f"ood.{outsider.name}.{number}"] = lack or ""
    reasons |= {f"ood.{g}.{s}.{n}": missing.get(s, "") for g in GROUPS for s in TITLES for n in ("auroc", "fpr95")}
    return {id_: reason for id_, reason in reasons.items() if id_ not in there}


OOD = Check(name="ood", version=1, needs=frozenset(), params=OodParams, measure=measure)
