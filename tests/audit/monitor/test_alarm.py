from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp
from torch import Tensor

from fmnist_governance.audit.check import Table
from fmnist_governance.audit.monitor.alarm import (
    POINTS,
    Reference,
    as_table,
    critical_distance,
    distances,
    from_file,
    from_table,
    raised,
    reference_of,
    rounded,
)
from fmnist_governance.audit.monitor.trial import samples
from fmnist_governance.audit.runner import table_bytes
from fmnist_governance.errors import CheckError

SLUGS = ("coat", "bag", "shirt")


def answers(seed: int, n: int, shift: float = 0.0) -> Tensor:
    logits = torch.randn(n, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return (2 * logits + shift * torch.tensor([1.0, 0.0, -1.0])).softmax(dim=1)


@pytest.mark.parametrize("places", [6, 1])
def test_scipy_finds_the_same_distances_with_and_without_ties(places: int) -> None:
    reference = Reference(np.sort(answers(0, 150).numpy().round(places), axis=0), 150)
    new = answers(1, 400, 0.3).numpy().round(places)
    rows = samples(400, 60, 5, torch.Generator().manual_seed(2))

    found = distances(reference, new, rows)

    for b in range(5):
        for k in range(3):
            assert found[b, k] == pytest.approx(ks_2samp(new[rows[b], k], reference.quantiles[:, k]).statistic)


def test_quantiles_stand_for_all_images() -> None:
    whole, reference = rounded(answers(0, 5000)), reference_of(answers(0, 5000))
    new = rounded(answers(1, 500, 0.2))

    found = distances(reference, new, np.arange(500)[None])[0]

    assert reference.quantiles.shape == (POINTS, 3)
    for k in range(3):
        assert found[k] == pytest.approx(ks_2samp(new[:, k], whole[:, k]).statistic, abs=1 / POINTS)


def test_few_images_are_all_kept() -> None:
    reference = reference_of(answers(0, 7))

    assert np.array_equal(reference.quantiles, np.sort(rounded(answers(0, 7)), axis=0))


@pytest.mark.parametrize(("m", "n"), [(5000, 100), (5000, 1000), (300, 300)])
def test_the_critical_distance_is_where_scipy_s_limit_reaches_the_level(m: int, n: int) -> None:
    level = critical_distance(m, n, 10)

    from scipy.stats import kstwobign

    assert kstwobign.sf(level * np.sqrt(m * n / (m + n))) == pytest.approx(0.005, rel=1e-6)


def test_the_exact_test_of_scipy_agrees_on_nearly_every_alarm() -> None:
    whole, reference = answers(0, 2000).numpy(), reference_of(answers(0, 2000))
    agreed = 0
    for seed in range(1, 101):
        new = answers(seed, 150, 0.5 * (seed % 2))
        exact = min(ks_2samp(new.numpy()[:, k], whole[:, k]).pvalue for k in range(3)) < 0.05 / 3
        agreed += raised(reference, new) == exact

    assert agreed >= 96


def test_a_later_monitor_reads_the_stored_table() -> None:
    reference = reference_of(answers(0, 3000))
    data = table_bytes(as_table(reference, SLUGS, "3,000 validation images"))
    written, read = json.loads(data), from_file(data)

    assert read.images == 3000
    assert np.array_equal(read.quantiles, reference.quantiles)
    assert [column["name"] for column in written["columns"]] == ["images", "p_coat", "p_bag", "p_shirt"]
    assert not raised(read, answers(1, 300))
    assert raised(read, answers(1, 300, 1.0))


def test_constant_answers_raise_no_alarm_whatever_comes() -> None:
    third = torch.full((200, 3), 1 / 3)

    assert not raised(reference_of(third), third[:50])


def test_a_class_that_is_never_answered_any_more_raises_the_alarm() -> None:
    reference, new = reference_of(answers(0, 3000)), answers(1, 300)
    new[:, 0] = 0

    assert raised(reference, new / new.sum(dim=1, keepdim=True))


@pytest.mark.parametrize("shape", [(0, 3), (5, 4), (3,)])
def test_answers_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(CheckError, match="the reference has 3 classes"):
        raised(reference_of(answers(0, 100)), torch.zeros(shape))


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"columns": [1], "rows": []}', b'{"columns": [], "rows": 3}', b"\xff"]
)
def test_a_file_that_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(CheckError, match="not the stored reference"):
        from_file(data)


def broken(**changes: object) -> Table:
    table = as_table(reference_of(answers(0, 10)), SLUGS, "")
    return dataclasses.replace(table, **changes)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (broken(rows=()), "expected `images`"),
        (broken(columns=broken().columns[1:]), "expected `images`"),
        (broken(rows=((10, 0.5, 0.5, 0.5), (10, 0.4, 0.5, 0.5))), "never fall"),
        (broken(rows=((10, 0.5, 0.5, 1.5),)), "must be probabilities"),
        (broken(rows=((10, 0.5, 0.5, "x"),)), "a cell is no number"),
        (broken(rows=((10, 0.5, 0.5, float("nan")),)), "must be probabilities"),
        (broken(rows=((10, 0.5, 0.5, None),)), "no cell empty"),
        (broken(rows=((10, 0.5, 0.5, 0.5), (10, 0.5, 0.5))), "a row is too short"),
        (broken(rows=((10, 0.5, 0.5, 0.5), (11, 0.5, 0.5, 0.5))), "the same positive number"),
        (broken(rows=((0, 0.5, 0.5, 0.5),)), "the same positive number"),
    ],
)
def test_a_table_that_is_no_reference_is_refused(table: Table, why: str) -> None:
    with pytest.raises(CheckError, match=why):
        from_table(table)


def test_samples_show_no_image_twice_and_smaller_ones_lie_in_larger_ones() -> None:
    rows = samples(500, 100, 20, torch.Generator().manual_seed(0))

    assert rows.shape == (20, 100)
    assert all(len(set(row)) == 100 for row in rows.tolist())
    assert rows.min() >= 0
    assert rows.max() < 500


def test_two_thousand_comparisons_take_well_under_two_seconds() -> None:
    import time

    probabilities = torch.randn(2000, 10, generator=torch.Generator().manual_seed(0)).softmax(dim=1)
    reference, new = reference_of(probabilities), rounded(probabilities)
    rows = samples(2000, 1000, 200, torch.Generator().manual_seed(1))

    start = time.process_time()
    for size in (100, 300, 1000):
        distances(reference, new, rows[:, :size])

    assert time.process_time() - start < 1
