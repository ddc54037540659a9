from __future__ import annotations

import torch
from torch import nn

from fmnist_governance.audit.resources.memory import peak_bytes

IMAGES = torch.rand(16, 1, 28, 28)
MAP = 16 * 8 * 28 * 28 * 4


def profiled(network: nn.Module) -> int:
    """The same by torch's own profiler: the largest sum of what its allocator gave and took back."""
    activities = [torch.profiler.ProfilerActivity.CPU]
    with torch.no_grad(), torch.profiler.profile(activities=activities, profile_memory=True) as profile:
        network(IMAGES)
    results = profile.profiler.kineto_results
    events = sorted((e for e in results.events() if e.name() == "[memory]"), key=lambda e: e.start_ns())
    now = most = 0
    for event in events:
        now += event.nbytes()
        most = max(most, now)
    return most


def test_two_maps_are_alive_while_the_second_is_made() -> None:
    network = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Sigmoid()).eval()

    with torch.no_grad():
        assert peak_bytes(lambda: network(IMAGES)) == 2 * MAP


def test_what_is_done_in_place_takes_one() -> None:
    network = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(inplace=True)).eval()

    assert peak_bytes(lambda: network(IMAGES)) == MAP


def test_it_is_what_the_profiler_sees_of_the_allocator() -> None:
    network = nn.Sequential(nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 500), nn.Tanh()).eval()

    assert peak_bytes(lambda: network(IMAGES)) == profiled(network)


def test_scratch_inside_of_an_operation_is_not_seen() -> None:
    network = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 3)).eval()

    assert 2 * MAP == peak_bytes(lambda: network(IMAGES)) <= profiled(network)
