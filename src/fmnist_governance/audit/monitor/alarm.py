"""The alarm of a plan for monitoring: do new answers look like those of the audit? It needs no labels.

Each class's probability is compared with stored quantiles by the two-sample test of Kolmogorov and Smirnov; the alarm
is raised when one of the K tests rejects at its K-th part of the level (Bonferroni).

References:
    Lipton, Wang and Smola (2018), Detecting and Correcting for Label Shift with Black Box Predictors, arXiv 1802.03916.
    Rabanser, Guennemann and Lipton (2019), Failing Loudly: An Empirical Study of Methods for Detecting Dataset Shift,
    section 3, arXiv 1810.11953 (BBSDs).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from fmnist_governance.audit.check import Column, Table
from fmnist_governance.errors import CheckError

POINTS = 200
"""Stored quantiles: they may be off by 1 part in 400, far below what any batch of a few thousand images shows."""
PLACES = 6
"""Decimal places of a probability: what differs by less is no drift, and may come from another processor."""
ALPHA = 0.05
_N, _CLASS = "images", "p_"


@dataclass(frozen=True, slots=True)
class Reference:
    """What the probabilities were when the model was audited."""

    quantiles: NDArray[np.float64]
    """(Q, K), each column ascending; each stands for an equal share of the images."""
    images: int
    """How many images they come from."""


def rounded(probabilities: Tensor) -> NDArray[np.float64]:
    """Return (N, K) probabilities as the alarm compares them."""
    found: NDArray[np.float64] = probabilities.double().cpu().numpy().round(PLACES)
    return found


def reference_of(probabilities: Tensor) -> Reference:
    """Return the quantiles of (M, K) probabilities, M at least 1."""
    ranked, m = np.sort(rounded(probabilities), axis=0), len(probabilities)
    points = min(POINTS, m)
    return Reference(ranked[((np.arange(points) + 0.5) * m / points).astype(np.int64)], m)


def as_table(reference: Reference, slugs: tuple[str, ...], source: str) -> Table:
    """Return a reference as it is stored: a row a quantile, a column a class.

    Args:
        reference: What is stored.
        slugs: Names of the classes.
        source: Which images they are, in words.
    """
    columns = (Column(_N, "count"), *(Column(f"{_CLASS}{slug}", "fraction") for slug in slugs))
    rows = tuple((reference.images, *row) for row in reference.quantiles.tolist())
    caption = (
        f"Quantiles of each class's probability on {source}: each row stands for one part in {len(rows)} of the images."
        f" New probabilities are rounded to {PLACES} places before they are compared"
    )
    return Table("reference", caption, columns, rows)


def from_file(data: bytes) -> Reference:
    """Return the reference in the bytes of `evidence/drift/reference.json`.

    Raises:
        CheckError: They are not such a file.
    """
    try:
        stored = json.loads(data)
        columns = tuple(Column(column["name"]) for column in stored["columns"])
        rows = tuple(tuple(row) for row in stored["rows"])
    except (ValueError, KeyError, TypeError) as err:
        msg = f"not the stored reference of an audit: {err!r}; expected evidence/drift/reference.json"
        raise CheckError(msg) from err
    return from_table(Table("reference", "", columns, rows))


def from_table(table: Table) -> Reference:
    """Return the reference that a stored table holds.

    Raises:
        CheckError: The table is not one that `as_table` made.
    """
    names = [column.name for column in table.columns]
    if names[:1] != [_N] or not all(name.startswith(_CLASS) for name in names[1:]) or not names[1:] or not table.rows:
        msg = (
            f"{table.name}: columns {', '.join(names)}; expected `{_N}`, then `{_CLASS}CLASS` for each class, and rows"
        )
        raise CheckError(msg)
    try:
        cells = np.asarray([[float(cell) for cell in row if cell is not None] for row in table.rows], dtype=np.float64)
    except ValueError as err:
        msg = f"{table.name}: a cell is no number, or a row is too short: {err}"
        raise CheckError(msg) from err
    counts, quantiles = cells[:, 0], cells[:, 1:]
    if not (np.diff(quantiles, axis=0) >= 0).all() or not ((quantiles >= 0) & (quantiles <= 1)).all():
        msg = f"{table.name}: quantiles must be probabilities that never fall from row to row"
        raise CheckError(msg)
    if quantiles.shape[1] != len(names) - 1 or counts.min() < 1 or counts.min() != counts.max():
        msg = f"{table.name}: `{_N}` must be the same positive number in each row, and no cell empty"
        raise CheckError(msg)
    return Reference(quantiles, int(counts[0]))


def critical_distance(reference_images: int, images: int, classes: int, alpha: float = ALPHA) -> float:
    """Return the distance above which one class's probability rejects, for two samples of these sizes.

    Args:
        reference_images: Size of the reference, at least 1.
        images: Size of the new sample, at least 1.
        classes: K, how many tests share the level.
        alpha: Level of the alarm, in (0, 1): how often it may be raised at most where nothing has changed.

    References:
        Smirnov (1948), Table for estimating the goodness of fit of empirical distributions: the first term of the
        limiting distribution, which at such small levels is all of it but one part in millions.
    """
    pooled = reference_images * images / (reference_images + images)
    return math.sqrt(math.log(2 * classes / alpha) / (2 * pooled))


def distances(
    reference: Reference, probabilities: NDArray[np.float64], drawn: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return how far samples of some images are from the reference, class by class.

    Args:
        reference: Of K classes.
        probabilities: (N, K), rounded.
        drawn: (B, n) rows of the images in each of B samples.

    Returns:
        (B, K), the largest difference of the two distribution functions, in [0, 1].
    """
    return np.stack(
        [_distances(q, p, drawn) for q, p in zip(reference.quantiles.T, probabilities.T, strict=True)], axis=1
    )


def _distances(
    quantiles: NDArray[np.float64], values: NDArray[np.float64], drawn: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return (B,) from (Q,), (N,) and (B, n). Places are sorted instead of values: that is quicker."""
    order = np.argsort(values, kind="stable")
    place = np.empty(len(values), dtype=np.int32)
    place[order] = np.arange(len(values), dtype=np.int32)
    ranked, n, q = values[order], drawn.shape[1], len(quantiles)
    # The reference's distribution function at each value and just below it.
    at, below = (np.searchsorted(quantiles, ranked, side) / q for side in ("right", "left"))
    sample = np.sort(place[drawn], axis=1)
    steps = np.arange(n) / n
    over = (steps + 1 / n - at[sample]).max(axis=1)
    under = (below[sample] - steps).max(axis=1)
    found: NDArray[np.float64] = np.maximum(over, under)
    return found


def raised(reference: Reference, probabilities: Tensor, alpha: float = ALPHA) -> bool:
    """Say whether new answers look different from those of the audit.

    Args:
        reference: From `from_file`, for the table that an audit stored.
        probabilities: (n, K) of the new images, n at least 1.
        alpha: Level of the alarm, in (0, 1).

    Raises:
        CheckError: There are no answers, or answers for another number of classes.
    """
    classes = reference.quantiles.shape[1]
    if probabilities.ndim != 2 or probabilities.shape[1] != classes or not len(probabilities):  # noqa: PLR2004 - n, K
        msg = f"probabilities of shape {tuple(probabilities.shape)}; the reference has {classes} classes"
        raise CheckError(msg)
    every = np.arange(len(probabilities), dtype=np.int64)[None]
    found = distances(reference, rounded(probabilities), every)
    return bool(found.max() > critical_distance(reference.images, len(probabilities), classes, alpha))
