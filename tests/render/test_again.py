from __future__ import annotations

import pytest
from reports import make_record, make_report

from fmnist_governance.render.again import command

FED = """
subject:
  uri: models:/theirs/1
  fed:
    input_scale: {{mean: {mean}, spread: {spread}}}
    class_names: {names}
    layer: {layer}
"""


def again(kind: str, data: str = "fashion-mnist", mean: float = 0.0, spread: float = 1.0, **fed: str) -> str:
    record = make_record()
    subject = record.subject.model_copy(update={"uri": "models:/theirs/1", "kind": kind})
    record = record.model_copy(update={"subject": subject, "dataset": record.dataset.model_copy(update={"name": data})})
    told = FED.format(mean=mean, spread=spread, names=fed.get("names", "null"), layer=fed.get("layer", "null"))
    return command(make_report(record, files={"inputs/audit.yaml": told.encode()})).partition(" --suite ")[2]


def test_a_model_of_the_product_needs_no_trust() -> None:
    assert "--trust-model-code" not in again("own")


@pytest.mark.parametrize(
    ("fed", "options"),
    [
        ({}, "--trust-model-code"),
        ({"spread": 1 / 255}, "--trust-model-code --input-scale 0-255"),
        ({"mean": 0.286, "spread": 0.353}, "--trust-model-code --input-scale standardised:0.286,0.353"),
        ({"layer": "blocks.2"}, "--trust-model-code --layer blocks.2"),
        ({"names": "[a, b c]"}, "--trust-model-code --class-names 'a,b c'"),
    ],
)
def test_a_model_of_others_is_told_again_how_it_is_fed(fed: dict[str, str], options: str) -> None:
    assert again("torch", **fed).endswith(options)  # type: ignore[arg-type]  # numbers among them


def test_data_of_the_user_are_named_by_their_file() -> None:
    record = make_record()
    mine = record.model_copy(update={"dataset": record.dataset.model_copy(update={"name": "npz-mine"})})

    assert "--dataset npz:mine.npz" in command(make_report(mine))
