from __future__ import annotations

import copy

import pytest
import torch
from networks import Block, Forgetful, SmallResidual, TwoConvolutions
from torch import Tensor, nn

from fmnist_governance.errors import ModelError
from fmnist_governance.model.feeding import Feeding, Scale
from fmnist_governance.model.foreign import Exported, Fed, Mapped, Meaning, left_training
from fmnist_governance.model.last_map import last_map, named_map, traced

IMAGES = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
AS_IT_IS = Feeding(Scale(), None)
LOGITS = Meaning(range(10), probabilities=False)


def exported(network: nn.Module, *, batch: int = 4, dynamic: bool = True) -> Exported:
    shapes = {"x": {0: torch.export.Dim.AUTO}} if dynamic else None
    return Exported(torch.export.export(network, (IMAGES[:batch],), dynamic_shapes=shapes))


class Branching(nn.Module):
    """Calls its layers in another order than it names them, and one of them twice."""

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Linear(6, 10)
        self.late = nn.Sequential(nn.Conv2d(4, 6, 3), nn.BatchNorm2d(6), nn.ReLU())
        self.early = nn.Conv2d(1, 4, 3)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        x = self.relu(self.early(x))
        x = self.relu(self.late(x))
        x = nn.functional.max_pool2d(x, 2)
        found: Tensor = self.head(x.mean(dim=(2, 3)))
        return found


@pytest.mark.parametrize(
    ("network", "layer"),
    [
        (TwoConvolutions(), "conv2"),
        (SmallResidual(), "blocks"),
        (Branching(), "relu"),
        (nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(507, 10)), "1"),
        (nn.Sequential(Block(1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1, 10)), "0"),
    ],
    ids=["two convolutions", "residual", "another order", "sequential", "a block"],
)
def test_the_last_convolutional_block_is_found(network: nn.Module, layer: str) -> None:
    assert last_map(traced(network.eval(), IMAGES)) == layer


def test_it_is_found_in_an_exported_graph_too() -> None:
    assert last_map(traced(exported(TwoConvolutions().eval()), IMAGES)) == "conv2"


def test_a_network_without_convolutions_has_none() -> None:
    assert last_map(traced(nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), IMAGES)) is None


def test_a_wrong_name_is_told_the_layers_that_there_are() -> None:
    calls = traced(TwoConvolutions().eval(), IMAGES)

    assert named_map(calls, "conv1") == "conv1"
    with pytest.raises(ModelError, match=r"--layer: 'fc' is no layer .* there are: conv1, conv2"):
        named_map(calls, "fc")


def test_a_fed_network_answers_as_it_does_to_what_it_takes() -> None:
    network = SmallResidual().eval()
    places = [3, 1, 2, 0, *range(4, 10)]
    fed = Fed(network, Feeding(Scale.read("0-255"), None), Meaning(places, probabilities=True))

    with torch.no_grad():
        assert fed(IMAGES).softmax(dim=1).allclose(network(IMAGES * 255)[:, places], atol=1e-6)
    assert not any(parameter.requires_grad for parameter in fed.parameters())


def test_gradients_reach_the_pixels() -> None:
    images = IMAGES.clone().requires_grad_()

    Fed(exported(TwoConvolutions().eval()), AS_IT_IS, LOGITS)(images).sum().backward()

    assert images.grad is not None
    assert bool((images.grad.abs().amax(dim=(1, 2, 3)) > 0).all())


@pytest.mark.parametrize("batch", [1, 4])
def test_a_graph_for_one_number_of_images_is_asked_in_lots(batch: int) -> None:
    network = TwoConvolutions().eval()
    graph = exported(network, batch=batch, dynamic=False)

    fed = Fed(graph, AS_IT_IS, LOGITS)

    assert fed.most == graph.most == batch
    with torch.no_grad():
        assert fed(IMAGES).allclose(network(IMAGES), atol=1e-6)
        assert fed(IMAGES[:1]).allclose(network(IMAGES[:1]), atol=1e-6)


def bias(graph: Exported) -> Tensor:
    return dict(graph.named_parameters())["graph.fc.bias"]


def test_a_copy_of_a_graph_answers_alike_and_is_a_copy() -> None:
    graph = exported(TwoConvolutions().eval()).requires_grad_(requires_grad=False)
    with torch.no_grad():
        bias(graph).add_(1)

        copied = copy.deepcopy(graph)

        assert copied(IMAGES).equal(graph(IMAGES))
        before = graph(IMAGES)
        bias(copied).add_(1)
        assert graph(IMAGES).equal(before)
    assert not any(parameter.requires_grad for parameter in copied.parameters())


def test_features_are_the_map_of_the_layer() -> None:
    network = TwoConvolutions().eval()
    mapped = Mapped(network, AS_IT_IS, LOGITS, "conv2")

    with torch.no_grad():
        expected = network.conv2(nn.functional.max_pool2d(network.conv1(IMAGES).relu(), 2))
        assert mapped.features(IMAGES).allclose(expected, atol=1e-6)


def test_an_output_of_another_form_is_refused() -> None:
    with pytest.raises(ModelError, match=r"it gives \(6, 3, 26, 26\) for 6 images"):
        Fed(nn.Conv2d(1, 3, 3), AS_IT_IS, LOGITS)(IMAGES)


@pytest.mark.parametrize("stored", [TwoConvolutions, lambda: exported(TwoConvolutions().train())])
def test_layers_that_still_train_are_named(stored: type[nn.Module]) -> None:
    assert left_training(stored()) == ("dropout",)


def test_layers_that_do_not_are_not() -> None:
    assert left_training(TwoConvolutions().eval()) == ()
    assert left_training(exported(SmallResidual().eval())) == ()
    assert left_training(exported(SmallResidual().train())) == (
        *("stem.1", "blocks.0.bn1", "blocks.0.bn2", "blocks.1.bn1", "blocks.1.bn2"),
    )
    assert len(left_training(exported(Forgetful().eval()))) == 1
