"""What was found out about the explanations, as tables."""

from __future__ import annotations

from fmnist_governance.audit.attribution.deletion import STEPS
from fmnist_governance.audit.attribution.explained import Curves, Explained
from fmnist_governance.audit.attribution.randomisation import Stage
from fmnist_governance.audit.attribution.regions import BACKGROUND, CORNERS, border_mask, corner_masks
from fmnist_governance.audit.check import Cell, Column, Table
from fmnist_governance.stats.proportions import wilson


def places(found: Explained, classes: tuple[str, ...]) -> Table:
    """Tabulate where the maps lie, for all images, right and wrong answers, and each class, beside an even map."""
    examples, where = found.examples, found.regions
    groups = {"all": examples.labels >= 0, "right answers": examples.correct, "wrong answers": ~examples.correct}
    groups |= {name: examples.labels == label for label, name in enumerate(classes)}
    rows: list[tuple[Cell, ...]] = [_even(found)]
    for name, members in groups.items():
        held = members & ~where.empty
        shares = (where.background, where.border, *where.corners.unbind(dim=1), where.distance)
        means = [float(values[held].mean()) if bool(held.any()) else None for values in shares]
        rows.append((name, int(members.sum()), int((members & where.empty).sum()), *means))
    columns = (
        *(Column("images"), Column("n", "count"), Column("empty", "count")),
        *(Column(name, "fraction") for name in ("background", "border", *CORNERS)),
        Column("distance of centres", "pixels"),
    )
    caption = "Where the maps lie: mean share of each map's mass; first, where a map that is even over the image lies"
    return Table("places", caption, columns, tuple(rows))


def _even(found: Explained) -> tuple[Cell, ...]:
    size = found.maps.shape[1:]
    dark = float((found.examples.images.float().mean(dim=1) / 255 <= BACKGROUND).double().mean())
    border = float(border_mask(size).double().mean())
    corners = corner_masks(size).double().mean(dim=(1, 2)).tolist()
    return ("an even map", len(found.examples), 0, dark, border, *corners, None)


def curves(found: Curves) -> Table:
    """Tabulate the mean probability of the predicted class while pixels are deleted or inserted."""
    lines = {f"deletion_{name}": curve for name, curve in found.deletion.items()}
    lines |= {f"insertion_{name}": curve for name, curve in found.insertion.items()}
    means = [curve.mean(dim=0).tolist() for curve in lines.values()]
    rows = tuple((step / STEPS, *values) for step, values in enumerate(zip(*means, strict=True)))
    columns = (Column("share", "fraction"), *(Column(name, "fraction") for name in lines))
    caption = "Mean probability of the predicted class while pixels are deleted to black, or inserted into a blur"
    return Table("deletion", caption, columns, rows)


def stages(found: tuple[Stage, ...]) -> Table:
    """Tabulate how alike the maps stay while the network forgets its layers, from the head down."""
    rows: list[tuple[Cell, ...]] = []
    for number, stage in enumerate(found, start=1):
        held = stage.likeness[~stage.likeness.isnan()]
        rows.append((number, stage.layer, len(held), float(held.mean()) if len(held) else None))
    columns = (Column("stage", "count"), Column("layer"), Column("n", "count"), Column("likeness", "score"))
    caption = "Size of the rank correlation with the true maps after each further layer was forgotten"
    return Table("randomisation", caption, columns, tuple(rows))


def occlusion(found: Explained) -> Table:
    """Tabulate the answers with a place painted black."""
    clean: list[tuple[Cell, ...]] = [("nothing", found.asked, 0.0, None, None, found.right / found.asked)]
    rows = clean + [
        (place.place, found.asked, place.flips / found.asked, held.low, held.high, place.right / found.asked)
        for place in found.occluded
        for held in (wilson(place.flips, found.asked),)
    ]
    caption = "Answers that change, and accuracy, with a place painted black; each interval holds on its own"
    columns = (
        *(Column("painted black"), Column("n", "count")),
        *(Column(name, "fraction") for name in ("changed", "changed_low", "changed_high", "accuracy")),
    )
    return Table("occlusion", caption, columns, tuple(rows))
