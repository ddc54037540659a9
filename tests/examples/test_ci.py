"""The pipeline's files are parsed, and their own shell steps are run on a real bundle."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from bundled import bundle

ROOT = Path(__file__).parents[2]


def parsed(*parts: str) -> dict[str, Any]:
    found = yaml.safe_load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    (tmp_path / "policy.yaml").write_text(
        "name: demo\ntitle: A policy\nclauses:\n"
        "  - {id: accuracy, title: A title, because: A reason, kind: at_least, measurement: performance.accuracy, "
        "floor: 0.9}\n"
    )
    (tmp_path / "passing.zip").write_bytes(bundle("1" * 9_500 + "0" * 500))
    (tmp_path / "refused.zip").write_bytes(bundle("1" * 8_000 + "0" * 2_000))
    (tmp_path / "no bundle.zip").write_bytes(b"PK")
    return tmp_path


def shell(script: str, workplace: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    bash = shutil.which("bash")
    assert bash
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [bash, "-e", "-c", script], cwd=workplace, env={**os.environ, "PATH": path, **variables}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def judged(workplace: Path, run: str, **variables: str) -> subprocess.CompletedProcess[str]:
    steps = {step.get("id"): step for step in parsed("action.yml")["runs"]["steps"]}
    given = {"RUN": run, "POLICY": "policy.yaml", "BASELINE": "", "CONFIG": "", "OUTPUT": "verdict", "TRACKING": ""}
    files = {"GITHUB_OUTPUT": "output.txt", "GITHUB_STEP_SUMMARY": "summary.md"}
    return shell(steps["gate"]["run"], workplace, **given, **files, **variables)


@pytest.mark.parametrize(
    ("run", "code", "verdict"),
    [("passing.zip", 0, "passed"), ("refused.zip", 1, "refused"), ("no bundle.zip", 2, "none")],
)
def test_the_action_exits_as_the_gate_does(run: str, code: int, verdict: str, workplace: Path) -> None:
    done = judged(workplace, run)

    assert done.returncode == code, done.stderr
    assert (workplace / "output.txt").read_text() == f"verdict={verdict}\n"
    assert (workplace / "summary.md").exists() is (code != 2)


def test_the_action_marks_the_line_of_the_policy(workplace: Path) -> None:
    done = judged(workplace, "refused.zip")

    assert "::error file=policy.yaml,line=4,title=accuracy refuses%3A failed::performance.accuracy is 80.00 %25" in (
        done.stdout
    )
    assert (workplace / "summary.md").read_text().startswith("## REFUSED by policy demo")


def test_a_hostile_name_stays_a_name(workplace: Path) -> None:
    done = judged(workplace, '--help"; touch pwned; $(touch pwned) `touch pwned`')

    assert done.returncode == 2
    assert not (workplace / "pwned").exists()


def test_no_script_of_the_action_holds_an_expression() -> None:
    for step in parsed("action.yml")["runs"]["steps"]:
        assert "${{" not in step["run"]


def test_the_action_gives_every_variable_that_its_script_reads() -> None:
    step = parsed("action.yml")["runs"]["steps"][1]

    read = set(re.findall(r"\$([A-Z_]+)", step["run"]))
    assert read - {"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} == set(step["env"])
    inputs = set(re.findall(r"inputs\.([a-z-]+)", str(parsed("action.yml"))))
    assert inputs == set(parsed("action.yml")["inputs"])


def test_what_is_installed_is_source_at_hand_and_no_name_of_an_index() -> None:
    action, job = parsed("action.yml"), parsed("examples", "ci", "gitlab.yml")["model-gate"]

    (install,) = [step for step in action["runs"]["steps"] if step["name"] == "Install"]
    assert action["inputs"]["install"]["default"] == ""
    assert install["env"] == {"WANTED": "${{ inputs.install || github.action_path }}"}
    assert install["run"].endswith('pip install --quiet "$WANTED"')
    assert job["variables"]["SOURCE"] == "."
    assert job["before_script"] == ['python -m pip install --quiet "$SOURCE"']
    assert (ROOT / "pyproject.toml").is_file()


def test_the_workflow_gives_inputs_that_the_action_has() -> None:
    steps = parsed("examples", "ci", "github.yml")["jobs"]["gate"]["steps"]

    (used,) = [step for step in steps if step.get("uses") == "./"]
    assert set(used["with"]) <= set(parsed("action.yml")["inputs"])
    assert (ROOT / used["with"]["policy"]).is_file()


@pytest.mark.parametrize(("run", "code"), [("passing.zip", 0), ("refused.zip", 1)])
def test_the_steps_for_gitlab_write_the_reports_that_it_collects(run: str, code: int, workplace: Path) -> None:
    job = parsed("examples", "ci", "gitlab.yml")["model-gate"]

    done = shell("\n".join(job["script"]), workplace, BUNDLE=run, POLICY="policy.yaml")

    assert done.returncode == code, done.stderr
    assert all((workplace / report).is_file() for report in job["artifacts"]["reports"].values())


def test_the_hooks_look_at_the_shipped_files_and_pass() -> None:
    files = [path.relative_to(ROOT).as_posix() for path in (ROOT / "configs").rglob("*.yaml")]

    for hook in parsed("examples", "ci", "pre-commit.yaml")["repos"][0]["hooks"]:
        chosen = [file for file in files if re.search(hook["files"], file)]
        given = chosen if hook.get("pass_filenames", True) else []
        done = shell(f"{hook['entry']} {' '.join(given)}", ROOT)

        assert chosen
        assert done.returncode == 0, done.stderr


def test_the_hook_refuses_a_policy_that_cannot_be_used(workplace: Path) -> None:
    hook = parsed("examples", "ci", "pre-commit.yaml")["repos"][0]["hooks"][0]
    (workplace / "configs" / "policies").mkdir(parents=True, exist_ok=True)
    (workplace / "configs" / "policies" / "policy.yml").write_text("name: demo\n")

    done = shell(hook["entry"], workplace)

    assert done.returncode == 2
    assert "policy.yml:1: " in done.stderr


def test_the_hook_refuses_a_placeholder_and_lets_a_gap_be(workplace: Path) -> None:
    hook = parsed("examples", "ci", "pre-commit.yaml")["repos"][0]["hooks"][2]
    file = workplace / "configs" / "system.yaml"
    file.parent.mkdir(exist_ok=True)

    codes = []
    shipped = (ROOT / "configs" / "system.yaml").read_text(encoding="utf-8")  # It lacks statements, and nothing else.
    for text in (shipped, "models: [m]\noverview: TODO\n", "models: m\n"):
        file.write_text(text)
        codes.append(shell(hook["entry"], workplace).returncode)

    assert codes == [0, 1, 2]
