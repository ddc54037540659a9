"""What is kept of the outsiders besides numbers: a table for the chart, and those answered with most confidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fmnist_governance.audit.check import Cell, Column, Picture, Table
from fmnist_governance.audit.outsiders.scores import TITLES
from fmnist_governance.audit.outsiders.tried import Told, Tried
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.audit.subject import Subject

_ACROSS = 4
_CHANNELS = (1, 3)
"""What a picture can have."""


def table(subject: Subject, sets: Sequence[Tried], numbers: Mapping[tuple[str, str], Told]) -> Table:
    """Return a row a set: how many were answered with confidence, what for, and how well scores tell them apart."""
    rows = []
    for item in sets:
        confident, (most, absorbed) = item.confident(1), item.absorbed(1)
        held = confident.interval
        cells: list[Cell] = [item.outsider.title, item.outsider.group, len(item), confident.value, held.low, held.high]
        cells += [subject.classes[most], absorbed.value]
        found = [numbers.get((item.outsider.name, score)) for score in TITLES]
        cells += [None if each is None else each.auroc.value for each in found]
        cells += [None if each is None else each.fpr95.value for each in found]
        rows.append(tuple(cells))
    rates = ("confident", "confident_low", "confident_high")
    columns = (
        Column("set"),
        Column("group"),
        Column("n", "count"),
        *(Column(name, "fraction") for name in rates),
        Column("class"),
        Column("class_share", "fraction"),
        *(Column(f"{score}_auroc", "fraction") for score in TITLES),
        *(Column(f"{score}_fpr95", "fraction") for score in TITLES),
    )
    caption = (
        "Images of no class: how many are answered with more than 90 % confidence, which class takes most of them, and"
        " how well each score tells them from test images; each interval holds on its own"
    )
    return Table("sets", caption, columns, tuple(rows))


def pictures(subject: Subject, sets: Sequence[Tried]) -> tuple[Picture, ...]:
    """Return the images of each set that were answered with most confidence; nothing where they cannot be shown."""
    if not sets or sets[0].images.shape[1] not in _CHANNELS:
        return ()
    rows, words = [], []
    for item in sets:
        surest = item.confidence.argsort(descending=True, stable=True)[:_ACROSS]
        rows.append((item.images[surest] * 255).round().byte())
        answers = dict.fromkeys(subject.classes[k] for k in item.predicted[surest].tolist())
        least = float(item.confidence[surest].min())
        words.append(f"{item.outsider.title} ({', '.join(answers)}; from {least:.3f} on)")
    caption = "Images of no class that the model answers with most confidence, a row a set, with its answers: "
    alternative = f"A sheet of {len(sets)} rows of up to {_ACROSS} images that show none of the model's classes."
    return (Picture("most_confident", caption + "; ".join(words), alternative, sheet(rows, _ACROSS)),)
