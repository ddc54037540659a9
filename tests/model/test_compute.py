from __future__ import annotations

import copy
import platform

import pytest
import torch

from fmnist_governance.errors import ModelError
from fmnist_governance.model.compute import chosen_device, folded, memory_format, tune_allocator
from fmnist_governance.model.fmnist_classifier import Layer, Network

IMAGES = torch.rand(16, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def lived(layers: str) -> Network:
    """A network whose batch norms hold what training leaves there, but for a sign."""
    torch.manual_seed(0)
    network = Network(classes=10, layers=layers).eval()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean = torch.randn(module.num_features)
            module.running_var = torch.rand(module.num_features) + 0.5
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias)
    return network


@pytest.mark.parametrize("layers", ["16/2 32/2 64 64", "8/2 +8 12/2 +12 +12", "8"])
def test_a_folded_network_answers_as_the_network_does(layers: str) -> None:
    network = lived(layers)

    with torch.inference_mode():
        assert torch.allclose(folded(network)(IMAGES), network(IMAGES), atol=1e-5, rtol=1e-5)


def test_folding_leaves_no_batch_norm_and_the_network_as_it_was() -> None:
    network = lived("16/2 32/2 64")
    before = copy.deepcopy(network.state_dict())

    copied = folded(network)

    assert not any(isinstance(module, torch.nn.BatchNorm2d) for module in copied.modules())
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())


def test_a_negative_scale_after_a_maximum_is_not_folded_wrongly() -> None:
    network = lived("16/2 32/2 64")
    assert isinstance(network.first[0], Layer)
    torch.nn.init.constant_(network.first[0].norm.weight, -1.0)

    with torch.inference_mode():
        assert torch.allclose(folded(network)(IMAGES), network(IMAGES), atol=1e-5, rtol=1e-5)


def test_the_gradients_of_a_folded_network_are_the_networks_own() -> None:
    network = lived("16/2 32/2 64")
    first, second = (IMAGES.clone().requires_grad_() for _ in range(2))

    network(first).square().sum().backward()
    folded(network)(second).square().sum().backward()

    assert first.grad is not None
    assert second.grad is not None
    assert torch.allclose(first.grad, second.grad, atol=1e-3 * float(first.grad.abs().max()))


def test_a_folded_network_still_has_the_layer_that_grad_cam_looks_at() -> None:
    copied = folded(lived("16/2 32/2 64"))

    maps = getattr(copied, Network.GRAD_CAM_LAYER)(copied.first(IMAGES))

    assert maps.shape == (16, 64, 7, 7)
    assert torch.equal(maps, copied.features(IMAGES))
    assert float(maps.min()) >= 0


def test_memory_format_does_not_change_the_answer() -> None:
    network = lived("16/2 32/2 64")
    form = memory_format(torch.device("cpu"))

    with torch.inference_mode():
        other = copy.deepcopy(network).to(memory_format=form)(IMAGES.contiguous(memory_format=form))
        assert torch.allclose(other, network(IMAGES), atol=1e-5, rtol=1e-5)


def test_the_allocator_is_tuned_on_glibc_and_left_alone_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tune_allocator() == (platform.libc_ver()[0] == "glibc")

    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))

    assert not tune_allocator()


def test_a_device_is_found_or_refused_by_name() -> None:
    assert chosen_device("cpu") == torch.device("cpu")
    assert chosen_device("auto").type in {"cpu", "cuda", "mps"}
    with pytest.raises(ModelError, match="device 'gpu' is not known; known are auto, cpu, cuda, mps"):
        chosen_device("gpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="it is there")
def test_an_absent_device_is_refused() -> None:
    with pytest.raises(ModelError, match="device 'cuda' is not there; this machine has cpu"):
        chosen_device("cuda")
