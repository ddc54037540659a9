from __future__ import annotations

import torch

from fmnist_governance.audit.quality.near import THRESHOLDS
from fmnist_governance.audit.quality.within import Within, measured, owed, table

LIKENESS = torch.tensor([1.0, 0.99, 0.985, 0.97, 0.5, 0.5], dtype=torch.float64)


def test_the_curve_counts_what_is_at_least_as_like() -> None:
    found = {m.id.removeprefix("data_quality."): m for m in measured(Within("test", LIKENESS))}

    assert set(found) == set(owed("test"))
    assert [round(m.value * 6) for m in found.values()] == [1, 1, 2, 3, 3, 4, 4]
    assert all(m.n == 6 for m in found.values())
    assert all(m.interval is not None and m.interval.low <= m.value <= m.interval.high for m in found.values())


def test_the_table_holds_both_sides() -> None:
    rows = table((Within("test", LIKENESS), Within("train", LIKENESS[:3]))).rows

    assert [row[0] for row in rows] == ["test"] * len(THRESHOLDS) + ["training"] * len(THRESHOLDS)
    assert [row[3] for row in rows[len(THRESHOLDS) :]] == [1, 1, 2, 3, 3, 3, 3]
