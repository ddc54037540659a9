from __future__ import annotations

import pytest
import torch
from captum.attr import LayerAttribution, LayerGradCam
from torch import Tensor, nn

from fmnist_governance.audit.attribution.grad_cam import grad_cam
from fmnist_governance.errors import CheckError


def images_of(size: int) -> Tensor:
    return torch.rand(size, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def test_captum_draws_the_same_maps(trained: nn.Module) -> None:
    images = images_of(300)
    classes = trained(images).argmax(dim=1)
    captum = LayerGradCam(trained, trained.get_submodule(str(trained.GRAD_CAM_LAYER)))
    coarse = captum.attribute(images, target=classes, relu_attributions=True)
    expected = LayerAttribution.interpolate(coarse, (28, 28), interpolate_mode="bilinear")[:, 0].detach()

    found = grad_cam(trained, images, classes)

    assert torch.allclose(found, expected, atol=1e-6)
    assert float(found.max()) > 0.01


class TwoChannels(nn.Module):
    """The last map has the image and its mirror; class 0 adds the one and takes away the other."""

    GRAD_CAM_LAYER = "maps"

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(1, 2, 1, bias=False)
        self.head = nn.Linear(2, 2, bias=False)
        with torch.no_grad():
            self.maps.weight.copy_(torch.tensor([2.0, 1.0]).view(2, 1, 1, 1))
            self.head.weight.copy_(torch.tensor([[1.0, -1.0], [-3.0, 0.0]]))

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.head(self.maps(images).mean(dim=(2, 3)))
        return logits


def test_a_map_by_hand() -> None:
    image = torch.tensor([[[[0.0, 1.0], [0.5, 0.0]]]])

    speaks = grad_cam(TwoChannels(), image, torch.tensor([0]))
    silent = grad_cam(TwoChannels(), image, torch.tensor([1]))

    assert torch.allclose(speaks[0], (2 * 0.25 - 1 * 0.25) * image[0, 0])
    assert not silent.any()


def test_the_network_is_left_as_it_was(trained: nn.Module) -> None:
    images = images_of(5)
    before = trained(images)

    grad_cam(trained, images, torch.zeros(5, dtype=torch.int64))

    assert torch.equal(trained(images), before)
    assert not trained(images).requires_grad
    assert not trained.get_submodule("last")._forward_hooks


def test_a_head_that_ignores_the_layer_leaves_an_empty_map() -> None:
    class Detached(TwoChannels):
        def forward(self, images: Tensor) -> Tensor:
            self.maps(images)
            return images.flatten(1)[:, :2]

    assert not grad_cam(Detached(), images_of(3), torch.zeros(3, dtype=torch.int64)).any()


@pytest.mark.parametrize(("name", "message"), [(None, "does not say"), ("", "does not say"), ("nowhere", "no layer")])
def test_a_network_that_names_no_layer_is_told_so(name: str | None, message: str) -> None:
    network = TwoChannels()
    network.GRAD_CAM_LAYER = name  # type: ignore[assignment] # that is what is tested

    with pytest.raises(CheckError, match=message):
        grad_cam(network, images_of(2), torch.zeros(2, dtype=torch.int64))


def test_a_layer_that_gives_no_map_is_refused_with_its_shape() -> None:
    network = TwoChannels()
    network.GRAD_CAM_LAYER = "head"

    with pytest.raises(CheckError, match=r"gives shape \(2, 2\); a map has"):
        grad_cam(network, images_of(2), torch.zeros(2, dtype=torch.int64))
