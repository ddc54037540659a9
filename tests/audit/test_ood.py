from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable

import pytest
import torch
from PIL import Image
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from fmnist_governance.audit.answering import Images, own_subject
from fmnist_governance.audit.check import CheckResult
from fmnist_governance.audit.ood import OOD, OodParams
from fmnist_governance.audit.outsiders.catalog import OUTSIDERS
from fmnist_governance.audit.outsiders.outsider import Outsider
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.data import digits
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement

PARAMS = OodParams(images=60, known_images=80, nearest=10)
every_set = pytest.mark.parametrize("outsider", OUTSIDERS, ids=lambda outsider: outsider.name)


def numbers(result: CheckResult) -> dict[str, Measurement]:
    return {m.id.removeprefix("ood."): m for m in result.measurements}


@pytest.fixture(scope="module")
def whole(trained: nn.Module, sample_data: Dataset) -> Subject:
    splits = {
        name: Images(split.images[:300], split.labels[:300], torch.arange(len(split.labels[:300])).numpy())
        for name, split in sample_data.splits.items()
    }
    return own_subject(
        trained,
        sample_data.classes,
        splits,
        seed=0,
        device=torch.device("cpu"),
        memory_format=torch.channels_last,
    )


@pytest.fixture(scope="module")
def result(whole: Subject) -> CheckResult:
    return OOD.measure(whole, PARAMS)


@every_set
def test_every_set_fits_the_subject_and_is_the_same_twice(outsider: Outsider, whole: Subject) -> None:
    images = outsider.images(whole, 40)

    assert images.shape == (40, 1, 28, 28)
    assert images.dtype == torch.float32
    assert 0 <= float(images.min()) <= float(images.max()) <= 1
    assert torch.equal(images, outsider.images(whole, 40))


def image(name: str, subject: Subject, count: int = 40) -> Tensor:
    return next(outsider for outsider in OUTSIDERS if outsider.name == name).images(subject, count)


def test_noise_blanks_and_shuffles_are_what_they_say(whole: Subject) -> None:
    clean = whole.subset(40).images.float() / 255

    assert float(image("uniform_noise", whole).mean()) == pytest.approx(0.5, abs=0.01)
    assert float(image("gaussian_noise", whole).std()) == pytest.approx(0.24, abs=0.01)
    assert float(image("constant", whole).std(dim=(1, 2, 3)).max()) == 0
    assert len(image("constant", whole).amax(dim=(1, 2, 3)).unique()) == 40
    shuffled = image("shuffled", whole)
    assert torch.equal(shuffled.flatten(1).sort().values, clean.flatten(1).sort().values)
    assert not torch.equal(shuffled, clean)


def test_near_sets_are_changed_test_images(whole: Subject) -> None:
    clean = whole.subset(40).images.float() / 255

    assert torch.equal(image("inverted", whole), 1 - clean)
    assert torch.equal(image("upside_down", whole)[:, :, 0], clean[:, :, 27])
    assert torch.equal(image("rotated_90", whole)[:, :, 27, 3], clean[:, :, 3, 0])


def test_a_smaller_draw_of_noise_is_the_beginning_of_a_larger_one(whole: Subject) -> None:
    assert torch.equal(image("uniform_noise", whole, 40), image("uniform_noise", whole, 700)[:40])


def test_scikit_learn_finds_the_same_numbers(whole: Subject, result: CheckResult) -> None:
    from sklearn.neighbors import NearestNeighbors

    found, images = numbers(result), image("digits", whole, 60)
    logits, clean = whole.answer(images).double(), whole.test.logits.double()
    labels = [1] * len(clean) + [0] * len(images)
    scored = {
        "msp": [x.softmax(dim=1).amax(dim=1) for x in (clean, logits)],
        "max_logit": [x.amax(dim=1) for x in (clean, logits)],
        "energy": [x.exp().sum(dim=1).log() for x in (clean, logits)],
    }
    assert whole.features is not None
    assert whole.validation is not None
    order = torch.randperm(len(whole.validation), generator=whole.generator("ood", "known"))[:80]
    bank, inside, outside = (
        nn.functional.normalize(whole.features(x), dim=1)
        for x in (whole.validation.images[order], whole.subset(80).images, images)
    )
    neighbours = NearestNeighbors(n_neighbors=10).fit(bank)
    near = [-neighbours.kneighbors(x)[0][:, -1] for x in (inside, outside)]

    for score, parts in scored.items():
        assert found[f"digits.{score}.auroc"].value == pytest.approx(roc_auc_score(labels, torch.cat(parts)))
    expected = roc_auc_score([1] * 80 + [0] * 60, torch.tensor([*near[0], *near[1]]))
    assert found["digits.knn.auroc"].value == pytest.approx(expected, abs=1e-3)
    confidence, predicted = logits.softmax(dim=1).max(dim=1)
    assert found["digits.confident_rate"].value == pytest.approx(float((confidence > 0.9).double().mean()))
    assert found["digits.absorbed_rate"].value == int(predicted.bincount().max()) / 60


