"""What `--json` prints is what the documentation says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from desk import Program

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
CALLS = {
    "gate": ["gate", "latest"],
    "generate-card": ["generate-card", "latest", "--output", "cards", "--force"],
    "compare": ["compare", "latest", "latest"],
    "export": ["export", "latest", "--output", "told.zip", "--force"],
    "verify": ["verify", "told.zip"],
    "check": ["check", str(CONFIGS / "system.yaml")],
    "classify": ["classify", str(CONFIGS / "system.yaml")],
    "policy check": ["policy", "check", str(CONFIGS / "policy.yaml")],
    "policy explain": ["policy", "explain", str(CONFIGS / "policy.yaml")],
    "data describe": ["data", "describe", "--sample"],
}


def documented() -> dict[str, set[str]]:
    """Return the keys that docs/runs.md gives, by command."""
    text = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8").split("## What `--json` prints")[1]
    rows = re.findall(r"^\| `([a-z -]+)` \| (.*) \|$", text, re.MULTILINE)
    return {command: set(re.findall(r"`([a-z_]+)`", re.sub(r"\(.*\)", "", keys))) for command, keys in rows}


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("command", CALLS)
def test_the_keys_are_those_that_are_documented(command: str, fmnist_audit: Program) -> None:
    if command == "verify":
        fmnist_audit(*CALLS["export"])

    answer = fmnist_audit(*CALLS[command], "--json")

    assert answer.code in {0, 1}, answer.err
    assert set(json.loads(answer.out)) == documented()[command]
