from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.attacks.gradient import margin, pgd
from fmnist_governance.audit.attacks.square import draw, share_covered, square

BUDGET = Budget(Norm.LINF, "0.3")
QUERIES = 60


class Corner(nn.Module):
    """Answers 0 unless the upper left is bright; rounding hides that from any gradient."""

    def forward(self, images: Tensor) -> Tensor:
        bright = (images[:, 0, :3, :3].mean(dim=(1, 2)) * 50).round()
        return torch.stack((torch.full_like(bright, 25.5), bright), dim=1)


@pytest.fixture
def images() -> Tensor:
    return torch.rand(40, 1, 12, 12, generator=torch.Generator().manual_seed(1)) * 0.5 + 0.1


@pytest.fixture
def drawn() -> Tensor:
    return draw(QUERIES, 12, 1, 40, torch.Generator().manual_seed(2))


def test_it_finds_without_gradients_what_gradients_do_not_show(images: Tensor, drawn: Tensor) -> None:
    labels, noise = torch.zeros(40, dtype=torch.int64), drawn[:, :144].view(40, 1, 12, 12) * 2 - 1
    blind = pgd(Corner(), images, labels, noise, BUDGET, loss=margin, steps=20)

    found = square(Corner(), images, labels, drawn, BUDGET, queries=QUERIES)

    assert int(found.broken.sum()) > int(blind.broken.sum()) + 10
    assert torch.equal(Corner()(found.found).argmax(dim=1) == 1, found.broken)
    assert float((found.found - images).abs().max()) <= BUDGET.radius + 1e-6
    assert 0 <= float(found.found.min()) <= float(found.found.max()) <= 1


def test_each_image_gets_its_own_result_in_any_company(images: Tensor, drawn: Tensor) -> None:
    labels, some = torch.zeros(40, dtype=torch.int64), torch.tensor([31, 2, 17])

    together = square(Corner(), images, labels, drawn, BUDGET, queries=QUERIES)
    apart = square(Corner(), images[some], labels[some], drawn[some], BUDGET, queries=QUERIES)

    assert torch.equal(apart.found, together.found[some])


def test_what_cannot_be_broken_costs_every_query(images: Tensor, drawn: Tensor) -> None:
    class Blind(nn.Module):
        def forward(self, images: Tensor) -> Tensor:
            return torch.tensor([[1.0, 0.0]]).repeat(len(images), 1)

    found = square(Blind(), images, torch.zeros(40, dtype=torch.int64), drawn, BUDGET, queries=QUERIES)

    assert not found.broken.any()
    assert found.passes == 40 * (QUERIES + 1)


def test_squares_shrink_as_published() -> None:
    published = [0.8, 0.4, 0.2, 0.1, 0.05, 0.025, 0.0125]

    assert [share_covered(query, 10_000) for query in (0, 11, 51, 201, 501, 1001, 2001)] == pytest.approx(published)
    assert share_covered(2, 1000) == 0.4
