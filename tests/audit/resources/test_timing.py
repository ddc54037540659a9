from __future__ import annotations

import time

import torch

from fmnist_governance.audit.resources.timing import timed

CPU = torch.device("cpu")


def test_it_waits_for_what_it_times() -> None:
    found = timed(lambda: time.sleep(0.002), CPU, repeats=5, seconds=10)

    assert len(found) == 5
    assert min(found) >= 0.002


def test_it_ends_with_its_time_and_measures_once_at_least() -> None:
    assert len(timed(lambda: time.sleep(0.01), CPU, repeats=1000, seconds=0.05)) <= 6
    assert len(timed(lambda: None, CPU, repeats=1000, seconds=0.0)) == 1
