from __future__ import annotations

import pytest

from fmnist_governance.evidence.wording import is_placeholder, is_reason, praise


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
             "A safety component.",
             "A version has to show an accuracy above 90 %.", "Satisfied users wrote to us."],
)  # fmt: skip
def test_words_that_name_a_subject_are_not(text: str) -> None:
    assert praise(text) == ()


@pytest.mark.parametrize(
    "text", ["TODO", "TO DO", "T.B.D.", "t b d", "TÖDO", "\uff34\uff2f\uff24\uff2f", "T\u200bO\u200bD\u200bO",
             "n/a", "x", "...",
             "Firstname Lastname", "It will be described later.", "See above.", "to be filled in by legal", "pending",
             "John Doe, Acme", "info@example.com", "Not yet written.", "Describe the cleaning here.", "<your name>",
             "Your name here", "The provider address here", "Zu ergänzen", "À compléter.", "待定", "Work in progress",
             "null", "${PROVIDER}", "The provider is [insert name].", "Dolor sit amet, consectetur", "Draft text"],
)  # fmt: skip
def test_what_states_nothing_is_a_placeholder(text: str) -> None:
    assert is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["None.", "A to-do list is not kept by the system.", "Pending cases are sorted by a person.",
             "It is described in the annex.", "See the report of 2026-11-01.", "Plan B", "Größe der Bilder: 28 x 28",
             "The task is easier here.", "The project has few images to offer here"],
)  # fmt: skip
def test_what_states_something_is_not(text: str) -> None:
    assert not is_placeholder(text)


@pytest.mark.parametrize(
    "text", ["It conforms to the AI Act.", "It is compliant with the law.", "It meets Article 15 in every respect.",
             "It fulfils all requirements.", "It cannot be fooled.", "CE marked.", "It is unbiased.",
             "It is 99.9 % accurate.", "Its accuracy is 99.9 %.",
             "Conformity with Article 15 is ensured.", "It satisfies the AI Act.", "Accuracy exceeds 99 percent.",
             "It reaches 99.9% on the test set.", "It attains 99 percent.",
             "It is state\u2011of\u2011the\u2011art.", "It is ro\u200bbust.", "It is AI Act compliant."],
)  # fmt: skip
def test_what_only_evidence_could_say_is_found(text: str) -> None:
    assert praise(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("No.", False), ("none", False), ("N/A", False), ("Not applicable.", False), ("TODO later", False),
     ("It is software.", True), ("No GUI.", True)],
)  # fmt: skip
def test_a_reason_says_more_than_no(text: str, expected: bool) -> None:  # noqa: FBT001 - a table of cases
    assert is_reason(text) is expected
