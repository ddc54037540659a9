"""A network that needs ten times the work for the same answers must be seen by what can be counted."""

from __future__ import annotations

import copy
from collections.abc import Callable

from torch import Tensor, nn

from fmnist_governance.audit.efficiency import EFFICIENCY, EfficiencyParams
from fmnist_governance.audit.subject import Subject

PARAMS = EfficiencyParams(latency_repeats=10, throughput_repeats=10, batch=4)
Audited = Callable[[nn.Module], Subject]


class Tenfold(nn.Module):
    """Asks ten copies of a network and takes the mean of their answers, which is each one's."""

    def __init__(self, network: nn.Module, copies: int) -> None:
        super().__init__()
        self.networks = nn.ModuleList(copy.deepcopy(network) for _ in range(copies))

    def forward(self, images: Tensor) -> Tensor:
        answers: list[Tensor] = [network(images) for network in self.networks]
        return sum(answers[1:], answers[0]) / len(answers)


def values(subject: Subject) -> dict[str, float]:
    result = EFFICIENCY.measure(subject, PARAMS)
    return {m.id.removeprefix("efficiency."): m.value for m in result.measurements}


def test_ten_copies_take_ten_times_the_work_and_the_room(trained: nn.Module, audited: Audited) -> None:
    clean, twin, planted = (values(audited(Tenfold(trained, copies))) for copies in (1, 1, 10))

    assert planted["multiply_adds"] == 10 * clean["multiply_adds"]
    assert planted["parameters"] == 10 * clean["parameters"]
    assert (twin["multiply_adds"], twin["parameters"]) == (clean["multiply_adds"], clean["parameters"])
    assert twin["peak_bytes"] == clean["peak_bytes"]
