from __future__ import annotations

import torch
from torch import Tensor, nn

from fmnist_governance.audit.attribution.grad_cam import grad_cam
from fmnist_governance.audit.attribution.randomisation import cascade, forget, layers
from fmnist_governance.audit.subject import Subject


def test_layers_are_forgotten_from_the_head_down(trained: nn.Module) -> None:
    names = layers(trained)

    assert names[0] == "head"
    assert names[-1] == "first.0.conv"
    assert "last.norm" in names


def test_what_was_learned_is_gone_and_its_size_is_kept() -> None:
    generator = torch.Generator().manual_seed(0)
    layer = nn.Linear(200, 100).requires_grad_(requires_grad=False)
    weights, biases = layer.weight.clone(), layer.bias.clone()

    forget(layer, generator)

    assert abs(float(torch.corrcoef(torch.stack((layer.weight.flatten(), weights.flatten())))[0, 1])) < 0.05
    assert abs(float(layer.weight.std() / weights.std()) - 1) < 0.02
    assert torch.equal(layer.bias.sort().values, biases.sort().values)
    assert not torch.equal(layer.bias, biases)


def test_running_statistics_are_forgotten_with_their_layer() -> None:
    norm = nn.BatchNorm2d(50)
    assert norm.running_mean is not None
    norm.running_mean.copy_(torch.arange(50.0))

    forget(norm, torch.Generator().manual_seed(0))

    assert norm.running_mean.sort().values.tolist() == list(range(50))
    assert norm.running_mean.tolist() != list(range(50))


def test_the_network_itself_forgets_nothing(seeing_subject: Subject) -> None:
    assert seeing_subject.network is not None
    before = {name: value.clone() for name, value in seeing_subject.network.state_dict().items()}
    images = seeing_subject.test.images.float() / 255

    cascade(seeing_subject, seeing_subject.network, images, seeing_subject.test.predicted, grad_cam, draws=2)

    after = seeing_subject.network.state_dict()
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_an_explanation_that_ignores_the_weights_stays_the_same_to_the_last_stage(seeing_subject: Subject) -> None:
    def brightness(_network: nn.Module, images: Tensor, _classes: Tensor) -> Tensor:
        return images.mean(dim=1)

    assert seeing_subject.network is not None
    images = seeing_subject.test.images.float() / 255

    stages = cascade(seeing_subject, seeing_subject.network, images, seeing_subject.test.predicted, brightness, draws=2)

    assert all(torch.allclose(stage.likeness, torch.ones(len(images)).double()) for stage in stages)


def test_no_likeness_is_claimed_where_maps_are_empty(seeing_subject: Subject) -> None:
    def nothing(_network: nn.Module, images: Tensor, _classes: Tensor) -> Tensor:
        return torch.zeros(len(images), 28, 28)

    assert seeing_subject.network is not None
    images = seeing_subject.test.images.float() / 255

    stages = cascade(seeing_subject, seeing_subject.network, images, seeing_subject.test.predicted, nothing, draws=1)

    assert all(stage.likeness.isnan().all() for stage in stages)
