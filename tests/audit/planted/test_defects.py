"""Every known defect, planted in a small network, must fail its clause, and its clean twin must not."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import pytest
import torch
from defects import DEFECTS, Defect, Planted
from torch import nn

from fmnist_governance.audit.answering import Images, own_subject
from fmnist_governance.audit.catalog import CHECKS
from fmnist_governance.audit.runner import plan
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.config.shipped import shipped
from fmnist_governance.data.dataset import Dataset, Split
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.gate.policy import load_policy

Boxed = Callable[[Subject], Subject]

SETTINGS: dict[str, dict[str, object]] = {
    "corruption": {"images": 300, "severities": [1], "resamples": 200},
    "invariance": {"images": 300},
    "slices": {"smallest": 50, "smallest_in_class": 30},
    "adversarial": {"n": 100, "linf": ["8/255", "0.3"], "l2": [], "steps": 10, "survivors": 80, "square_queries": 500},
    "explanation": {"n": 200, "occlusion_n": 300, "deletion_n": 40, "randomisation_n": 60, "stability_n": 20},
}
SMALL = {
    "not-by-heart": 0.12,
    "small-enough": 3_000_000,
    "no-lost-kind": 0.4,
    "labels-not-doubted": 0.1,
    "not-brittle": 0.2,
    "worst-class": 0.2,
    "place-does-not-matter": 0.75,
    "robustness-is-not-an-illusion": 0.05,
}
"""Bounds for a network as small as this one, where the policy's are for larger ones."""


@pytest.fixture(scope="module")
def good(trained: nn.Module, sample_data: Dataset, audited: Callable[[nn.Module], Subject], boxed: Boxed) -> Planted:
    return Planted(trained, sample_data, boxed(audited(trained)).package)


def subject(planted: Planted) -> Subject:
    splits = {
        name: Images(split.images, split.labels, torch.arange(len(split)).numpy())
        for name, split in planted.dataset.splits.items()
    }
    found = own_subject(
        planted.network,
        planted.dataset.classes,
        splits,
        seed=0,
        device=torch.device("cpu"),
        memory_format=torch.channels_last,
    )
    return dataclasses.replace(found, package=planted.package, has=found.has | {Need.PACKAGE})


def clause(defect: Defect) -> Any:  # noqa: ANN401 - of any kind that has a bound
    policy = load_policy(shipped("configs") / "policy.yaml")
    return next(entry.clause for entry in policy.entries if entry.clause.id == defect.clause)


@pytest.fixture(scope="module")
def measured() -> Callable[[Planted, str], Measurement]:
    @functools.cache
    def checked(planted: Planted, name: str) -> dict[str, Measurement]:
        (planned,) = plan(CHECKS, {name: SETTINGS.get(name, {})})
        result = planned.check.measure(subject(planted), planned.params)
        return {m.id: m for m in result.measurements}

    return lambda planted, id_: checked(planted, id_.partition(".")[0])[id_]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.clause}: {defect.name}")
def test_a_planted_defect_fails_its_clause_and_its_clean_twin_does_not(
    defect: Defect,
    good: Planted,
    fit: Callable[[torch.Tensor, torch.Tensor], nn.Module],
    measured: Callable[[Planted, str], Measurement],
) -> None:
    asked = clause(defect)
    torch.manual_seed(0)

    def fitted(split: Split) -> nn.Module:
        return fit(torch.from_numpy(split.images), torch.from_numpy(split.labels))

    clean = measured(good, asked.measurement)
    planted = measured(defect.plant(good, fitted), asked.measurement)

    bounds = {
        name: SMALL.get(asked.id, bound)
        for name in ("floor", "ceiling")
        if (bound := getattr(asked, name, None)) is not None
    }
    floor, ceiling = bounds.get("floor"), bounds.get("ceiling")
    low, high = (planted.interval.low, planted.interval.high) if planted.interval else (planted.value, planted.value)
    if floor is not None:
        assert high < floor <= clean.value
    else:
        assert ceiling is not None
        assert clean.value <= ceiling < low