def test_the_worst_is_that_of_its_group_alone(result: CheckResult) -> None:
    found = numbers(result)

    for group in ("far", "near"):
        names = [outsider.name for outsider in OUTSIDERS if outsider.group == group]
        assert found[f"{group}.msp.auroc"].value == min(found[f"{name}.msp.auroc"].value for name in names)
        assert found[f"{group}.knn.fpr95"].value == max(found[f"{name}.knn.fpr95"].value for name in names)
        interval = found[f"{group}.confident_rate"].interval
        assert interval is not None
        assert interval.family == len(names)


def test_all_is_measured_of_a_whole_subject(result: CheckResult) -> None:
    assert result.absent == {}
    assert len(result.measurements) == (len(OUTSIDERS) + 2) * 10
    assert [row[0] for row in result.tables[0].rows] == [outsider.title for outsider in OUTSIDERS]


def test_the_surest_answers_are_shown(result: CheckResult) -> None:
    (picture,) = result.pictures

    assert Image.open(io.BytesIO(picture.png)).size == (4 * 30 - 2, len(OUTSIDERS) * 30 - 2)
    assert "handwritten digits (" in picture.caption


def test_a_model_that_gives_probabilities_only_has_no_energy(whole: Subject) -> None:
    black_box = dataclasses.replace(whole, has=whole.has - {Need.LOGITS, Need.FEATURES}, network=None, features=None)

    result = OOD.measure(black_box, PARAMS)

    assert {id_.split(".")[2] for id_ in result.absent} == {"max_logit", "energy", "knn"}
    assert "probabilities only" in result.absent["ood.far.energy.auroc"]
    assert "no last map" in result.absent["ood.far.knn.fpr95"]
    assert "ood.far.msp.auroc" not in result.absent


def test_distances_are_measured_to_training_images_where_there_is_no_validation(whole: Subject) -> None:
    result = OOD.measure(dataclasses.replace(whole, validation=None), PARAMS)
    without = OOD.measure(dataclasses.replace(whole, validation=None, train=None), PARAMS)

    assert any("80 training images" in limit for limit in result.limits)
    assert "neither validation nor training" in without.absent["ood.far.knn.auroc"]


class Shades(nn.Module):
    """Answers images of any shape by how bright their parts are."""

    def forward(self, images: Tensor) -> Tensor:
        return nn.functional.adaptive_avg_pool2d(images, 2).mean(dim=1).flatten(1) * 9


def test_sets_that_make_no_sense_for_the_shape_are_absent() -> None:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (50, 3, 20, 24), generator=generator, dtype=torch.uint8).numpy()
    images = Images(pixels, (torch.arange(50) % 4).numpy(), torch.arange(50).numpy())
    subject = own_subject(
        Shades(),
        ("a1", "b2", "c3", "d4"),
        {"test": images},
        seed=0,
        device=torch.device("cpu"),
        memory_format=torch.contiguous_format,
    )

    result = OOD.measure(subject, PARAMS)

    assert {id_.split(".")[1] for id_ in result.absent if ".msp." in id_} == {"digits", "letters", "rotated_90"}
    assert "3 x 20 x 24" in result.absent["ood.digits.msp.auroc"]
    assert len(result.pictures) == 1


@pytest.mark.parametrize(
    ("classes", "name"), [(digits.CLASSES, "digits"), (("0 - zero", "1 - one"), "digits"), (("A", "B"), "letters")]
)
def test_what_the_model_is_for_is_not_foreign_to_it(whole: Subject, classes: tuple[str, ...], name: str) -> None:
    lacks = {o.name: o.lacks(dataclasses.replace(whole, classes=classes)) for o in OUTSIDERS}

    assert [found for found, lack in lacks.items() if lack] == [name]
    assert f"has a class {classes[0]}" in str(lacks[name])
    assert all(outsider.lacks(whole) is None for outsider in OUTSIDERS)


def test_without_test_images_nothing_can_be_compared(whole: Subject) -> None:
    empty = dataclasses.replace(whole, test=whole.test.take(torch.arange(0)))

    with pytest.raises(CheckError, match="no test images"):
        OOD.measure(empty, PARAMS)


def test_identical_distributions_are_told_apart_by_half(
    whole: Subject, monkeypatch: pytest.MonkeyPatch, audited: Callable[[nn.Module], Subject]
) -> None:
    from fmnist_governance.audit.outsiders import tried

    test = audited(whole.network or nn.Identity()).test
    rest = test.images[300:].float() / 255
    same = [dataclasses.replace(outsider, images=lambda _, __: rest) for outsider in OUTSIDERS]
    monkeypatch.setattr(tried, "OUTSIDERS", tuple(same))

    found = numbers(OOD.measure(whole, PARAMS))

    for score in ("msp", "max_logit", "energy", "knn"):
        area, let_in = found[f"far.{score}.auroc"].interval, found[f"far.{score}.fpr95"].interval
        assert area is not None
        assert let_in is not None
        assert area.low < 0.5 < area.high
        assert let_in.low < 0.95 < let_in.high
