"""What a page calls the checks: a plain title beside the name that suites and measurements use."""

from __future__ import annotations

from collections.abc import Mapping

TITLES: Mapping[str, str] = {
    "performance": "Accuracy",
    "confusion": "Mix-ups",
    "calibration": "Confidence",
    "selective": "Answers held back",
    "conformal": "Sets of answers",
    "corruption": "Disturbed images",
    "invariance": "Changes that should not matter",
    "adversarial": "Attacks",
    "explanation": "Where it looks",
    "slices": "Groups of images",
    "data_quality": "The images themselves",
    "integrity": "Identity of the model",
    "efficiency": "Cost of an answer",
    "ood": "Images of something else",
    "drift": "Notice of a change",
    "privacy": "Traces of the training images",
}


def title(check: str) -> str:
    """Return the title of a check; of one that is not in the table, its name as words."""
    return TITLES.get(check, check.replace("_", " ").capitalize())
