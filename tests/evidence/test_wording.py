from __future__ import annotations

import pytest

from fmnist_governance.evidence.wording import praise


@pytest.mark.parametrize(
    ("text", "words"),
    [("A State-of-the-Art model.", ("state-of-the-art",)), ("It is safe.", ("is safe",)),
     ("It is robust and fully compliant.", ("robust", "fully compliant")),
     ("Certified, robust, ROBUST.", ("certified", "robust")),
     ("It shows strong\n performance.", ("strong performance",))],
)  # fmt: skip
def test_words_that_judge_quality_are_found(text: str, words: tuple[str, ...]) -> None:
    assert praise(text) == words


@pytest.mark.parametrize(
    "text", ["Robustness was measured.", "Perfection is not claimed.", "Uncertified use is refused.", "None.",
             "A safety component."],
)  # fmt: skip
def test_words_that_name_a_subject_are_not(text: str) -> None:
    assert praise(text) == ()
