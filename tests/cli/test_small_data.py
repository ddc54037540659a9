from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from desk import Answer, Desk, Program

from fmnist_governance.data import sample


def said(answer: Answer) -> dict[str, Any]:
    assert answer.code == 0, answer.err
    found: dict[str, Any] = json.loads(answer.out)
    return found


@pytest.mark.parametrize("kept", [(3, 20), (2, 3)])
def test_a_few_images_of_a_few_classes_are_audited_and_shown_in_every_document(
    desk: Desk, fmnist_audit: Program, tmp_path: Path, kept: tuple[int, int]
) -> None:
    assert desk.folder.is_dir()
    data_set = sample.load()
    arrays: dict[str, np.ndarray] = {"classes": np.array(data_set.classes[: kept[0]])}
    for name, each in (("train", 40), ("test", kept[1])):
        split = data_set.splits[name]
        rows = np.concatenate([np.flatnonzero(split.labels == label)[:each] for label in range(kept[0])])
        arrays |= {f"x_{name}": split.images[rows, 0], f"y_{name}": split.labels[rows]}
    np.savez(tmp_path / "few.npz", **arrays)  # type: ignore[arg-type]  # its stubs take the arrays for options
    data = ("--dataset", f"npz:{tmp_path / 'few.npz'}", "--device", "cpu", "--json")
    made = said(fmnist_audit("train", *data, "--recipe", "tiny.yaml", "--name", "few"))

    run = said(fmnist_audit("audit", made["model"], *data, "--suite", "quick"))

    assert {check["status"] for check in run["record"]["checks"]} <= {"measured", "not_run"}
    assert said(fmnist_audit("generate-card", run["run"], "--output", tmp_path / "out", "--json"))["files"]
    assert (tmp_path / "out" / "report.html").is_file()
