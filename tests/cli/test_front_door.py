"""What a user types, on a small model that was trained on real images."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import mlflow
import numpy as np
import pytest
from desk import Answer, Desk, Program
from PIL import Image

from fmnist_governance.data import catalog

SECTIONS = (
    "Model details",
    "Overview",
    "Intended use",
    "Inputs and outputs",
    "Ethical considerations",
    "Performance and limitations",
    "Deployment with MLflow",
    "EU AI Act",
    "Versioning and updates",
    "Contact and support",
)
MODEL = "models:/FashionMNIST_PyTorch/1"
CHEAP = ("--sample", "--suite", "small.yaml", "--device", "cpu")


def said(answer: Answer) -> Any:  # noqa: ANN401 - whatever the JSON holds
    assert answer.err == ""
    return json.loads(answer.out)


def artifacts(run_id: str) -> Path:
    return Path(str(mlflow.get_run(run_id).info.artifact_uri).removeprefix("file://"))


def audited(fmnist_audit: Program) -> tuple[str, Path]:
    """Audit once more, so that a test may spoil the run."""
    run = str(said(fmnist_audit("audit", MODEL, *CHEAP, "--json"))["run"])
    return run, artifacts(run)


def test_a_run_goes_from_an_empty_folder_to_a_verdict(desk: Desk) -> None:
    assert desk.first.code == 1
    assert "REFUSED by policy" in desk.first.out
    assert "mlflow ui --backend-store-uri sqlite:///mlflow.db" in " ".join(desk.first.out.split())
    assert max(map(len, desk.first.out.splitlines())) <= 80
    assert desk.first.err == ""


def test_the_card_has_every_section_and_the_digits_of_the_predictions(desk: Desk, fmnist_audit: Program) -> None:
    card = (desk.folder / "out" / "model_card.md").read_text(encoding="utf-8")
    run = said(fmnist_audit("gate", "--json"))["run"]
    rows = (artifacts(run) / "evidence/predictions/test.csv").read_text(encoding="utf-8").splitlines()[1:]
    right = sum(row.split(",")[2] == row.split(",")[3] for row in rows)

    assert not [section for section in SECTIONS if section not in card]
    assert len(rows) == 1000
    assert f"{100 * right / len(rows):.2f} %" in card


def test_pictures_that_the_card_refers_to_lie_beside_it(desk: Desk) -> None:
    import re

    card = (desk.folder / "out" / "model_card.md").read_text(encoding="utf-8")
    named = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", card)

    assert named
    assert not [path for path in named if not (desk.folder / "out" / path).is_file()]


def test_the_same_run_gives_the_same_bytes(desk: Desk, fmnist_audit: Program, tmp_path: Path) -> None:
    assert desk.folder.is_dir()
    for folder in ("one", "two"):
        assert fmnist_audit("generate-card", "--output", tmp_path / folder, "--quiet").code == 0

    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


def test_one_page_alone_leads_to_no_other_and_the_run_keeps_its_own(
    desk: Desk, fmnist_audit: Program, tmp_path: Path
) -> None:
    done = fmnist_audit("generate-card", "--document", "report", "--format", "html", "--output", tmp_path)

    assert (done.code, done.err) == (0, "")
    assert 'href="model_card.html"' not in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'href="model_card.html"' in (desk.folder / "out" / "report.html").read_text(encoding="utf-8")


def test_other_bytes_are_not_overwritten_without_force(desk: Desk, fmnist_audit: Program, tmp_path: Path) -> None:
    assert desk.folder.is_dir()
    (tmp_path / "model_card.md").write_text("mine")

    refused = fmnist_audit("generate-card", "--format", "md", "--output", tmp_path)
    forced = fmnist_audit("generate-card", "--format", "md", "--output", tmp_path, "--force")

    assert (refused.code, forced.code) == (2, 0)
    assert "model_card.md: there already, with other contents; --force overwrites" in refused.err
    assert (tmp_path / "model_card.md").read_text(encoding="utf-8") != "mine"


def test_what_would_stop_a_run_at_its_end_stops_it_before_the_training(
    desk: Desk, fmnist_audit: Program, tmp_path: Path
) -> None:
    (tmp_path / "model_card.md").write_text("mine")
    before = len(mlflow.search_runs(search_all_experiments=True))
    run = ("run", "--sample", "--recipe", "tiny.yaml", "--suite", "small.yaml", "--output")

    taken, closed = fmnist_audit(*run, tmp_path), fmnist_audit(*run, "/proc/nowhere")
    named = [fmnist_audit("train", "--sample", "--recipe", "tiny.yaml", "--name", name) for name in ("a/b:c", "")]

    assert [answer.code for answer in (taken, closed, *named)] == [2, 2, 2, 2]
    assert "model_card.md: there already, with other contents; --force overwrites" in taken.err
    assert "/proc/nowhere: cannot be written" in closed.err
    assert "name of the model, 'a/b:c': Invalid model name" in named[0].err
    assert "name of the model, ''" in named[1].err
    assert len(mlflow.search_runs(search_all_experiments=True)) == before
    assert not list((desk.folder / "cache").rglob("checkpoint.*"))


def test_one_document_can_be_printed(desk: Desk, fmnist_audit: Program) -> None:
    assert desk.folder.is_dir()
    printed = fmnist_audit("generate-card", "--document", "model_card", "--format", "json", "--output", "-")

    assert json.loads(printed.out)["document"] == "model_card"


def test_two_audits_differ_in_their_times_only(desk: Desk, fmnist_audit: Program) -> None:
    assert desk.folder.is_dir()
    records = [said(fmnist_audit("audit", MODEL, *CHEAP, "--json"))["record"] for _ in range(2)]
    for record in records:
        del record["audit"]["started"], record["audit"]["seconds"]
        for check in record["checks"]:
            del check["cost"]

    assert records[0] == records[1]
    assert records[0]["training"]["recipe"] == "tiny"
    assert records[0]["audit"]["suite"]["name"] == "custom"


def test_a_policy_that_is_met_gives_0_and_one_that_is_not_gives_1(
    desk: Desk, fmnist_audit: Program, tmp_path: Path
) -> None:
    text = (
        "name: p\ntitle: A policy\nclauses:\n  - id: accuracy\n    kind: at_least\n    title: Right enough\n"
        "    because: It has to be.\n    measurement: performance.accuracy\n    floor: "
    )
    (tmp_path / "low.yaml").write_text(text + "0.2\n")
    (tmp_path / "high.yaml").write_text(text + "0.99\n")

    low, high = (fmnist_audit("gate", "latest", "--policy", tmp_path / f"{name}.yaml") for name in ("low", "high"))

    assert (low.code, high.code) == (0, 1)
    assert "PASSED by policy p" in low.out
    assert "the floor is 99.00 %" in high.out
    assert desk.folder.is_dir()


def test_a_bundle_gives_the_verdict_of_its_run_and_needs_no_store(
    desk: Desk, fmnist_audit: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def findings(answer: Answer) -> Any:  # noqa: ANN401 - as above
        return [(f["clause"], f["outcome"], f["message"]) for f in json.loads(answer.out)["verdict"]["findings"]]

    assert fmnist_audit("export", "--output", tmp_path / "run.zip").code == 0
    in_store = fmnist_audit("gate", "--json")
    monkeypatch.chdir(tmp_path)
    from_bundle = fmnist_audit("gate", tmp_path / "run.zip", "--json")

    assert desk.folder.is_dir()
    assert findings(in_store) == findings(from_bundle)
    assert not (tmp_path / "mlflow.db").exists()
    assert fmnist_audit("generate-card", tmp_path / "run.zip", "--output", tmp_path / "cards").code == 0


def test_a_gate_needs_no_tensor_library_and_on_a_bundle_no_mlflow(
    desk: Desk, fmnist_audit: Program, tmp_path: Path
) -> None:
    assert fmnist_audit("export", "--output", tmp_path / "run.zip").code == 0
    code = (
        "import sys, atexit\n"
        "heavy = ('torch', 'torchvision', 'sklearn', 'scipy', 'captum', 'matplotlib', 'pandas', 'numpy', 'mlflow')\n"
        "atexit.register(lambda: print([m for m in heavy if m in sys.modules], file=sys.stderr))\n"
        "from fmnist_governance.cli.main import main; main()"
    )

    imported = []
    for run in (str(tmp_path / "run.zip"), "latest"):
        command = [sys.executable, "-c", code, "gate", run, "--quiet"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=desk.folder)
        assert done.returncode == 1
        imported.append(done.stderr.strip().splitlines()[-1])

    assert imported[0] == "[]"
    assert "torch" not in imported[1]


def test_a_verdict_is_written_in_every_format(desk: Desk, fmnist_audit: Program, tmp_path: Path) -> None:
    formats = "text,json,markdown,junit,sarif,github,gitlab,in-toto"
    answer = fmnist_audit("gate", "--format", formats, "--output", tmp_path)
    printed = fmnist_audit("gate", "--format", "sarif")

    assert answer.code == 1
    assert len(list(tmp_path.iterdir())) == 8
    assert json.loads(printed.out)["version"] == "2.1.0"
    assert fmnist_audit("gate", "--format", "sarif,junit").code == 2
    assert desk.folder.is_dir()


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("path", ["evidence/record.json", "evidence/predictions/test.csv", "inputs/audit.yaml"])
def test_one_changed_byte_stops_the_gate_and_the_card(desk: Desk, fmnist_audit: Program, path: str) -> None:
    run, folder = audited(fmnist_audit)
    _flip(folder / path)

    for command in ("gate", "generate-card"):
        answer = fmnist_audit(command, run)
        assert answer.code == 2
        assert f"run {run}: {path}: changed since it was sealed" in answer.err
    mlflow.delete_run(run)
    assert desk.folder.is_dir()


def test_a_metric_logged_afterwards_stops_the_gate(desk: Desk, fmnist_audit: Program) -> None:
    run, _ = audited(fmnist_audit)
    mlflow.MlflowClient().log_metric(run, "performance.accuracy", 0.999, step=99)

    answer = fmnist_audit("gate", run)

    assert answer.code == 2
    assert f"run {run}: metric performance.accuracy: is 0.999; the record says" in answer.err
    mlflow.delete_run(run)
    assert desk.folder.is_dir()


def test_an_unfinished_run_stops_the_gate(desk: Desk, fmnist_audit: Program) -> None:
    run, _ = audited(fmnist_audit)
    with sqlite3.connect(desk.folder / "mlflow.db") as database:
        database.execute("update runs set status = 'RUNNING' where run_uuid = ?", (run,))

    answer = fmnist_audit("gate", run)

    assert answer.code == 2
    assert f"run {run}: is RUNNING, not FINISHED" in answer.err
    mlflow.delete_run(run)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("audit", "models:/Nothing/1", *CHEAP), "model models:/Nothing/1: "),
        (("audit", "models:/FashionMNIST_PyTorch/9", *CHEAP), "model models:/FashionMNIST_PyTorch/9: "),
        (("audit", "a.pth", *CHEAP), "model 'a.pth': expected models:/NAME/VERSION"),
        (("audit", MODEL, "--dataset", "digits", "--suite", "small.yaml"), "audit it on the data that it was made for"),
        (("audit", MODEL, "--sample", "--suite", "smal"), "suite 'smal' is not known"),
        (("gate", "0" * 32), f"run {'0' * 32}: "),
        (("gate", "no/run"), "run 'no/run': expected a run id, `latest`, a model"),
        (("gate", ""), "RUN is empty; expected a run id, `latest`, a model"),
        (("gate", "--tracking-uri", "http://localhost:1"), "MLflow store http://localhost:1: "),
        (("gate", "nosuch"), "run nosuch: this store holds no such run; expected a run id, `latest`, a model"),
        (("audit", "models:/m/1", "--seed", str(2**70)), "--seed"),
        (("gate", "--policy", "nothing.yaml"), "nothing.yaml"),
        (("gate", "--experiment", "empty"), "experiment 'empty' holds no finished audit"),
        (("gate", "--tracking-uri", "sqlite:////nowhere/at/all.db"), "there is no folder /nowhere/at"),
        (("train", "--sample", "--recipe", "quik"), "recipe 'quik' is not known"),
        (("train", "--dataset", "npz:nothing.npz"), "nothing.npz: no such file"),
        (("train", "--sample", "--init-from", "models:/Nothing/1"), "model models:/Nothing/1: "),
        (("generate-card", "--format", "docx"), "--format: docx: there are html"),
        (("predict", MODEL, "missing.png"), "missing.png: cannot be read as an image"),
        (("predict", MODEL, "--find", "missing.png"), "--find needs the --log to search"),
    ],
)
def test_a_mistake_gives_a_line_that_says_what_and_where(
    desk: Desk, fmnist_audit: Program, arguments: tuple[str, ...], line: str
) -> None:
    answer = fmnist_audit(*arguments)

    assert answer.code == 2
    assert line in answer.err
    assert "Traceback" not in answer.err
    assert answer.out == ""
    assert desk.folder.is_dir()


@pytest.mark.parametrize(
    "arguments",
    [
        ("gate",),
        ("generate-card",),
        ("compare", "latest", "latest"),
        ("export", "latest"),
        ("audit", MODEL),
        ("predict", MODEL, "x.png"),
        ("promote", MODEL, "--alias", "champion", "--by", "A. Person", "--because", "It is better"),
    ],
)
def test_a_folder_without_a_store_stays_without_one(
    fmnist_audit: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    Image.new("L", (28, 28)).save("x.png")

    answer = fmnist_audit(*arguments)

    assert answer.code == 2
    assert f"MLflow store sqlite:///mlflow.db: there is no {tmp_path / 'mlflow.db'}; go where it was made" in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["x.png"]


def test_answers_are_logged_and_found_again_by_the_image(desk: Desk, fmnist_audit: Program, tmp_path: Path) -> None:
    images = catalog.load("fashion-mnist", sample=True).splits["test"].images[:2, 0]
    for index, pixels in enumerate(images):
        Image.fromarray(pixels).save(tmp_path / f"{index}.png")
    np.save(tmp_path / "both.npy", images.astype(np.float64) / 255)
    log = tmp_path / "log.jsonl"

    one = said(fmnist_audit("predict", MODEL, tmp_path / "0.png", "--log", log, "--json"))
    both = said(fmnist_audit("predict", MODEL, tmp_path / "both.npy", "--log", log, "--json"))
    found = said(fmnist_audit("predict", MODEL, "--log", log, "--find", tmp_path / "0.png", "--json"))
    Image.fromarray(images[0][::-1].copy()).save(tmp_path / "other.png")
    absent = fmnist_audit("predict", MODEL, "--log", log, "--find", tmp_path / "other.png")

    assert [len(part["answers"]) for part in (*one, *both)] == [1, 2]
    assert [entry["predicted_class"] for entry in found] == [one[0]["answers"][0]["predicted_class"]] * 2
    assert len(log.read_text(encoding="utf-8").splitlines()) == 3
    assert absent.code == 1
    assert desk.folder.is_dir()


def test_a_model_starts_from_an_earlier_one_of_other_classes(desk: Desk, fmnist_audit: Program) -> None:
    arguments = (
        "train",
        "--dataset",
        "digits",
        "--recipe",
        "tiny.yaml",
        "--device",
        "cpu",
        "--name",
        "Digits",
        "--json",
    )
    parent = fmnist_audit(*arguments)
    child = fmnist_audit(
        "train", "--sample", "--recipe", "tiny.yaml", "--device", "cpu", "--init-from", "models:/Digits/1",
        "--name", "Child", "--json",
    )  # fmt: skip

    assert said(parent)["model"] == "models:/Digits/1"
    assert len(said(child)["tensors_taken"]) > 3
    assert desk.folder.is_dir()


def test_the_same_training_gives_the_same_weights(desk: Desk, fmnist_audit: Program) -> None:
    arguments = ("train", "--sample", "--recipe", "tiny.yaml", "--device", "cpu", "--name", "Again", "--json")

    digests = [said(fmnist_audit(*arguments))["weights"] for _ in range(2)]

    assert digests[0] == digests[1]
    assert desk.folder.is_dir()


def test_the_model_answers_a_tensor_where_the_package_cannot_be_imported(desk: Desk) -> None:
    code = (
        "import sys\n"
        "class No:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'fmnist_governance':\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, No())\n"
        "import mlflow, torch\n"
        "mlflow.set_tracking_uri('sqlite:///mlflow.db')\n"
        f"answer = mlflow.pyfunc.load_model('{MODEL}').predict(torch.rand(1, 1, 28, 28))\n"
        "print(sorted(answer), len(answer['class_probabilities']), sum(answer['class_probabilities'].values()))\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=desk.folder)

    keys, classes, total = done.stdout.strip().rsplit(" ", 2)
    assert keys == "['class_probabilities', 'predicted_class']"
    assert classes == "10"
    assert float(total) == pytest.approx(1)
