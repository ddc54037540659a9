from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from fmnist_governance.audit.attribution.settings import ExplanationParams
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.explanation import EXPLANATION, measured
from fmnist_governance.audit.runner import plan, run
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson

SHORT = ExplanationParams(
    n=60, occlusion_n=60, deletion_n=40, randomisation_n=20, randomisation_draws=2, stability_n=20, stability_draws=2
)


def found(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("explanation."): m for m in result.measurements}


def rows(result: CheckResult, name: str) -> dict[object, tuple[object, ...]]:
    table = next(table for table in result.tables if table.name == name)
    return {row[0]: row[1:] for row in table.rows}


@pytest.fixture(scope="module")
def result(seeing_subject: Subject) -> CheckResult:
    return EXPLANATION.measure(seeing_subject, SHORT)


def test_all_images_are_explained_and_the_tests_of_trust_take_fewer(result: CheckResult) -> None:
    sizes = {name: m.n for name, m in found(result).items()}

    assert sizes["empty_maps"] == 60
    assert sizes["occlusion.corner_flips"] == 60
    assert sizes["deletion.gain_over_random"] == 40


def test_the_defaults_explain_every_image(seeing_subject: Subject) -> None:
    every = EXPLANATION.measure(seeing_subject, SHORT.model_copy(update={"n": ExplanationParams().n}))

    assert found(every)["empty_maps"].n == len(seeing_subject.test)


def test_shares_have_wilson_s_interval(result: CheckResult) -> None:
    empty = found(result)["empty_maps"]

    assert empty.interval == wilson(round(empty.value * 60), 60)


def test_the_table_of_places_starts_with_what_an_even_map_would_show(result: CheckResult) -> None:
    table = next(table for table in result.tables if table.name == "places")

    assert table.rows[0][0] == "an even map"
    assert table.rows[0][4] == pytest.approx(1 - 22 * 22 / 784)
    assert [row[0] for row in table.rows[1:4]] == ["all", "right answers", "wrong answers"]
    assert table.rows[1][1] == 60


def test_the_curves_of_all_maps_meet_at_both_ends(result: CheckResult) -> None:
    table = next(table for table in result.tables if table.name == "deletion")

    first, last = table.rows[0], table.rows[-1]
    assert (first[0], last[0]) == (0.0, 1.0)
    assert len({*first[1:4], *last[4:7]}) == 1, "the whole image"
    assert len(set(last[1:4])) == len(set(first[4:7])) == 1


def test_a_map_of_the_opposite_is_worse_than_chance(seeing_subject: Subject, result: CheckResult) -> None:
    def opposite(network: nn.Module, images: Tensor, classes: Tensor) -> Tensor:
        leaf = images.clone().requires_grad_()
        with torch.enable_grad():
            total = network(leaf).gather(1, classes[:, None]).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        return (1 - gradient * images).relu()[:, 0]

    planted = found(measured(seeing_subject, SHORT, opposite))

    interval = planted["deletion.gain_over_random"].interval
    assert interval is not None
    assert interval.high < 0 < found(result)["deletion.gain_over_random"].value


def test_an_explanation_that_ignores_the_weights_is_caught(seeing_subject: Subject, result: CheckResult) -> None:
    planted = found(measured(seeing_subject, SHORT, lambda _network, images, _classes: images.mean(dim=1)))

    assert planted["randomisation.spearman"].value == pytest.approx(1.0)
    assert planted["randomisation.spearman"].value > found(result)["randomisation.spearman"].value + 0.2


def test_an_explanation_that_wavers_is_caught(seeing_subject: Subject, result: CheckResult) -> None:
    generator = torch.Generator().manual_seed(0)

    def wavering(_network: nn.Module, images: Tensor, _classes: Tensor) -> Tensor:
        return torch.rand(len(images), 28, 28, generator=generator)

    planted = found(measured(seeing_subject, SHORT, wavering))

    assert abs(planted["stability.spearman"].value) < 0.1
    assert found(result)["stability.spearman"].value > 0.8


def test_maps_that_are_empty_are_counted_and_nothing_is_said_of_where_they_lie(constant_network: Subject) -> None:
    result = EXPLANATION.measure(constant_network, SHORT)

    assert found(result)["empty_maps"].value == 1.0
    assert {"explanation.background_share", "explanation.randomisation.spearman"} <= set(result.absent)
    assert "explanation.deletion.auc" not in result.absent


def test_the_passes_are_those_that_were_made(seeing_subject: Subject) -> None:
    images = 0
    assert seeing_subject.network is not None
    true = seeing_subject.network

    def counted(_layer: nn.Module, given: tuple[Tensor]) -> None:
        nonlocal images
        images += len(given[0])

    handle = true.register_forward_pre_hook(counted)
    result = EXPLANATION.measure(seeing_subject, SHORT.model_copy(update={"randomisation_draws": 1}))
    handle.remove()

    # The copy that forgets takes the counter with it.
    assert result.passes * len(seeing_subject.test) == images


def test_the_grid_has_a_row_for_each_class_and_few_colours(result: CheckResult) -> None:
    pictures = {picture.name: Image.open(io.BytesIO(picture.png)) for picture in result.pictures}

    assert pictures["examples"].size == (9 * 30 - 2, 4 * 30 - 2)
    assert pictures["classes"].size == (4 * 30 - 2, 2 * 30 - 2)
    assert all(picture.mode == "P" for picture in pictures.values())


def test_an_image_without_a_map_stays_grey(result: CheckResult) -> None:
    picture = next(picture for picture in result.pictures if picture.name == "examples")
    shown = np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB")).astype(int)

    first, its_map = shown[:28, :28], shown[:28, 30:58]
    assert np.ptp(first, axis=2).max() == 0
    assert np.ptp(its_map, axis=2).max() > 0


def test_the_model_s_own_layer_is_what_is_needed(subject: Subject) -> None:
    (entry,) = run(subject, plan((EXPLANATION,), {"explanation": {}}), lambda: 0.0, 1.0)

    assert EXPLANATION.needs == {Need.GRADIENTS, Need.LAYER}
    assert entry.entry.status == "not_run"


def test_a_network_without_a_named_layer_fails_and_says_why(seeing_subject: Subject) -> None:
    class Nameless(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return images.flatten(1)[:, :4]

    unnamed = dataclasses.replace(seeing_subject, network=Nameless())

    (entry,) = run(unnamed, plan((EXPLANATION,), {"explanation": {}}), lambda: 0.0, 1.0)

    assert entry.entry.status == "failed"
    assert "GRAD_CAM_LAYER" in str(entry.entry.reason)


def test_a_black_box_fails_where_it_is_asked_all_the_same(subject: Subject) -> None:
    with pytest.raises(CheckError, match="no network"):
        EXPLANATION.measure(subject, SHORT)


def test_occlusion_tells_of_each_place(result: CheckResult) -> None:
    places = rows(result, "occlusion")

    assert list(places) == [
        *("nothing", "upper left", "upper right", "lower left", "lower right"),
        *("border", "background"),
    ]
    worst = max(float(str(places[name][1])) for name in list(places)[1:5])
    assert found(result)["occlusion.corner_flips"].value == worst
