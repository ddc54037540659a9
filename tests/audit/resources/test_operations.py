from __future__ import annotations

import pytest
import torch
from networks import SmallResidual, TwoConvolutions
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from fmnist_governance.audit.resources.operations import layer_costs
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.model.foreign import Exported

IMAGES = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def counted(network: nn.Module) -> int:
    return sum(layer.multiply_adds for layer in layer_costs(network.eval(), IMAGES))


def test_two_convolutions_by_hand() -> None:
    by_hand = 28 * 28 * 8 * 9 + 14 * 14 * 16 * 8 * 9 + 16 * 7 * 7 * 10

    assert counted(TwoConvolutions()) == by_hand
    assert sum(layer.parameters for layer in layer_costs(TwoConvolutions().eval(), IMAGES)) == 8 * 10 + 16 * 73 + 7850


@pytest.mark.parametrize(
    "network",
    [
        TwoConvolutions(),
        SmallResidual(),
        Network(classes=10, layers="16/2 32/2 64 +64"),
        nn.Sequential(nn.Conv2d(1, 8, 3, groups=1), nn.Conv2d(8, 8, 3, groups=4), nn.Flatten(), nn.Linear(4608, 3)),
        nn.Sequential(nn.ConvTranspose2d(1, 4, 3, stride=2), nn.Conv2d(4, 2, 5, dilation=2)),
    ],
    ids=["two convolutions", "residual", "own", "grouped", "transposed"],
)
def test_it_is_half_of_what_torch_counts(network: nn.Module) -> None:
    with FlopCounterMode(display=False) as flops, torch.no_grad():
        network.eval()(IMAGES)

    assert counted(network) * 2 * len(IMAGES) == flops.get_total_flops()


def test_an_exported_graph_is_counted_as_the_network_that_it_came_from() -> None:
    network = SmallResidual().eval()
    dynamic = {"x": {0: torch.export.Dim.AUTO}}

    graph = Exported(torch.export.export(network, (IMAGES,), dynamic_shapes=dynamic))

    assert counted(graph) == counted(network)


def test_what_scales_or_looks_up_is_not_counted() -> None:
    network = nn.Sequential(nn.LayerNorm([1, 28, 28]), nn.BatchNorm2d(1), nn.PReLU())

    assert counted(network) == 0
    assert [layer.parameters for layer in layer_costs(network, IMAGES)] == [1568, 2, 1]
