"""What a model that others made answers, brought into one form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fmnist_governance.errors import ModelError

FORMS = "one dict an image (predicted_class, class_probabilities), or a row an image with a number for each class"
_SAID, _PROBABILITIES = "predicted_class", "class_probabilities"
_ROWS = 2


@dataclass(frozen=True, slots=True)
class Given:
    """A row an image, and the names that came with it."""

    rows: Tensor
    """(N, K) float64: probabilities or logits, in the model's own order of classes."""
    names: tuple[str, ...] | None = None
    """The classes in that order; None where the model names none."""
    said: tuple[str, ...] | None = None
    """The class that it names for each image; None where it names none."""


def given(answer: object, count: int) -> Given:
    """Read what a model answered to some images.

    Args:
        answer: As in `FORMS`: dicts, an array, a tensor, a DataFrame, or lists of numbers.
        count: How many images it was asked about.

    Raises:
        ModelError: It is none of these, or a number of rows that does not fit.
    """
    if _is_table(answer):
        return _of_table(answer, count)
    listed = [answer] if isinstance(answer, Mapping) else answer
    if isinstance(listed, Sequence) and listed and isinstance(listed[0], Mapping):
        return _of_dicts(listed, count)
    return Given(_matrix(answer, count))


def _is_table(answer: object) -> bool:
    return hasattr(answer, "columns") and hasattr(answer, "to_dict")


def _of_table(table: Any, count: int) -> Given:  # noqa: ANN401 - a DataFrame, whichever library made it
    names = tuple(str(column) for column in table.columns)
    if {_SAID, _PROBABILITIES} <= set(names):
        return _of_dicts(table.to_dict("records"), count)
    return Given(_matrix(table.to_numpy(), count), names)


def _of_dicts(answers: Sequence[Any], count: int) -> Given:
    if len(answers) != count:
        msg = f"it gave {len(answers)} answers to {count} images"
        raise ModelError(msg)
    try:
        names = tuple(str(name) for name in answers[0][_PROBABILITIES])
        values = [[float(answer[_PROBABILITIES][name]) for name in names] for answer in answers]
        said = tuple(str(answer[_SAID]) for answer in answers)
    except (KeyError, TypeError, ValueError) as err:
        msg = f"it gave dicts without {_SAID} and {_PROBABILITIES} of the same classes; expected {FORMS}"
        raise ModelError(msg) from err
    return Given(torch.tensor(values, dtype=torch.float64).view(count, len(names)), names, said)


def _matrix(answer: object, count: int) -> Tensor:
    try:
        values = np.asarray(answer.detach().cpu() if isinstance(answer, Tensor) else answer, dtype=np.float64)
    except (TypeError, ValueError) as err:
        msg = f"it gave {type(answer).__name__}, not numbers; expected {FORMS}"
        raise ModelError(msg) from err
    if values.shape == (count,):
        msg = f"it gave one value an image: a label, not how likely each class is; expected {FORMS}"
        raise ModelError(msg)
    if values.ndim != _ROWS or len(values) != count:
        msg = f"it gave shape {values.shape} for {count} images; expected {FORMS}"
        raise ModelError(msg)
    return torch.from_numpy(values.copy())


def places(names: Sequence[str], classes: Sequence[str]) -> list[int]:
    """Return where each class of the data stands among a model's own.

    Args:
        names: The model's classes, in the order of its outputs.
        classes: Those of the data.

    Raises:
        ModelError: They are not the same classes.
    """
    if len(set(names)) != len(names) or set(names) != set(classes):
        msg = (
            f"its classes are {', '.join(names)}; those of the data are {', '.join(classes)}: audit it on the data that"
            " it was made for (--dataset), or say what its outputs mean (--class-names)"
        )
        raise ModelError(msg)
    return [list(names).index(name) for name in classes]
