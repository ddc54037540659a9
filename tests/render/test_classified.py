from __future__ import annotations

import pytest

from fmnist_governance.render.classified import cited


@pytest.mark.parametrize(
    ("articles", "text"),
    [
        (("6(1)",), "Article 6(1)"),
        (("6(1)", "6(2)"), "Articles 6(1), 6(2)"),
        (("8 to 15",), "Articles 8 to 15"),
        (("11, 18",), "Articles 11, 18"),
        (("47", "Annex V"), "Article 47, Annex V"),
        (("Annex V",), "Annex V"),
    ],
)
def test_one_article_is_one_and_several_are_several(articles: tuple[str, ...], text: str) -> None:
    assert cited(articles) == text
